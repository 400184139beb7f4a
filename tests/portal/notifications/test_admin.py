"""Administrators see where messages stand, never what they say, and have stopped ones sent again."""

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from portal.accounts.models import User
from portal.notifications.domain import Standing
from portal.notifications.models import ChannelDelivery
from portal.outbox.models import Event
from tests.portal.accounts.factories import enter_as_staff
from tests.portal.notifications.factories import PersonFactory, tell

pytestmark = pytest.mark.django_db
LIST = "admin:portal_channeldelivery_changelist"


def administrator(*permissions: str) -> Client:
    user: User = PersonFactory(is_staff=True)
    user.user_permissions.set(Permission.objects.filter(content_type__app_label="portal", codename__in=permissions))
    return enter_as_staff(Client(), user)


@pytest.fixture
def lost() -> ChannelDelivery:
    """A message of which nobody knows whether it arrived."""
    tell(PersonFactory(email="", legal_name="赵大江", display_name=""), params={"who": "李师傅", "title": "修水管"})
    ChannelDelivery.objects.filter(channel="sms").update(standing=Standing.UNKNOWN)
    return ChannelDelivery.objects.get(channel="sms")


def test_a_lost_message_is_found_by_its_state_and_sent_again(lost: ChannelDelivery) -> None:
    browser = administrator("view_channeldelivery", "change_channeldelivery")
    page = browser.get(reverse(LIST), {"standing__exact": "unknown"}).content.decode()
    assert "赵*" in page
    assert "赵大江" not in page
    assert "修水管" not in page
    browser.post(reverse(LIST), {"action": "send_again", "_selected_action": [lost.pk]})
    lost.refresh_from_db()
    assert lost.standing == Standing.WAITING
    assert Event.objects.filter(type="notifications.delivery.resent").count() == 1


def test_what_is_on_its_way_is_not_sent_again(lost: ChannelDelivery) -> None:
    ChannelDelivery.objects.update(standing=Standing.SENT)
    browser = administrator("view_channeldelivery", "change_channeldelivery")
    page = browser.post(reverse(LIST), {"action": "send_again", "_selected_action": [lost.pk]}, follow=True)
    assert "不用重发" in page.content.decode()
    lost.refresh_from_db()
    assert lost.standing == Standing.SENT


def test_those_who_only_look_change_nothing(lost: ChannelDelivery) -> None:
    browser = administrator("view_channeldelivery")
    browser.post(reverse(LIST), {"action": "send_again", "_selected_action": [lost.pk]})
    lost.refresh_from_db()
    assert lost.standing == Standing.UNKNOWN
