"""Gathered notices: one message, newest first, never an empty one, never twice."""

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail

from portal.notifications.digests import assemble_due
from portal.notifications.domain import Rhythm, Standing
from portal.notifications.models import ChannelDelivery, Digest
from portal.notifications.registry import Channel, kind_of
from portal.notifications.sending import send_waiting
from portal.notifications.services import choose_rhythm, mark_read
from tests.portal.notifications.conftest import NOON
from tests.portal.notifications.factories import PersonFactory, helped, tell

pytestmark = pytest.mark.django_db


@pytest.fixture
def gatherer(noon: Any) -> Any:
    """Somebody who wants mail once a day and text messages once a week."""
    person = PersonFactory()
    for channel, rhythm in ((Channel.EMAIL, Rhythm.DAILY), (Channel.SMS, Rhythm.WEEKLY)):
        choose_rhythm(actor=person, kind=kind_of("tests.helped"), channel=channel, rhythm=rhythm)
    return person


def tell_thrice(person: Any) -> list[Any]:
    notices = []
    for number in range(3):
        event = helped(person, at=NOON - timedelta(hours=number))
        notices += tell(person, event=event, params={"who": f"第{number}位", "title": "菜"})
    return notices


def gather_and_send() -> int:
    made = assemble_due()
    send_waiting(in_bulk=False, seconds=5)
    send_waiting(in_bulk=True, seconds=5)
    return made


def test_a_day_becomes_one_mail_with_the_newest_first(gatherer: Any, noon: Any, sms: Any) -> None:
    tell_thrice(gatherer)
    assert gather_and_send() == 0
    noon.move_to(NOON.replace(hour=18))
    assert gather_and_send() == 1
    assert [message.subject for message in mail.outbox] == ["您有 3 条新消息"]
    body = mail.outbox[0].body
    assert body.index("第0位") < body.index("第1位") < body.index("第2位")
    assert sms.outbox == []
    assert set(ChannelDelivery.objects.filter(channel="email").values_list("standing", flat=True)) == {"sent"}
    assert gather_and_send() == 0
    assert len(mail.outbox) == 1


def test_a_week_becomes_one_text_message(gatherer: Any, noon: Any, sms: Any) -> None:
    tell_thrice(gatherer)
    noon.move_to(NOON.replace(hour=18) + timedelta(days=1))
    gather_and_send()
    assert [dict(message.values) for message in sms.outbox] == [{"count": "3", "title": "有人来帮您了"}]


def test_what_was_read_meanwhile_is_left_out_and_an_empty_digest_is_not_sent(gatherer: Any, noon: Any) -> None:
    notices = tell_thrice(gatherer)
    mark_read(actor=gatherer, notice=notices[0])
    noon.move_to(NOON.replace(hour=18))
    gather_and_send()
    assert mail.outbox[0].subject == "您有 2 条新消息"

    tell_thrice(gatherer)
    for notice in gatherer.notices.all():
        mark_read(actor=gatherer, notice=notice)
    noon.move_to(NOON.replace(hour=18) + timedelta(days=1))
    assert gather_and_send() == 0
    assert len(mail.outbox) == 1


def test_a_digest_whose_last_notice_is_read_before_it_leaves_is_not_sent(gatherer: Any, noon: Any) -> None:
    notices = tell_thrice(gatherer)
    noon.move_to(NOON.replace(hour=18))
    assert assemble_due() == 1
    for notice in notices:
        mark_read(actor=gatherer, notice=notice)
    send_waiting(in_bulk=True, seconds=5)
    assert mail.outbox == []
    assert Digest.objects.get().standing == Standing.SKIPPED
    assert set(ChannelDelivery.objects.filter(channel="email").values_list("standing", flat=True)) == {"skipped"}


def test_digests_of_different_people_stay_apart(gatherer: Any, noon: Any) -> None:
    other = PersonFactory()
    choose_rhythm(actor=other, kind=kind_of("tests.helped"), channel=Channel.EMAIL, rhythm=Rhythm.DAILY)
    choose_rhythm(actor=other, kind=kind_of("tests.helped"), channel=Channel.SMS, rhythm=Rhythm.OFF)
    tell_thrice(gatherer)
    tell(other)
    noon.move_to(NOON.replace(hour=18))
    assert gather_and_send() == 2
    assert {message.to[0]: message.subject for message in mail.outbox} == {
        gatherer.email: "您有 3 条新消息",
        other.email: "您有 1 条新消息",
    }
