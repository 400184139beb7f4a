"""The inbox as its reader meets it."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.accounts.models import User
from portal.notifications.models import Notice, Preference, QuietHours
from portal.notifications.services import unread_count
from tests.portal.accounts.factories import enter, enter_as_staff
from tests.portal.notifications.conftest import NOON
from tests.portal.notifications.factories import PersonFactory, helped, tell

pytestmark = pytest.mark.django_db
INBOX = "/messages/"


@pytest.fixture
def person() -> User:
    person: User = PersonFactory()
    return person


@pytest.fixture
def browser(person: User) -> Client:
    return enter(Client(), person)


def test_strangers_are_asked_to_enter() -> None:
    for url in (INBOX, reverse("notifications:preferences")):
        response = Client().get(url)
        assert response.status_code == 302
        assert response["Location"].startswith(reverse("account_login"))


def test_an_empty_inbox_says_what_will_be_here(browser: Client) -> None:
    words = browser.get(INBOX).content.decode()
    assert "还没有消息" in words
    assert "都看过了" not in words


def test_notices_stand_by_day_with_the_newest_first_and_unread_ones_say_so(
    browser: Client, person: User, noon: Any
) -> None:
    (read,) = tell(person, event=helped(person, at=NOON - timedelta(days=1)), params={"who": "甲", "title": "旧"})
    Notice.objects.filter(pk=read.pk).update(read_at=NOON)
    tell(person, params={"who": "乙", "title": "新"})
    words = browser.get(INBOX).content.decode()
    assert (
        words.index("11月19日（周四）")
        < words.index("乙 认领了")
        < words.index("11月18日（周三）")
        < words.index("甲 认领了")
    )
    assert words.count("没看过") == 1


def test_reading_the_list_changes_nothing_and_opening_marks_one(browser: Client, person: User) -> None:
    first, _second = tell(person, url="/help/"), tell(person)
    browser.get(INBOX)
    assert unread_count(person) == 2
    opened = reverse("notifications:open", args=[first[0].pk])
    assert browser.get(opened).status_code == 405
    response = browser.post(opened)
    assert (response.status_code, response["Location"]) == (302, "/help/")
    assert unread_count(person) == 1


def test_somebody_elses_notice_is_not_there(browser: Client) -> None:
    (foreign,) = tell(PersonFactory())
    assert browser.post(reverse("notifications:open", args=[foreign.pk])).status_code == 404
    assert browser.post(reverse("notifications:read_all"), {"up_to": foreign.pk}).status_code == 404
    assert browser.get(INBOX, {"before": foreign.pk}).status_code == 404
    foreign.refresh_from_db()
    assert foreign.read_at is None


def test_all_read_stops_at_what_was_on_the_page(browser: Client, person: User) -> None:
    (seen,) = tell(person, event=helped(person, at=timezone.now() - timedelta(minutes=1)))
    words = browser.get(INBOX).content.decode()
    assert f'name="up_to" value="{seen.pk}"' in words
    (later,) = tell(person)
    browser.post(reverse("notifications:read_all"), {"up_to": seen.pk})
    assert list(Notice.objects.unread()) == [later]


def test_pages_are_kept_apart_by_key_and_cost_the_same(
    browser: Client, person: User, django_assert_max_num_queries: Any
) -> None:
    now = timezone.now()
    event_times = [now - timedelta(minutes=number) for number in range(45)]
    for number, at in enumerate(event_times):
        tell(person, event=helped(person, at=at), params={"who": f"第{number:02d}位", "title": ""})
    seen: list[str] = []
    url = INBOX
    for _page in range(3):
        with django_assert_max_num_queries(12):
            response = browser.get(url)
        shown = response.context["days"]
        seen += [notice.params["who"] for _day, notices in shown for notice in notices]
        url = INBOX + response.context["next_url"]
    assert seen == [f"第{number:02d}位" for number in range(45)]
    assert response.context["next_url"] == ""


@pytest.mark.parametrize("before", ["x", "-1", "²", "9" * 30, ""])
def test_a_page_that_never_was_begins_at_the_top(browser: Client, person: User, before: str) -> None:
    tell(person)
    assert "李师傅" in browser.get(INBOX, {"before": before}).content.decode()


def test_words_of_others_are_shown_as_text(browser: Client, person: User) -> None:
    tell(person, params={"who": "<script>alert(1)</script>", "title": ""})
    words = browser.get(INBOX).content.decode()
    assert "<script>alert(1)</script>" not in words
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in words


def test_a_person_chooses_how_to_be_told(browser: Client, person: User) -> None:
    page = reverse("notifications:preferences")
    words = browser.get(page).content.decode()
    assert "有人认领" in words
    assert "工作提醒" not in words, "kinds for staff are offered to staff"
    assert "只在站内" not in words, "where there is nothing to choose nothing is asked"
    form = {
        "tests-helped:sms": "off",
        "tests-helped:email": "daily",
        "tests-certain:sms": "off",
        "starts": "20:00",
        "ends": "09:30",
    }
    assert browser.post(page, form).status_code == 302
    chosen = Preference.objects.filter(user=person).values_list("kind", "channel", "rhythm")
    assert sorted(chosen) == [("tests.helped", "email", "daily"), ("tests.helped", "sms", "off")]
    assert str(QuietHours.objects.get(user=person)) == "20:00–09:30"


def test_a_choice_that_is_none_is_told_and_nothing_typed_is_lost(browser: Client, person: User) -> None:
    form = {"tests-helped:sms": "sometimes", "tests-helped:email": "weekly", "starts": "25:00", "ends": "09:30"}
    response = browser.post(reverse("notifications:preferences"), form)
    assert response.status_code == 400
    words = response.content.decode()
    assert "错误：" in words
    assert 'value="25:00"' in words
    assert '<option value="weekly" selected>' in words
    assert not Preference.objects.filter(user=person).exists()


def test_staff_are_offered_their_kinds_too() -> None:
    browser = enter_as_staff(Client(), PersonFactory(is_staff=True))
    assert "工作提醒" in browser.get(reverse("notifications:preferences")).content.decode()
