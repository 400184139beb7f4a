"""Erasing a person takes their words out of the log, and leaves the log whole."""

from typing import Any

import pytest

from portal.accounts.erasure import erase_user
from portal.accounts.export import data_sections
from portal.outbox.models import Event, EventText
from portal.outbox.sealing import seal_pending, verify
from tests.portal.outbox.factories import PersonFactory, ping

pytestmark = pytest.mark.django_db


def test_words_by_about_and_naming_the_person_go_and_the_chain_holds(pinged: Any) -> None:
    gone, staff = PersonFactory(display_name="江边老赵"), PersonFactory()
    by = ping(staff, 1, actor=gone, text="我家在三单元")
    about = ping(gone, 2, actor=staff, text="上门看过")
    naming = ping(staff, 3, actor=staff, text="和江边老赵说好了")
    other = ping(staff, 4, actor=staff, text="已经办好")
    seal_pending()
    erase_user(actor=gone, user=gone)
    left = set(EventText.objects.values_list("event_id", flat=True))
    assert left.isdisjoint({by.pk, about.pk, naming.pk})
    assert other.pk in left
    assert Event.objects.filter(pk__in=[by.pk, about.pk, naming.pk]).count() == 3
    seal_pending()
    assert verify().fault is None


def test_a_copy_has_what_the_person_did_and_said_and_not_what_others_said(pinged: Any) -> None:
    person, staff = PersonFactory(), PersonFactory()
    ping(staff, 1, actor=person, text="请快一点")
    ping(person, 2, actor=staff, text="内部备注")
    ping(staff, 3, actor=staff, text="别的事")
    section = next(each for each in data_sections() if each.name == "events")
    assert [(row["what"], row["words"]) for row in section.data(person)] == [("叮", "请快一点"), ("叮", "")]
