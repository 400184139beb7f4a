"""Texts with versions: agreed to, asked again, taken back."""

import datetime as dt

import pytest
from django.db import ProgrammingError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from portal.accounts.consents import (
    ensure_default_consents,
    give_consent,
    has_consent,
    outstanding_texts,
    text_in_force,
    withdraw_consent,
)
from portal.accounts.models import Consent, ConsentText
from portal.errors import Conflict, NotAllowed
from portal.outbox.models import Event
from tests.portal.accounts.factories import ConsentTextFactory, ResidentFactory, StaffFactory, enter

pytestmark = pytest.mark.django_db

PRIVACY, PUBLICATION = ConsentText.Kind.PRIVACY, ConsentText.Kind.PUBLICATION
ASK = reverse("accounts_consent")


def test_the_newest_text_that_has_taken_effect_is_in_force() -> None:
    now = timezone.now()
    ConsentTextFactory(version=1)
    second = ConsentTextFactory(version=2)
    third = ConsentTextFactory(version=3, effective_at=now + dt.timedelta(days=1))
    assert text_in_force(PRIVACY, now=now) == second
    assert text_in_force(PRIVACY, now=now + dt.timedelta(days=1)) == third
    assert text_in_force(PRIVACY, now=now - dt.timedelta(days=9)) is None


def test_giving_twice_is_giving_once() -> None:
    ConsentTextFactory()
    user = ResidentFactory()
    first = give_consent(actor=user, user=user, kind=PRIVACY)
    assert give_consent(actor=user, user=user, kind=PRIVACY) == first
    assert has_consent(user, PRIVACY)
    assert Event.objects.filter(type="accounts.consent.given").count() == 1


def test_a_new_version_is_asked_again_before_the_next_page(client: Client) -> None:
    ConsentTextFactory(version=1)
    user = ResidentFactory()
    give_consent(actor=user, user=user, kind=PRIVACY)
    enter(client, user)
    assert client.get(reverse("my_data")).status_code == 200
    ConsentTextFactory(version=2, title="新版说明")
    answer = client.get(reverse("my_data"))
    assert answer["Location"] == f"{ASK}?next=%2Faccounts%2Fmy-data%2F"
    page = client.get(answer["Location"]).content.decode()
    assert "新版说明" in page
    assert client.post(ASK, {"next": reverse("my_data")})["Location"] == reverse("my_data")
    assert client.get(reverse("my_data")).status_code == 200
    assert list(outstanding_texts(user)) == []


def test_what_is_being_typed_is_not_lost_to_the_question(client: Client) -> None:
    user = ResidentFactory()
    enter(client, user)
    ConsentTextFactory()
    client.post(reverse("my_profile"), {"legal_name": "王桂香", "display_name": "", "language": "zh-hans"})
    user.refresh_from_db()
    assert user.legal_name == "王桂香"


def test_leaving_is_open_while_the_question_stands(client: Client) -> None:
    ConsentTextFactory()
    enter(client, ResidentFactory())
    assert client.get(reverse("home"))["Location"].startswith(ASK)
    assert client.get(reverse("account_logout")).status_code == 200
    client.post(reverse("account_logout"))
    assert "_auth_user_id" not in client.session


def test_taking_back_asks_at_the_next_page(client: Client) -> None:
    ConsentTextFactory()
    user = ResidentFactory()
    give_consent(actor=user, user=user, kind=PRIVACY)
    withdraw_consent(actor=user, user=user, kind=PRIVACY)
    assert not has_consent(user, PRIVACY)
    enter(client, user)
    assert client.get(reverse("home"))["Location"].startswith(ASK)
    assert Event.objects.filter(type="accounts.consent.withdrawn").count() == 1
    with pytest.raises(Conflict):
        withdraw_consent(actor=user, user=user, kind=PRIVACY)


def test_taking_back_in_a_session_that_had_agreed(client: Client) -> None:
    ConsentTextFactory()
    user = ResidentFactory()
    give_consent(actor=user, user=user, kind=PRIVACY)
    enter(client, user)
    assert client.get(reverse("my_consents")).status_code == 200
    client.post(reverse("my_consents"), {"kind": PRIVACY, "act": "withdraw"})
    assert client.get(reverse("my_data"))["Location"].startswith(ASK)


def test_publication_is_a_consent_apart(client: Client) -> None:
    ConsentTextFactory(kind=PUBLICATION, version=1)
    user = ResidentFactory()
    enter(client, user)
    assert client.get(reverse("my_data")).status_code == 200, "nobody has to publish in order to use the portal"
    client.post(reverse("my_consents"), {"kind": PUBLICATION, "act": "give"})
    assert has_consent(user, PUBLICATION)
    client.post(reverse("my_consents"), {"kind": PUBLICATION, "act": "withdraw"})
    assert not has_consent(user, PUBLICATION)


def test_strangers_neither_give_nor_take_back() -> None:
    ConsentTextFactory()
    user, stranger = ResidentFactory(), ResidentFactory()
    with pytest.raises(NotAllowed):
        give_consent(actor=stranger, user=user, kind=PRIVACY)
    give_consent(actor=user, user=user, kind=PRIVACY)
    for other in (stranger, StaffFactory()):
        with pytest.raises(NotAllowed):
            withdraw_consent(actor=other, user=user, kind=PRIVACY)


def test_a_guardian_gives_for_a_child() -> None:
    ConsentTextFactory()
    guardian = ResidentFactory()
    child = ResidentFactory(under_14=True, guardian=guardian)
    consent = give_consent(actor=guardian, user=child, kind=PRIVACY)
    assert consent is not None
    assert consent.given_by == guardian


@pytest.mark.django_db(transaction=True)
def test_a_text_in_force_is_frozen_by_the_database() -> None:
    text = ConsentTextFactory()
    with pytest.raises(ProgrammingError), transaction.atomic():
        ConsentText.objects.filter(pk=text.pk).update(body="换掉")
    with pytest.raises(ProgrammingError), transaction.atomic():
        text.delete()
    future = ConsentTextFactory(effective_at=timezone.now() + dt.timedelta(days=1))
    assert ConsentText.objects.filter(pk=future.pk).update(body="还能改") == 1


def test_the_first_texts_are_put_in_place_once() -> None:
    ensure_default_consents()
    ensure_default_consents()
    assert {text.kind for text in ConsentText.objects.all()} == set(ConsentText.Kind.values)
    assert ConsentText.objects.count() == len(ConsentText.Kind.values)
    text = text_in_force(PRIVACY)
    assert text is not None
    assert "不收身份证号" in text.body
    with translation.override("en"):
        assert text.shown_title == "How we use your information"
        assert text.paragraphs[0].startswith("We only collect")
    with translation.override("zh-hant"):
        assert text.shown_title == "我們怎樣用您的資訊"
        assert text.paragraphs[0].startswith("我們只收辦事要用的：您的手機號")
    assert text.paragraphs[0].startswith("我们只收办事要用的")


def test_existing_texts_are_left_alone() -> None:
    mine = ConsentTextFactory(version=7)
    ensure_default_consents()
    assert list(ConsentText.objects.filter(kind=PRIVACY)) == [mine]


def test_an_unknown_kind_is_no_error(client: Client) -> None:
    enter(client, ResidentFactory())
    client.post(reverse("my_consents"), {"kind": "other", "act": "give"})
    assert not Consent.objects.exists()
