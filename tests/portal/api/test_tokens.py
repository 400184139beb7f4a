"""App tokens: shown once, stored as a digest, dead when revoked, outdated, or when the person's log-ins end."""

from datetime import timedelta
from time import time

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.accounts.erasure import erase_user
from portal.accounts.export import data_sections
from portal.accounts.models import User
from portal.api.models import AppToken, IdempotencyKey
from portal.api.tokens import MOST_TOKENS, create_token, revoke_token, token_of
from portal.errors import Conflict, Invalid
from tests.portal.api.factories import PersonFactory, client_of, outdated

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.portal.api.routes")]
REGISTER = "/api/v1/test/register/"


@pytest.fixture
def person() -> User:
    user: User = PersonFactory()
    return user


@pytest.fixture
def at_home(client: Client, person: User) -> Client:
    """The person, signed in and proved a moment ago."""
    client.force_login(person)
    session = client.session
    session["account_authentication_methods"] = [{"method": "code", "at": time(), "reauthenticated": True}]
    session["account_authentication_methods_user"] = str(person.pk)
    session.save()
    return client


def test_a_token_acts_as_its_owner_and_its_text_is_stored_nowhere(person: User) -> None:
    token, text = create_token(actor=person, name=" 统计  程序 ", days=30)
    assert token.name == "统计 程序"
    assert text not in str(AppToken.objects.values())
    assert client_of(person).post(REGISTER, {}).status_code == 201
    assert User.objects.filter(assisted_by=person).exists()


def test_a_token_dies_with_revocation_time_log_ins_and_person(person: User) -> None:
    now = timezone.now()
    for end in ("revoke", "outdate", "log out", "deactivate"):
        token, text = create_token(actor=person, name=end, days=30)
        assert token_of(text, now) == token
        if end == "revoke":
            revoke_token(actor=person, token=token)
        elif end == "outdate":
            outdated(token)
        elif end == "log out":
            person.session_epoch += 1
            person.save()
        else:
            person.is_active = False
            person.save()
        assert token_of(text, timezone.now()) is None, end


def test_a_dead_token_is_refused_and_not_taken_for_nobody(person: User) -> None:
    client = client_of(person)
    revoke_token(actor=person, token=AppToken.objects.get())
    response = client.get("/api/v1/test/people/")
    assert (response.status_code, response.json()["code"]) == (401, "bad_token")


def test_use_is_noted_but_not_at_every_call(person: User) -> None:
    _token, text = create_token(actor=person, name="test", days=30)
    now = timezone.now()
    token_of(text, now)
    token_of(text, now + timedelta(minutes=1))
    assert AppToken.objects.get().last_used_at == now
    token_of(text, now + timedelta(minutes=6))
    assert AppToken.objects.get().last_used_at == now + timedelta(minutes=6)


def test_a_token_needs_a_name_a_span_and_room(person: User) -> None:
    with pytest.raises(Invalid):
        create_token(actor=person, name="  ", days=30)
    with pytest.raises(Invalid):
        create_token(actor=person, name="test", days=9999)
    for _ in range(MOST_TOKENS):
        create_token(actor=person, name="test", days=30)
    with pytest.raises(Conflict):
        create_token(actor=person, name="test", days=30)


def test_the_page_shows_a_new_token_once(at_home: Client) -> None:
    page = reverse("my_tokens")
    shown = at_home.post(page, {"name": "我的程序", "days": "30"})
    text = shown.context["text"]
    assert shown.status_code == 200
    assert text in shown.content.decode()
    assert "no-store" in shown["Cache-Control"]
    later = at_home.get(page).content.decode()
    assert text not in later
    assert "我的程序" in later


def test_the_page_keeps_what_was_typed_and_says_what_is_wrong(at_home: Client) -> None:
    refused = at_home.post(reverse("my_tokens"), {"name": "我的程序", "days": "12"})
    assert refused.status_code == 400
    assert "我的程序" in refused.content.decode()
    assert not AppToken.objects.exists()


def test_only_the_owner_ends_a_token(at_home: Client, person: User) -> None:
    mine, _text = create_token(actor=person, name="mine", days=30)
    other, _text = create_token(actor=PersonFactory(), name="other", days=30)
    assert at_home.post(reverse("revoke_token", args=[other.pk])).status_code == 404
    assert at_home.get(reverse("revoke_token", args=[mine.pk])).status_code == 405
    assert at_home.post(reverse("revoke_token", args=[mine.pk])).status_code == 302
    mine.refresh_from_db()
    other.refresh_from_db()
    assert mine.revoked_at is not None
    assert other.revoked_at is None


def test_the_page_asks_for_proof_first(client: Client, person: User) -> None:
    client.force_login(person)
    assert client.get(reverse("my_tokens")).status_code == 302
    assert client.post(reverse("my_tokens"), {"name": "x", "days": "30"}).status_code == 302
    assert not AppToken.objects.exists()


def test_a_person_takes_their_tokens_along_and_leaves_none_behind(person: User) -> None:
    client_of(person).post(REGISTER, {}, headers={"Idempotency-Key": "k"})
    [section] = [section for section in data_sections() if section.name == "app_tokens"]
    copied = section.data(person)
    assert [token["name"] for token in copied] == ["test"]
    assert "digest" not in copied[0]
    User.objects.filter(assisted_by=person).update(assisted_by=None, username="somebody")
    erase_user(actor=person, user=person)
    assert not AppToken.objects.exists()
    assert not IdempotencyKey.objects.exists()
