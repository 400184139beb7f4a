"""An erased person leaves no name and no number anywhere."""

import datetime as dt
from collections.abc import Iterator

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.accounts.codes import send_code
from portal.accounts.consents import give_consent
from portal.accounts.erasure import ErasedIdentity, erase_user
from portal.accounts.models import ConsentText, PhoneCode, User
from portal.accounts.services import enrol_totp, replace_lost_phone
from portal.accounts.signals import user_erased
from portal.errors import Conflict, NotAllowed
from portal.outbox.models import Event
from tests.portal.accounts.factories import SECRET, ConsentTextFactory, ResidentFactory, StaffFactory, enter

pytestmark = pytest.mark.django_db

CANARY_NAME, CANARY_ALIAS, CANARY_PHONE = "欧阳金丝雀", "金丝雀阿姨", "+8613755551234"
CANARIES = ("金丝雀", "13755551234", "canary-user")


def tables() -> list[tuple[str, list[str]]]:
    """Every table with the columns that can hold words, whatever their type, except the framework's own catalogue."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT table_name, array_agg(column_name::text) FROM information_schema.columns
            WHERE table_schema = 'public'
              AND (data_type IN ('text', 'character varying', 'character', 'json', 'jsonb', 'bytea', 'ARRAY', 'inet'))
            GROUP BY table_name ORDER BY table_name
            """
        )
        return list(cursor.fetchall())


def where_found(words: tuple[str, ...]) -> Iterator[str]:
    """Every "table.column" in which one of the words stands; sessions are read as Django reads them."""
    for table, columns in tables():
        for column in columns:
            for word in words:
                with connection.cursor() as cursor:
                    text = f"convert_from(\"{column}\", 'UTF8')" if is_bytes(table, column) else f'"{column}"::text'
                    cursor.execute(f'SELECT count(*) FROM "{table}" WHERE {text} LIKE %s', [f"%{word}%"])
                    if cursor.fetchone()[0]:
                        yield f"{table}.{column}: {word}"
    for session in Session.objects.all():
        found = [word for word in words if word in str(session.get_decoded())]
        yield from (f"session: {word}" for word in found)


def is_bytes(table: str, column: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT data_type FROM information_schema.columns WHERE table_name = %s AND column_name = %s",
            [table, column],
        )
        return bool(cursor.fetchone()[0] == "bytea")


@pytest.fixture
def canary(client: Client) -> User:
    """Somebody who left traces in every part of identity."""
    ConsentTextFactory()
    user = ResidentFactory(
        phone="+8613755550000", legal_name=CANARY_NAME, display_name=CANARY_ALIAS, username="canary-user"
    )
    give_consent(actor=user, user=user, kind=ConsentText.Kind.PRIVACY)
    enrol_totp(user=user, secret=SECRET)
    staff = StaffFactory(is_superuser=True)
    replace_lost_phone(actor=staff, user=user, new_phone=CANARY_PHONE, reason=f"{CANARY_NAME}到站，{CANARY_PHONE}")
    send_code(phone=CANARY_PHONE, purpose=PhoneCode.Purpose.ENTER)
    LogEntry.objects.create(
        user=staff,
        content_type=ContentType.objects.get_for_model(User),
        object_id=str(user.pk),
        object_repr=CANARY_ALIAS,
        action_flag=CHANGE,
        action_time=timezone.now() - dt.timedelta(days=1),
    )
    enter(client, user)
    session = client.session
    session["note"] = CANARY_NAME
    session.save()
    UserSession.objects.create(user=user, session_key=session.session_key, ip="127.0.0.1", user_agent="x")
    user.refresh_from_db()
    return user


def test_the_search_finds_canaries(canary: User) -> None:
    """The positive control: before erasing, the search sees them where they are."""
    found = "\n".join(where_found(CANARIES))
    for place in ("portal_user.legal_name", "portal_user.phone", "portal_eventtext.text", "portal_phonecode.phone"):
        assert place in found
    assert "django_admin_log.object_repr" in found
    assert "session: 金丝雀" in found


def test_no_canary_is_left(canary: User) -> None:
    erase_user(actor=canary, user=canary)
    assert list(where_found(CANARIES)) == []


def test_the_emptied_row_stays_for_those_who_refer_to_it(canary: User) -> None:
    erase_user(actor=canary, user=canary)
    canary.refresh_from_db()
    assert canary.is_erased
    assert not canary.is_active
    assert str(canary) == "居民"
    event = Event.objects.get(type="accounts.user.lost_phone_replaced")
    assert event.on_behalf_of == canary
    assert event.text_is_erased
    assert Event.objects.filter(type="accounts.user.erased", subject_id=canary.pk).count() == 1


def test_wings_are_told_what_the_person_was_called(canary: User) -> None:
    heard: list[ErasedIdentity] = []

    def hear(sender: type, was: ErasedIdentity, **kwargs: object) -> None:
        heard.append(was)

    user_erased.connect(hear)
    try:
        erase_user(actor=canary, user=canary)
    finally:
        user_erased.disconnect(hear)
    assert {CANARY_NAME, CANARY_ALIAS, CANARY_PHONE, "13755551234", "canary-user"} <= set(heard[0].words)


def test_a_wing_that_refuses_keeps_everything(canary: User) -> None:
    def refuse(sender: type, **kwargs: object) -> None:
        raise Conflict("还有没交接的职务")

    user_erased.connect(refuse)
    try:
        with pytest.raises(Conflict):
            erase_user(actor=canary, user=canary)
    finally:
        user_erased.disconnect(refuse)
    canary.refresh_from_db()
    assert canary.legal_name == CANARY_NAME
    assert canary.phone == CANARY_PHONE


def test_the_number_is_free_for_a_fresh_start(canary: User) -> None:
    erase_user(actor=canary, user=canary)
    assert ResidentFactory(phone=CANARY_PHONE).pk != canary.pk


def test_only_the_person_or_a_guardian_erases() -> None:
    guardian = ResidentFactory()
    child = ResidentFactory(under_14=True, guardian=guardian)
    with pytest.raises(NotAllowed):
        erase_user(actor=StaffFactory(is_superuser=True), user=child)
    with pytest.raises(Conflict, match="监护人"):
        erase_user(actor=guardian, user=guardian)
    erase_user(actor=guardian, user=child)
    assert erase_user(actor=guardian, user=guardian).is_erased
    with pytest.raises(Conflict, match="已经注销"):
        erase_user(actor=guardian, user=guardian)


def test_by_the_page(client: Client) -> None:
    user = ResidentFactory()
    enter(client, user)
    other = enter(Client(), user)
    page = reverse("my_erase")
    assert "马上删掉的" in client.get(page).content.decode()
    assert client.post(page).status_code == 400
    user.refresh_from_db()
    assert not user.is_erased
    assert client.post(page, {"understood": "on"})["Location"] == reverse("accounts_erased")
    assert client.get(reverse("accounts_erased")).status_code == 200
    assert client.get(reverse("my_data")).status_code == 302
    assert other.get(reverse("my_data")).status_code == 302
    user.refresh_from_db()
    assert user.is_erased


def test_erasing_is_refused_in_words_on_the_page(client: Client) -> None:
    guardian = ResidentFactory()
    ResidentFactory(under_14=True, guardian=guardian)
    answer = enter(client, guardian).post(reverse("my_erase"), {"understood": "on"})
    assert answer.status_code == 409
    assert "监护人" in answer.content.decode()
