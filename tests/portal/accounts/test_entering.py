"""手机号 → 验证码 → in: one way for known and new numbers."""

import datetime as dt
import threading
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.accounts.models import Consent, PhoneCode, User
from portal.accounts.sms.base import SmsError, TextMessage
from portal.accounts.sms.memory import Backend
from tests.portal.accounts.factories import ConsentTextFactory, ResidentFactory

pytestmark = pytest.mark.django_db

LOGIN, CODE, FIRST = reverse("account_login"), reverse("account_confirm_login_code"), reverse("account_signup")
NEW = "+8613900000001"
NAMES = {"legal_name": "李秀英", "display_name": "李奶奶", "adult": "on", "agreed": "on"}


def ask(client: Client, phone: str, **extra: Any) -> Any:
    return client.post(LOGIN, {"phone": phone}, **extra)


def test_a_known_number_is_in_with_its_code(client: Client, last_code: Callable[[], str]) -> None:
    user = ResidentFactory()
    assert ask(client, user.phone)["Location"] == CODE
    answer = client.post(CODE, {"code": last_code()})
    assert answer.status_code == 302
    assert answer["Location"] == reverse("home")
    assert client.session["_auth_user_id"] == str(user.pk)


def test_a_new_number_gives_a_name_and_agrees(client: Client, last_code: Callable[[], str]) -> None:
    text = ConsentTextFactory()
    ask(client, NEW)
    assert client.post(CODE, {"code": last_code()})["Location"] == FIRST
    assert text.title in client.get(FIRST).content.decode()
    assert client.post(FIRST, NAMES)["Location"] == reverse("home")
    user = User.objects.get(phone=NEW)
    assert (user.legal_name, user.display_name) == ("李秀英", "李奶奶")
    assert user.phone_verified_at is not None
    assert not user.has_usable_password()
    assert Consent.objects.live().get(user=user).text == text
    assert client.session["_auth_user_id"] == str(user.pk)


def test_known_and_unknown_numbers_get_the_same_answers(client: Client, texts: list[TextMessage]) -> None:
    known = ResidentFactory(phone="+8613900000002").phone
    pages = []
    for phone in (known, NEW):
        visitor = Client()
        answer = ask(visitor, phone)
        page = visitor.get(CODE).content.decode()
        wrong = visitor.post(CODE, {"code": "0"}).content.decode()
        local = phone.removeprefix("+86")
        shown = f"{local[:3]} {local[3:7]} {local[7:]}"
        pages.append((answer.status_code, answer.headers["Location"], strip(page, shown), strip(wrong, shown)))
    assert pages[0] == pages[1]
    assert [message.kind.name for message in texts] == ["code", "code"]


def strip(page: str, shown: str) -> str:
    """The page without what differs between any two visitors."""
    lines = [line for line in page.replace(shown, "…").splitlines() if "csrfmiddlewaretoken" not in line]
    return "\n".join(lines)


def test_what_was_typed_stays_when_it_is_wrong(client: Client) -> None:
    answer = ask(client, "138 12")
    assert answer.status_code == 400
    page = answer.content.decode()
    assert "138 12" in page
    assert "这不像一个手机号" in page
    assert "错误：" in page


def test_a_wrong_code_says_how_many_guesses_are_left(client: Client, last_code: Callable[[], str]) -> None:
    ask(client, NEW)
    answer = client.post(CODE, {"code": f"{(int(last_code()) + 1) % 1000000:06d}"})
    assert answer.status_code == 400
    assert "还可以再试 4 次" in answer.content.decode()
    assert "_auth_user_id" not in client.session


def test_the_code_page_without_a_code_asked_for_goes_back(client: Client) -> None:
    assert client.get(CODE)["Location"] == LOGIN
    assert client.post(CODE, {"code": "123456"})["Location"] == LOGIN


def test_the_name_page_without_a_proved_number_goes_back(client: Client, last_code: Callable[[], str]) -> None:
    assert client.get(FIRST)["Location"] == LOGIN
    ask(client, NEW)
    assert client.post(FIRST, NAMES)["Location"] == LOGIN
    assert not User.objects.exists()


def test_the_proof_of_a_new_number_lasts_half_an_hour(client: Client, last_code: Callable[[], str]) -> None:
    ask(client, NEW)
    client.post(CODE, {"code": last_code()})
    with time_machine.travel(timezone.now() + dt.timedelta(minutes=31)):
        assert client.post(FIRST, NAMES)["Location"] == LOGIN
    assert not User.objects.exists()


@pytest.mark.parametrize("missing", ["legal_name", "adult", "agreed"])
def test_name_age_and_consent_are_needed(client: Client, last_code: Callable[[], str], missing: str) -> None:
    ConsentTextFactory()
    ask(client, NEW)
    client.post(CODE, {"code": last_code()})
    answer = client.post(FIRST, {name: value for name, value in NAMES.items() if name != missing})
    assert answer.status_code == 400
    assert not User.objects.exists()
    if missing != "legal_name":
        assert "李秀英" in answer.content.decode()


def test_a_second_press_of_the_last_button_makes_no_second_person(client: Client, last_code: Callable[[], str]) -> None:
    ask(client, NEW)
    client.post(CODE, {"code": last_code()})
    ResidentFactory(phone=NEW)  # the first press, handled a moment ago by another process
    assert client.post(FIRST, NAMES).status_code == 302
    assert User.objects.filter(phone=NEW).count() == 1


def test_the_session_gets_a_new_key_at_login(client: Client, last_code: Callable[[], str]) -> None:
    """A key planted before login opens nothing afterwards."""
    user = ResidentFactory()
    ask(client, user.phone)
    planted = client.session.session_key
    client.post(CODE, {"code": last_code()})
    assert client.session.session_key != planted
    attacker = Client()
    attacker.cookies["sessionid"] = str(planted)
    assert attacker.get(reverse("my_data")).status_code == 302


def test_a_planted_session_cannot_register_under_somebody_elses_number(last_code: Callable[[], str]) -> None:
    victim = Client()
    ask(victim, NEW)
    planted = str(victim.session.session_key)
    victim.post(CODE, {"code": last_code()})
    attacker = Client()
    attacker.cookies["sessionid"] = planted
    assert attacker.post(FIRST, NAMES)["Location"] == LOGIN


def test_one_may_ask_again_after_half_a_minute(client: Client, texts: list[TextMessage]) -> None:
    again = reverse("accounts_code_again", args=["enter"])
    ask(client, NEW)
    answer = client.post(again, follow=True)
    assert "刚刚已经发过了" in answer.content.decode()
    assert len(texts) == 1
    with time_machine.travel(timezone.now() + dt.timedelta(seconds=31)):
        answer = client.post(again, follow=True)
    assert "新的验证码已经发出" in answer.content.decode()
    assert len(texts) == 2
    assert PhoneCode.objects.count() == 1


def test_asking_again_is_a_post_and_needs_a_code_asked_for(client: Client) -> None:
    assert client.get(reverse("accounts_code_again", args=["enter"])).status_code == 405
    assert client.post(reverse("accounts_code_again", args=["enter"]))["Location"] == LOGIN
    assert client.post(reverse("accounts_code_again", args=["other"])).status_code == 404


def test_too_many_codes_for_one_number_are_refused(client: Client, texts: list[TextMessage], settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"send_code": "3/h/key"}
    answers = [ask(Client(REMOTE_ADDR=f"10.0.0.{number}"), NEW).status_code for number in range(5)]
    assert answers == [302, 302, 302, 429, 429]
    assert len(texts) == 3


@pytest.mark.django_db(transaction=True)
def test_requests_at_the_same_moment_share_one_limit(settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"send_code": "3/h/ip"}
    barrier = threading.Barrier(10)
    answers: list[int] = []

    def visit(number: int) -> None:
        barrier.wait()
        answers.append(ask(Client(), f"+861390000{number:04d}").status_code)
        connection.close()

    threads = [threading.Thread(target=visit, args=[number]) for number in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # On a busy machine somebody who waited too long for the counter is refused too; nobody more is let through.
    assert 1 <= answers.count(302) <= 3
    assert answers.count(302) + answers.count(429) == 10


def test_a_forged_forwarding_header_does_not_lift_the_limit(texts: list[TextMessage], settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"send_code": "3/h/ip"}
    settings.TRUSTED_PROXIES = 0
    answers = [
        ask(Client(), f"+861390000{number:04d}", headers={"X-Forwarded-For": f"203.0.113.{number}"}).status_code
        for number in range(5)
    ]
    assert answers == [302, 302, 302, 429, 429]


def test_behind_one_trusted_proxy_the_visitors_own_entry_does_not_count(settings: Any) -> None:
    """The proxy appends the address it saw; what the visitor wrote before it is ignored."""
    settings.ACCOUNT_RATE_LIMITS = {"send_code": "3/h/ip"}
    settings.TRUSTED_PROXIES = 1
    answers = [
        ask(
            Client(), f"+861390000{number:04d}", headers={"X-Forwarded-For": f"203.0.113.{number}, 198.51.100.7"}
        ).status_code
        for number in range(5)
    ]
    assert answers == [302, 302, 302, 429, 429]


def test_a_failing_gateway_is_told_on_the_page(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Backend, "failing", SmsError("down", code="no_answer", retryable=True))
    answer = ask(client, "138 1234 5678")
    assert answer.status_code == 503
    page = answer.content.decode()
    assert "短信没有发出去" in page
    assert "138 1234 5678" in page


def test_afterwards_one_is_where_one_wanted_to_be(client: Client, last_code: Callable[[], str]) -> None:
    user = ResidentFactory()
    client.post(LOGIN, {"phone": user.phone, "next": "/about/"})
    assert client.post(CODE, {"code": last_code()})["Location"] == "/about/"


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "https:evil"])
def test_never_on_another_site(client: Client, last_code: Callable[[], str], target: str) -> None:
    user = ResidentFactory()
    client.post(f"{LOGIN}?next={target}", {"phone": user.phone, "next": target})
    assert client.post(CODE, {"code": last_code()})["Location"] == reverse("home")


def test_somebody_signed_in_is_not_asked_again(client: Client) -> None:
    client.force_login(ResidentFactory(), backend="portal.accounts.backends.AccountBackend")
    for page in (LOGIN, CODE, FIRST):
        assert client.get(page)["Location"] == reverse("home")


def test_an_account_that_is_switched_off_stays_out(client: Client, last_code: Callable[[], str]) -> None:
    user = ResidentFactory(is_active=False)
    ask(client, user.phone)
    answer = client.post(CODE, {"code": last_code()}, follow=True)
    assert answer.redirect_chain[-1][0] == reverse("account_inactive")
    assert "_auth_user_id" not in client.session


def test_the_session_never_holds_the_number(client: Client, last_code: Callable[[], str]) -> None:
    ask(client, NEW)
    assert "13900000001" not in str(dict(client.session.items()))
    client.post(CODE, {"code": last_code()})
    assert "13900000001" not in str(dict(client.session.items()))


def test_elder_mode_chosen_before_entering_stays(client: Client, last_code: Callable[[], str]) -> None:
    user = ResidentFactory()
    client.cookies["elder"] = "1"
    ask(client, user.phone)
    client.post(CODE, {"code": last_code()})
    user.refresh_from_db()
    assert user.elder_mode


def test_leaving_is_a_post(client: Client) -> None:
    client.force_login(ResidentFactory(), backend="portal.accounts.backends.AccountBackend")
    assert client.get(reverse("account_logout")).status_code == 200
    assert "_auth_user_id" in client.session
    client.post(reverse("account_logout"))
    assert "_auth_user_id" not in client.session


def test_pages_one_does_not_need_have_no_address(client: Client) -> None:
    for page in ("email/", "password/reset/", "password/set/", "confirm-email/", "signup/", "phone/change/"):
        assert client.get(f"/accounts/{page}").status_code == 404
