"""Staff: password, then a second factor, before anything else."""

import re
import time
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import reverse

from portal.accounts.models import User
from portal.accounts.policies import _staff_rules, is_staff_member, register_staff_rule
from portal.accounts.services import enrol_totp
from tests.portal.accounts.factories import (
    PASSWORD,
    SECRET,
    ResidentFactory,
    StaffFactory,
    enter,
    enter_as_staff,
    totp_now,
)

pytestmark = pytest.mark.django_db

STAFF = reverse("account_staff_login")


def sign_in(client: Client, user: User, password: str = PASSWORD) -> Any:
    return client.post(STAFF, {"login": user.username, "password": password})


def test_password_then_app_code(client: Client) -> None:
    user = StaffFactory()
    enrol_totp(user=user, secret=SECRET)
    answer = sign_in(client, user)
    assert answer["Location"] == reverse("mfa_authenticate")
    assert "_auth_user_id" not in client.session, "half a login is no login"
    assert client.get(reverse("my_data")).status_code == 302
    assert client.post(reverse("mfa_authenticate"), {"code": totp_now()}).status_code == 302
    assert client.get(reverse("my_data")).status_code == 200


def test_a_wrong_app_code_stays_outside(client: Client) -> None:
    user = StaffFactory()
    enrol_totp(user=user, secret=SECRET)
    sign_in(client, user)
    answer = client.post(reverse("mfa_authenticate"), {"code": "000000" if totp_now() != "000000" else "000001"})
    assert "动态码不对" in answer.content.decode()
    assert "_auth_user_id" not in client.session


def test_an_app_code_serves_once() -> None:
    user = StaffFactory()
    enrol_totp(user=user, secret=SECRET)
    code = totp_now()
    first, second = Client(), Client()
    for each in (first, second):
        sign_in(each, user)
        each.post(reverse("mfa_authenticate"), {"code": code})
    assert "_auth_user_id" in first.session
    assert "_auth_user_id" not in second.session


def test_a_recovery_code_serves_once() -> None:
    user = StaffFactory()
    enrol_totp(user=user, secret=SECRET)
    code = Authenticator.objects.get(user=user, type="recovery_codes").wrap().get_unused_codes()[0]
    first, second = Client(), Client()
    for each in (first, second):
        sign_in(each, user)
        each.post(reverse("mfa_authenticate"), {"code": code})
    assert "_auth_user_id" in first.session
    assert "_auth_user_id" not in second.session


def test_staff_who_come_by_phone_need_it_too(client: Client, last_code: Any) -> None:
    user = StaffFactory(phone="+8613900000009")
    enrol_totp(user=user, secret=SECRET)
    client.post(reverse("account_login"), {"phone": user.phone})
    answer = client.post(reverse("account_confirm_login_code"), {"code": last_code()})
    assert answer["Location"] == reverse("mfa_authenticate")
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("page", ["home", "my_data", "admin:index", "my_sessions", "mfa_list_webauthn"])
def test_without_one_every_page_leads_to_setting_it_up(client: Client, page: str) -> None:
    sign_in(client, StaffFactory())
    answer = client.get(reverse(page))
    assert answer.status_code == 302
    assert answer["Location"] == reverse("mfa_index")


def test_posts_are_held_back_too(client: Client) -> None:
    user = StaffFactory()
    sign_in(client, user)
    answer = client.post(reverse("my_profile"), {"legal_name": "别人", "display_name": "", "language": "en"})
    assert answer["Location"] == reverse("mfa_index")
    user.refresh_from_db()
    assert user.legal_name == "陈建国"


def test_the_api_says_it_in_its_own_way(client: Client) -> None:
    sign_in(client, StaffFactory())
    answer = client.get("/api/v1/schema/")
    if answer.status_code == 404:
        pytest.skip("no API route to ask")
    assert answer.status_code == 403
    assert answer.json()["code"] == "second_factor_required"


@pytest.mark.django_db(transaction=True)
def test_setting_up_an_app_opens_the_rest(client: Client) -> None:
    user = StaffFactory()
    sign_in(client, user)
    page = client.get(reverse("mfa_activate_totp")).content.decode()
    secret = re.search(r"<code[^>]*>([A-Z2-7]+)</code>", page)
    assert secret is not None
    answer = client.post(reverse("mfa_activate_totp"), {"code": totp_now(secret.group(1))})
    assert answer["Location"] == reverse("mfa_view_recovery_codes")
    assert client.get(answer["Location"]).status_code == 200
    assert client.get(reverse("my_data")).status_code == 200


def test_the_seed_is_stored_encrypted() -> None:
    user = StaffFactory()
    enrol_totp(user=user, secret=SECRET)
    assert SECRET not in str(Authenticator.objects.filter(user=user).values_list("data"))


def test_the_seed_survives_a_change_of_the_secret_key(settings: Any) -> None:
    user = StaffFactory()
    enrol_totp(user=user, secret=SECRET)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another-key-after-rotation"
    assert Authenticator.objects.get(user=user, type="totp").wrap().validate_code(totp_now())


def test_enrolling_twice_changes_nothing() -> None:
    user = StaffFactory()
    enrol_totp(user=user, secret=SECRET)
    enrol_totp(user=user, secret="KRSXG5CTMVRXEZLUKRSXG5CTMVRXEZLU")
    assert Authenticator.objects.get(user=user, type="totp").wrap().validate_code(totp_now())


def test_a_session_older_than_the_factor_has_to_prove_it(client: Client) -> None:
    """Somebody with only the password must not reach the pages on which the factor could be taken away."""
    user = StaffFactory()
    enter(client, user, method="password")
    enrol_totp(user=user, secret=SECRET)
    for page in ("my_data", "mfa_index", "mfa_deactivate_totp", "mfa_view_recovery_codes", "mfa_activate_totp"):
        assert client.get(reverse(page))["Location"].startswith(reverse("mfa_reauthenticate")), page
    answer = client.post(reverse("mfa_reauthenticate"), {"code": totp_now(), "next": reverse("my_data")})
    assert answer["Location"] == reverse("my_data")
    assert client.get(reverse("my_data")).status_code == 200


def test_staff_keep_their_last_factor(client: Client) -> None:
    user = StaffFactory()
    enter_as_staff(client, user)
    answer = client.post(reverse("mfa_deactivate_totp"))
    assert "不能移除" in answer.content.decode()
    assert Authenticator.objects.filter(user=user, type="totp").exists()


def test_what_matters_asks_again_after_ten_minutes(client: Client) -> None:
    user = StaffFactory()
    enter_as_staff(client, user)
    assert client.get(reverse("mfa_view_recovery_codes")).status_code == 200
    with time_machine.travel(time.time() + 601):
        answer = client.get(reverse("mfa_view_recovery_codes"))
    assert answer.status_code == 302
    assert reverse("account_reauthenticate") in answer["Location"]


def test_residents_are_not_asked(client: Client) -> None:
    enter(client, ResidentFactory())
    assert client.get(reverse("my_data")).status_code == 200


def test_whoever_a_rule_from_above_calls_staff_is_asked(client: Client) -> None:
    user = ResidentFactory()
    register_staff_rule(lambda person: person.pk == user.pk)
    try:
        assert is_staff_member(user)
        enter(client, user)
        assert client.get(reverse("my_data"))["Location"] == reverse("mfa_index")
    finally:
        _staff_rules.pop()


def test_wrong_passwords_and_unknown_names_get_the_same_answer() -> None:
    known = sign_in(Client(), StaffFactory(), password="wrong")
    unknown = Client().post(STAFF, {"login": "nobody", "password": "wrong"})
    assert known.status_code == unknown.status_code
    for answer in (known, unknown):
        assert "用户名或密码不对" in answer.content.decode()


def test_guessing_a_password_is_stopped_after_five(client: Client) -> None:
    user = StaffFactory()
    for _guess in range(5):
        sign_in(client, user, password="wrong")
    answer = sign_in(client, user)
    assert "试错太多次了" in answer.content.decode()
    assert "_auth_user_id" not in client.session


def test_guessing_an_app_code_is_stopped_after_five(client: Client) -> None:
    user = StaffFactory()
    enrol_totp(user=user, secret=SECRET)
    sign_in(client, user)
    wrong = f"{(int(totp_now()) + 1) % 1000000:06d}"
    for _guess in range(5):
        client.post(reverse("mfa_authenticate"), {"code": wrong})
    answer = client.post(reverse("mfa_authenticate"), {"code": totp_now(steps=1)})
    assert "试错太多次了" in answer.content.decode()
    assert "_auth_user_id" not in client.session


def test_residents_have_no_password_to_guess(client: Client) -> None:
    user = ResidentFactory()
    for password in ("", "!", user.password):
        client.post(STAFF, {"login": user.phone, "password": password})
    assert "_auth_user_id" not in client.session


def test_sessions_of_staff_last_a_working_day(client: Client, settings: Any) -> None:
    user = StaffFactory()
    enrol_totp(user=user, secret=SECRET)
    sign_in(client, user)
    client.post(reverse("mfa_authenticate"), {"code": totp_now()})
    assert client.session.get_expiry_age() <= settings.STAFF_SESSION_AGE


@pytest.mark.parametrize(
    "page",
    [
        "mfa_index",
        "mfa_add_webauthn",
        "mfa_list_webauthn",
        "mfa_view_recovery_codes",
        "mfa_generate_recovery_codes",
        "mfa_deactivate_totp",
        "mfa_reauthenticate",
        "account_reauthenticate",
        "account_change_password",
    ],
)
def test_pages_of_two_step_login_open(client: Client, page: str) -> None:
    answer = enter_as_staff(client, StaffFactory()).get(reverse(page))
    assert answer.status_code == 200
    assert answer.content.decode().count("<h1>") == 1


def test_a_new_password_is_set_and_other_sessions_end(client: Client) -> None:
    user = StaffFactory()
    other = enter_as_staff(Client(), user)
    enter_as_staff(client, user)
    new = "slow-lantern-bridge-58"
    form = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    assert client.post(reverse("account_change_password"), form).status_code == 302
    assert other.get(reverse("my_data")).status_code == 302
    user.refresh_from_db()
    assert user.check_password(new)
