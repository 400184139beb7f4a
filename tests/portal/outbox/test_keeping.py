"""Deliveries that are done go after a while; what waits, what was given up and the events themselves stay."""

from datetime import timedelta
from unittest import mock

import pytest
from django.utils import timezone
from pytest_django import Settings

from portal.outbox import keeping
from portal.outbox.keeping import forget_deliveries
from portal.outbox.models import Delivery, Event
from portal.outbox.sealing import seal_pending
from tests.portal.outbox.factories import PersonFactory, ping

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pinged")]


def test_only_what_was_done_long_ago_goes(settings: Settings) -> None:
    settings.OUTBOX_DELIVERIES_KEPT_DAYS = 10
    now, event = timezone.now(), ping(PersonFactory())
    long_ago, lately = now - timedelta(days=11), now - timedelta(days=9)
    made = [
        Delivery(event=event, handler=f"{state}.{at:%d}.{number}", state=state, done_at=at, next_attempt_at=long_ago)
        for state in Delivery.State
        for at in (long_ago, lately)
        for number in range(3)
    ]
    Delivery.objects.bulk_create(made)
    with mock.patch.object(keeping, "BATCH", 2):
        assert forget_deliveries(now=now) == 3
        assert forget_deliveries(now=now) == 0
    assert not Delivery.objects.filter(state="done", done_at=long_ago).exists()
    assert Delivery.objects.exclude(handler="").filter(done_at__isnull=False).count() == 15
    assert Event.objects.filter(pk=event.pk).exists()
    seal_pending()


def test_one_run_is_bounded(settings: Settings) -> None:
    settings.OUTBOX_DELIVERIES_KEPT_DAYS = 10
    now, event = timezone.now(), ping(PersonFactory())
    old = {"state": Delivery.State.DONE, "done_at": now - timedelta(days=11)}
    Delivery.objects.bulk_create(Delivery(event=event, handler=f"h{number}", **old) for number in range(7))
    with mock.patch.object(keeping, "BATCH", 2), mock.patch.object(keeping, "MOST", 4):
        assert [forget_deliveries(now=now) for _time in range(3)] == [4, 3, 0]
