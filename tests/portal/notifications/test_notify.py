"""Who is told, by which way, and in which words."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone, translation

from portal.accounts.signals import user_erased
from portal.errors import Invalid
from portal.notifications.domain import Rhythm
from portal.notifications.models import ChannelDelivery, Notice, Preference
from portal.notifications.registry import Channel, UnknownKind, kind_of, notice_kind
from portal.notifications.services import (
    choose_rhythm,
    keep_to_inboxes,
    mark_all_read,
    mark_read,
    notify,
    unread_count,
)
from tests.portal.notifications.factories import PersonFactory, helped, ids, tell

pytestmark = pytest.mark.django_db


def standings(person: Any) -> dict[str, str]:
    return dict(ChannelDelivery.objects.filter(recipient=person).values_list("channel", "standing"))


def test_what_waits_can_be_left_in_the_inboxes(noon: Any) -> None:
    person = PersonFactory()
    tell(person)
    assert standings(person) == {"sms": "waiting", "email": "waiting"}
    assert keep_to_inboxes() == 2
    assert standings(person) == {"sms": "skipped", "email": "skipped"}
    assert unread_count(person) == 1
    assert keep_to_inboxes() == 0


def test_everybody_is_told_once_however_often_the_handler_runs(noon: Any) -> None:
    people = PersonFactory.create_batch(3)
    event = helped(people[0])

    def told() -> int:
        everybody = [*ids(people), people[0].pk]
        return notify(event=event, kind="tests.helped", recipients=everybody, params={}, url="/")

    assert (told(), told()) == (3, 0)
    assert Notice.objects.count() == 3
    assert ChannelDelivery.objects.count() == 6


def test_a_notice_that_leads_out_of_the_portal_is_refused() -> None:
    event = helped(PersonFactory())
    for url in ("https://example.com/", "//example.com/", "/\\example.com", "javascript:alert(1)"):
        with pytest.raises(ValueError, match="portal"):
            notify(event=event, kind="tests.helped", recipients=[], params={}, url=url)


def test_an_undeclared_kind_is_refused() -> None:
    with pytest.raises(UnknownKind, match=r"tests\.nothing"):
        notify(event=helped(PersonFactory()), kind="tests.nothing", recipients=[], params={}, url="/")


def test_closed_accounts_are_told_nothing() -> None:
    closed, erased = PersonFactory(is_active=False), PersonFactory(erased_at=timezone.now())
    event = helped(PersonFactory())
    assert notify(event=event, kind="tests.helped", recipients=ids([closed, erased]), params={}, url="/") == 0


def test_words_are_in_the_readers_language_and_a_missing_name_stays_empty() -> None:
    person = PersonFactory()
    (notice,) = tell(person, params={"who": "{title} <b>"})
    assert notice.body == "{title} <b> 认领了“”。"
    notice_kind("tests.translated", label="…", title=translation.gettext_lazy("首页"), body="")
    (other,) = tell(person, kind="tests.translated")
    with translation.override("zh-hans"):
        assert other.title == "首页"


def test_a_kind_that_is_gone_still_shows_something() -> None:
    (notice,) = tell(PersonFactory())
    notice.kind = "tests.gone"
    assert notice.title == "一条消息"


def test_channels_follow_the_kind_the_address_and_the_preference(noon: Any) -> None:
    reachable, no_mail, no_sms_wanted = PersonFactory(), PersonFactory(email=""), PersonFactory()
    choose_rhythm(actor=no_sms_wanted, kind=kind_of("tests.helped"), channel=Channel.SMS, rhythm=Rhythm.OFF)
    tell(reachable, no_mail, no_sms_wanted)
    assert standings(reachable) == {"sms": "waiting", "email": "waiting"}
    assert standings(no_mail) == {"sms": "waiting", "email": "skipped"}
    assert standings(no_sms_wanted) == {"email": "waiting"}
    tell(PersonFactory(), kind="tests.inbox")
    assert ChannelDelivery.objects.count() == 5


def test_old_news_stay_in_the_inbox(noon: Any) -> None:
    person = PersonFactory()
    event = helped(person, at=timezone.now() - timedelta(days=4))
    (notice,) = tell(person, event=event)
    assert notice.created_at == event.occurred_at
    assert standings(person) == {"sms": "skipped", "email": "skipped"}


def test_what_must_be_told_cannot_be_switched_off(noon: Any) -> None:
    person = PersonFactory()
    for key in ("tests.urgent", "tests.certain"):
        with pytest.raises(Invalid):
            choose_rhythm(actor=person, kind=kind_of(key), channel=Channel.SMS, rhythm=Rhythm.OFF)
        # Not even by a row that stood there before the kind became certain.
        Preference.objects.create(user=person, kind=key, channel="sms", rhythm="off")
        tell(person, kind=key)
    assert list(ChannelDelivery.objects.values_list("standing", flat=True)) == ["waiting", "waiting"]


def test_nobody_chooses_a_channel_that_the_kind_does_not_have() -> None:
    with pytest.raises(Invalid):
        choose_rhythm(actor=PersonFactory(), kind=kind_of("tests.staff"), channel=Channel.EMAIL, rhythm=Rhythm.DAILY)


def test_unread_counts_are_ones_own_and_stop_at_a_hundred() -> None:
    person, other = PersonFactory(), PersonFactory()
    (notice,) = tell(person)
    tell(person)
    tell(other)
    assert unread_count(person) == 2
    mark_read(actor=other, notice=notice)
    assert unread_count(person) == 2
    mark_read(actor=person, notice=notice)
    assert unread_count(person) == 1
    for _number in range(105):
        tell(person, kind="tests.inbox")
    assert unread_count(person) == 100


def test_what_came_while_looking_stays_unread() -> None:
    person, other = PersonFactory(), PersonFactory()
    now = timezone.now()
    (old,) = tell(person, event=helped(person, at=now - timedelta(hours=2)))
    (seen,) = tell(person, event=helped(person, at=now - timedelta(hours=1)))
    (new,) = tell(person, event=helped(person, at=now))
    (foreign,) = tell(other, event=helped(person, at=now - timedelta(hours=2)))
    assert mark_all_read(actor=person, up_to=seen) == 2
    unread = Notice.objects.unread().values_list("pk", flat=True)
    assert sorted(unread) == sorted([new.pk, foreign.pk])
    assert old.pk not in unread


def test_erasing_a_person_removes_their_notices_and_their_name_from_others() -> None:
    from portal.accounts.erasure import ErasedIdentity
    from portal.accounts.models import User

    gone, neighbour = PersonFactory(display_name="江边老赵"), PersonFactory()
    tell(gone)
    (told,) = tell(neighbour, params={"who": "江边老赵", "title": "江边老赵家的菜"})
    choose_rhythm(actor=gone, kind=kind_of("tests.helped"), channel=Channel.SMS, rhythm=Rhythm.OFF)
    was = ErasedIdentity(legal_name="", display_name="江边老赵", phone="", username="", email="")
    user_erased.send(sender=User, user=gone, actor=gone, was=was)
    assert not Notice.objects.filter(recipient=gone).exists()
    assert not ChannelDelivery.objects.filter(recipient=gone).exists()
    assert not Preference.objects.filter(user=gone).exists()
    told.refresh_from_db()
    assert told.params == {"who": "···", "title": "···家的菜"}
