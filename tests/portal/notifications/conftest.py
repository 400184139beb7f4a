"""Kinds of notices of the test's own, a list of text messages, and the middle of the day."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
import time_machine
from django.utils.translation import gettext_lazy as _

from portal.accounts.sms.memory import Backend
from portal.notifications import registry as notice_registry
from portal.notifications.domain import SHANGHAI
from portal.notifications.registry import notice_kind
from portal.outbox import registry as event_registry
from portal.outbox.registry import event
from tests.portal.notifications.factories import Helped

NOON = datetime(2026, 11, 19, 12, 0, tzinfo=SHANGHAI)  # a Thursday


@pytest.fixture(autouse=True)
def kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Declares the test's event type and kinds; forgotten afterwards."""
    for name in ("_types", "_types_by_class", "_handlers"):
        monkeypatch.setattr(event_registry, name, dict(getattr(event_registry, name)))
    monkeypatch.setattr(notice_registry, "_kinds", {})
    event("tests.helped", label="有人帮忙")(Helped)
    words: dict[str, Any] = {"title": _("有人来帮您了"), "body": "{who} 认领了“{title}”。"}
    notice_kind("tests.helped", label="有人认领", channels=("inbox", "sms", "email"), **words)
    notice_kind("tests.inbox", label="只在站内", channels=("inbox",), **words)
    notice_kind("tests.urgent", label="急事", channels=("sms",), urgent=True, **words)
    notice_kind("tests.certain", label="权益", channels=("sms",), must_send=True, **words)
    notice_kind("tests.staff", label="工作提醒", channels=("sms",), for_staff=True, **words)


@pytest.fixture(autouse=True)
def sms(settings: Any) -> Iterator[type[Backend]]:
    """The text messages that were sent, in `outbox`."""
    settings.SMS_BACKEND = "portal.accounts.sms.memory"
    Backend.outbox.clear()
    Backend.failing = None
    yield Backend
    Backend.outbox.clear()
    Backend.failing = None


@pytest.fixture
def noon() -> Iterator[time_machine.Traveller]:
    """Twelve o'clock on a Thursday, when everybody may be disturbed; `move_to` goes elsewhere."""
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller
