"""See, correct, copy; change the number; who acted for me."""

import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from portal.accounts import export
from portal.accounts.consents import give_consent
from portal.accounts.export import DataFile, export_data, register_data_section
from portal.accounts.models import ConsentText, User
from portal.accounts.services import end_sessions, find_or_register_assisted, replace_lost_phone
from portal.accounts.sms.base import TextMessage
from portal.accounts.sms.memory import Backend
from portal.errors import Conflict, Invalid, NotAllowed
from portal.outbox.models import Event
from tests.portal.accounts.factories import ConsentTextFactory, ResidentFactory, StaffFactory, enter, enter_as_staff

pytestmark = pytest.mark.django_db

NEW = "+8613900000001"


def copy_of(user: User) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(b"".join(export_data(actor=user, user=user))))


def test_the_page_shows_what_is_held(client: Client) -> None:
    user = ResidentFactory(phone="+8613812345678")
    page = enter(client, user).get(reverse("my_data")).content.decode()
    for words in ("王阿姨", "王桂兰", "138 1234 5678", "还没有人替您办过事"):
        assert words in page


@pytest.mark.parametrize(
    "page", ["my_data", "my_profile", "my_phone", "my_consents", "my_sessions", "my_data_copy_page", "my_erase"]
)
def test_strangers_are_sent_to_the_login(client: Client, page: str) -> None:
    assert client.get(reverse(page))["Location"].startswith(reverse("account_login"))


def test_names_are_corrected(client: Client) -> None:
    user = ResidentFactory()
    form = {"legal_name": " 王 桂香 ", "display_name": "", "language": "en"}
    assert enter(client, user).post(reverse("my_profile"), form).status_code == 302
    user.refresh_from_db()
    assert (user.legal_name, user.display_name, user.language) == ("王 桂香", "", "en")
    assert user.public_name == "王*"
    assert client.cookies["django_language"].value == "en", "the page after it is in the new language"


def test_a_name_can_not_be_emptied(client: Client) -> None:
    user = ResidentFactory()
    answer = enter(client, user).post(
        reverse("my_profile"), {"legal_name": " ", "display_name": "阿姨", "language": "en"}
    )
    assert answer.status_code == 400
    assert "阿姨" in answer.content.decode()


def test_the_number_changes_by_a_code_to_the_new_one_and_the_old_one_is_told(
    client: Client, last_code: Callable[[], str], texts: list[TextMessage]
) -> None:
    user = ResidentFactory(phone="+8613812345678")
    enter(client, user)
    assert client.post(reverse("my_phone"), {"phone": "139 0000 0001"})["Location"] == reverse("my_phone_code")
    assert texts[-1].phone == NEW
    client.post(reverse("my_phone_code"), {"code": last_code()})
    user.refresh_from_db()
    assert user.phone == NEW
    assert (texts[-1].phone, texts[-1].kind.name) == ("+8613812345678", "phone_changed")
    assert "0001" in texts[-1].text
    assert Event.objects.filter(type="accounts.user.phone_changed", subject_id=user.pk).exists()


def test_a_wrong_code_changes_no_number(client: Client, last_code: Callable[[], str]) -> None:
    user = ResidentFactory()
    enter(client, user)
    client.post(reverse("my_phone"), {"phone": NEW})
    client.post(reverse("my_phone_code"), {"code": f"{(int(last_code()) + 1) % 1000000:06d}"})
    user.refresh_from_db()
    assert user.phone != NEW


def test_a_number_in_use_is_found_out_only_by_its_owner(client: Client, last_code: Callable[[], str]) -> None:
    """Before the code nothing is said; after it, whoever holds that phone may know."""
    ResidentFactory(phone=NEW)
    user = ResidentFactory()
    enter(client, user)
    assert client.post(reverse("my_phone"), {"phone": NEW})["Location"] == reverse("my_phone_code")
    answer = client.post(reverse("my_phone_code"), {"code": last_code()})
    assert answer.status_code == 400
    assert "这个号码已经有人在用" in answer.content.decode()


@pytest.mark.parametrize("page", ["my_phone", "my_data_copy_page", "my_erase"])
def test_what_matters_asks_for_a_fresh_proof(client: Client, last_code: Callable[[], str], page: str) -> None:
    user = ResidentFactory()
    enter(client, user, ago=601)
    answer = client.get(reverse(page))
    assert answer["Location"].startswith(reverse("accounts_confirm"))
    assert client.post(reverse("accounts_confirm"), {"next": reverse(page)})["Location"] == reverse(
        "accounts_confirm_code"
    )
    assert client.get(reverse(page)).status_code == 302, "a code that was only sent proves nothing"
    assert client.post(reverse("accounts_confirm_code"), {"code": last_code()})["Location"] == reverse(page)
    assert client.get(reverse(page)).status_code == 200


def test_the_copy_holds_everything_and_is_written_down() -> None:
    ConsentTextFactory()
    user = ResidentFactory(phone="+8613812345678")
    give_consent(actor=user, user=user, kind=ConsentText.Kind.PRIVACY)
    archive = copy_of(user)
    account = json.loads(archive.read("account.json"))
    assert account["legal_name"] == "王桂兰"
    assert account["phone"] == "+8613812345678"
    assert account["consents"][0]["text"].startswith("只收办事要用的")
    assert Event.objects.filter(type="accounts.user.data_exported", subject_id=user.pk).count() == 1


def test_the_copy_has_every_column_of_the_account() -> None:
    """A column added later must be put into the copy, or named here with its reason."""
    not_for_copies = {
        "id",  # as "number"
        "password",  # a digest, useless to its owner
        "is_active",
        "is_staff",
        "is_superuser",
        "session_epoch",
        "erased_at",
        "assisted_by",  # as "registered_by"
    }
    columns = {field.name for field in User._meta.concrete_fields} - not_for_copies
    assert columns <= json.loads(copy_of(ResidentFactory()).read("account.json")).keys()


def test_every_declared_section_is_in_the_copy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "_sections", dict(export._sections))
    photo = b"\x89PNG" * 100_000
    register_data_section(
        "things",
        label="东西",
        data=lambda user: [{"id": user.pk, "title": "厨房漏水"}],
        files=lambda user: [DataFile(path="1/photo.png", open=lambda: io.BytesIO(photo))],
    )
    archive = copy_of(ResidentFactory())
    assert archive.testzip() is None
    assert {f"{section.name}.json" for section in export.data_sections()} <= set(archive.namelist())
    assert json.loads(archive.read("things.json"))[0]["title"] == "厨房漏水"
    assert archive.read("things/1/photo.png") == photo
    with pytest.raises(ValueError, match="twice"):
        register_data_section("things", label="", data=lambda user: None)


def test_the_copy_is_downloaded_by_post(client: Client) -> None:
    enter(client, ResidentFactory())
    assert client.get(reverse("my_data_copy")).status_code == 405
    answer: Any = client.post(reverse("my_data_copy"))
    assert answer["Content-Type"] == "application/zip"
    assert "attachment" in answer["Content-Disposition"]
    assert zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))).testzip() is None


def test_nobody_takes_anothers_copy() -> None:
    with pytest.raises(NotAllowed):
        export_data(actor=StaffFactory(), user=ResidentFactory())


def test_staff_register_somebody_without_a_phone(client: Client) -> None:
    ConsentTextFactory()
    staff = StaffFactory(is_superuser=True)
    user = find_or_register_assisted(actor=staff, phone=None, legal_name="赵大爷")
    assert user.phone is None
    assert user.assisted_by == staff
    assert user.consents.get().given_by == staff
    page = enter(client, user).get(reverse("my_data")).content.decode()
    assert "陈网格员" in page
    assert "替您登记了账号" in page
    account = json.loads(copy_of(user).read("assistance.json"))
    assert {entry["what"] for entry in account} == {"替您登记了账号", "同意了说明"}


def test_staff_find_somebody_by_phone() -> None:
    known = ResidentFactory(phone="+8613812345678")
    found = find_or_register_assisted(actor=StaffFactory(is_superuser=True), phone="138-1234-5678", legal_name="不管")
    assert found == known
    known.refresh_from_db()
    assert known.legal_name == "王桂兰"


def test_residents_register_nobody() -> None:
    with pytest.raises(NotAllowed):
        find_or_register_assisted(actor=ResidentFactory(), phone=None, legal_name="赵大爷")


def test_a_child_needs_a_guardian() -> None:
    staff, guardian = StaffFactory(is_superuser=True), ResidentFactory()
    with pytest.raises(Invalid, match="监护人"):
        find_or_register_assisted(actor=staff, phone=None, legal_name="小明", under_14=True)
    child = find_or_register_assisted(actor=staff, phone=None, legal_name="小明", under_14=True, guardian=guardian)
    assert child.guardian == guardian


def test_a_lost_phone_is_replaced_by_staff_who_saw_the_person(client: Client, last_code: Callable[[], str]) -> None:
    user = ResidentFactory(phone="+8613812345678")
    enter(client, user)
    staff = StaffFactory(is_superuser=True)
    old = replace_lost_phone(actor=staff, user=user, new_phone="139 0000 0001", reason="本人到站，核对了证件")
    assert old == "+8613812345678"
    assert client.get(reverse("my_data")).status_code == 302, "whoever holds the lost phone is out"
    assert User.objects.filter(pk=user.pk, phone=NEW, phone_verified_at=None).exists()
    visitor = Client()
    visitor.post(reverse("account_login"), {"phone": NEW})
    visitor.post(reverse("account_confirm_login_code"), {"code": last_code()})
    user.refresh_from_db()
    assert user.phone_verified_at is not None
    event = Event.objects.get(type="accounts.user.lost_phone_replaced")
    assert (event.actor, event.on_behalf_of, event.text) == (staff, user, "本人到站，核对了证件")
    assert "补办了手机号" in visitor.get(reverse("my_data")).content.decode()


def test_a_lost_phone_needs_the_right_a_reason_and_a_free_number() -> None:
    user, boss = ResidentFactory(), StaffFactory(is_superuser=True)
    with pytest.raises(NotAllowed):
        replace_lost_phone(actor=StaffFactory(), user=user, new_phone=NEW, reason="见过")
    with pytest.raises(NotAllowed):
        replace_lost_phone(actor=boss, user=boss, new_phone=NEW, reason="自己")
    with pytest.raises(Invalid, match="怎样核实"):
        replace_lost_phone(actor=boss, user=user, new_phone=NEW, reason=" ")
    ResidentFactory(phone=NEW)
    with pytest.raises(Conflict):
        replace_lost_phone(actor=boss, user=user, new_phone=NEW, reason="见过")


def test_sessions_are_listed_and_one_is_ended(client: Client) -> None:
    user = ResidentFactory()
    phone = Client(headers={"User-Agent": "Mozilla/5.0 (iPhone) MicroMessenger/8.0"})
    for each in (phone, client):
        sign_in_by_code(each, user)
    page = client.get(reverse("my_sessions")).content.decode()
    assert "手机 · 微信" in page
    assert "就是这台" in page
    other = UserSession.objects.get(session_key=phone.session.session_key)
    client.post(reverse("my_sessions"), {"session": other.pk})
    assert phone.get(reverse("my_data")).status_code == 302
    assert client.get(reverse("my_data")).status_code == 200


def sign_in_by_code(client: Client, user: User) -> None:
    """Through the pages; the limits are lifted, as one test signs several devices in at once."""
    cache.clear()
    client.post(reverse("account_login"), {"phone": user.phone})
    client.post(reverse("account_confirm_login_code"), {"code": Backend.outbox[-1].values["code"]})


def test_nobody_ends_anothers_session(client: Client) -> None:
    stranger, user = ResidentFactory(), ResidentFactory()
    theirs = Client()
    sign_in_by_code(theirs, user)
    session = UserSession.objects.get(user=user)
    assert enter(client, stranger).post(reverse("my_sessions"), {"session": session.pk}).status_code == 404
    assert theirs.get(reverse("my_data")).status_code == 200


def test_all_other_sessions_end_and_this_one_goes_on(client: Client) -> None:
    user = ResidentFactory()
    other = Client()
    for each in (other, client):
        sign_in_by_code(each, user)
    client.post(reverse("my_sessions"))
    assert other.get(reverse("my_data")).status_code == 302
    assert client.get(reverse("my_data")).status_code == 200


def test_sessions_nobody_listed_end_as_well(client: Client) -> None:
    """A role change ends every session, also one that was opened without allauth's list knowing of it."""
    user = ResidentFactory()
    client.force_login(user, backend="portal.accounts.backends.AccountBackend")
    UserSession.objects.all().delete()
    end_sessions(user=user, reason="role_change")
    assert client.get(reverse("my_data")).status_code == 302


def test_ending_sessions_of_one_leaves_others(client: Client) -> None:
    enter(client, ResidentFactory())
    end_sessions(user=ResidentFactory())
    assert client.get(reverse("my_data")).status_code == 200


def test_pages_of_ones_own_are_not_kept_by_anybody_between(client: Client) -> None:
    answer = enter_as_staff(client, StaffFactory()).get(reverse("my_data"))
    assert "no-store" in answer["Cache-Control"]
