"""The configuration pages: entered with two factors, people masked, powers apart."""

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.db.models import Model
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.accounts.consents import give_consent
from portal.accounts.models import ConsentText, User
from portal.accounts.sms.base import TextMessage
from portal.outbox.models import Event
from tests.portal.accounts.factories import ConsentTextFactory, ResidentFactory, StaffFactory, enter, enter_as_staff

pytestmark = pytest.mark.django_db

INDEX, PEOPLE = reverse("admin:index"), reverse("admin:portal_user_changelist")


def page_of(user: User) -> str:
    return reverse("admin:portal_user_change", args=[user.pk])


def viewer() -> User:
    """Staff who may look at people and change whether they are staff, and nothing more."""
    user = StaffFactory()
    user.user_permissions.set(Permission.objects.filter(codename__in=["view_user", "change_user"]))
    return user


def test_the_admin_has_no_login_of_its_own(client: Client) -> None:
    answer = client.get(INDEX)
    assert answer["Location"] == f"{reverse('admin:login')}?next={INDEX}"
    assert client.get(answer["Location"])["Location"].startswith(reverse("account_staff_login"))


def test_residents_are_told_no(client: Client) -> None:
    enter(client, ResidentFactory())
    assert client.get(INDEX, follow=True).status_code == 403


def test_staff_need_both_factors(client: Client) -> None:
    user = StaffFactory(is_superuser=True)
    enter(client, user, method="password")
    assert client.get(INDEX)["Location"] == reverse("mfa_index")
    assert enter_as_staff(client, user).get(INDEX).status_code == 200


def test_lists_mask_names_and_numbers(client: Client) -> None:
    ResidentFactory(phone="+8613812345678", legal_name="诸葛亮亮", display_name="")
    page = enter_as_staff(client, StaffFactory(is_superuser=True)).get(PEOPLE).content.decode()
    assert "···5678" in page
    assert "诸葛*" in page
    assert "13812345678" not in page
    assert "诸葛亮亮" not in page


def test_only_those_who_must_see_whole_names(client: Client) -> None:
    person = ResidentFactory(phone="+8613812345678")
    page = enter_as_staff(client, viewer()).get(page_of(person)).content.decode()
    assert "王桂兰" not in page
    assert "13812345678" not in page
    assert not Event.objects.filter(type="accounts.user.revealed").exists()
    boss = StaffFactory(is_superuser=True)
    page = enter_as_staff(Client(), boss).get(page_of(person)).content.decode()
    assert "王桂兰" in page
    assert "138 1234 5678" in page
    look = Event.objects.get(type="accounts.user.revealed")
    assert (look.actor, look.on_behalf_of, look.visibility) == (boss, person, "audit")
    assert "查看了姓名和手机号" in enter(Client(), person).get(reverse("my_data")).content.decode()


def test_no_digest_of_a_password_is_shown(client: Client) -> None:
    person = StaffFactory()
    page = enter_as_staff(client, StaffFactory(is_superuser=True)).get(page_of(person)).content.decode()
    assert person.password not in page
    assert "md5" not in page


def test_an_administrator_changes_no_name_and_no_powers(client: Client) -> None:
    person = ResidentFactory()
    enter_as_staff(client, StaffFactory(is_superuser=True))
    form = {"is_active": "on", "legal_name": "别人", "phone": "+8613900000001", "is_superuser": "on"}
    assert client.post(page_of(person), form).status_code == 302
    person.refresh_from_db()
    assert person.legal_name == "王桂兰"
    assert not person.is_superuser


def test_becoming_staff_ends_the_sessions(client: Client) -> None:
    person = ResidentFactory()
    theirs = enter(Client(), person)
    enter_as_staff(client, StaffFactory(is_superuser=True))
    client.post(page_of(person), {"is_active": "on", "is_staff": "on"})
    person.refresh_from_db()
    assert person.is_staff
    assert theirs.get(reverse("my_data")).status_code == 302


def test_a_staff_account_is_made_with_a_password(client: Client) -> None:
    enter_as_staff(client, StaffFactory(is_superuser=True))
    form = {
        "username": "liwei",
        "legal_name": "李伟",
        "display_name": "李网格员",
        "password1": "quiet-harbour-lamp-93",
        "password2": "quiet-harbour-lamp-93",
    }
    answer = client.post(reverse("admin:portal_user_add"), form)
    assert answer.status_code == 302, answer.content.decode()
    assert User.objects.get(username="liwei").is_staff


def test_people_are_never_deleted_here(client: Client) -> None:
    person = ResidentFactory()
    enter_as_staff(client, StaffFactory(is_superuser=True))
    assert client.post(reverse("admin:portal_user_delete", args=[person.pk]), {"post": "yes"}).status_code == 403


def test_a_lost_phone_is_replaced_here(client: Client, texts: list[TextMessage]) -> None:
    person = ResidentFactory(phone="+8613812345678")
    enter_as_staff(client, StaffFactory(is_superuser=True))
    page = reverse("admin:portal_user_phone", args=[person.pk])
    assert client.get(page).status_code == 200
    assert client.post(page, {"phone": "139 0000 0001"}).status_code == 400
    client.post(page, {"phone": "139 0000 0001", "reason": "本人到站"})
    person.refresh_from_db()
    assert person.phone == "+8613900000001"
    assert (texts[-1].phone, texts[-1].kind.name) == ("+8613812345678", "phone_changed")


def test_not_by_staff_without_the_right(client: Client) -> None:
    person = ResidentFactory()
    enter_as_staff(client, viewer())
    page = reverse("admin:portal_user_phone", args=[person.pk])
    assert client.post(page, {"phone": "139 0000 0001", "reason": "本人到站"}).status_code == 403


def test_a_new_version_is_written_and_one_in_force_only_read(client: Client) -> None:
    text = ConsentTextFactory()
    boss = StaffFactory(is_superuser=True)
    give_consent(actor=boss, user=boss, kind=text.kind)
    enter_as_staff(client, boss)
    page = reverse("admin:portal_consenttext_change", args=[text.pk])
    assert client.get(page).status_code == 200
    assert client.post(page, {"body": "换掉"}).status_code == 403
    moment = timezone.localtime()
    form = {
        "kind": text.kind,
        "version": text.version + 1,
        "title": "新版",
        "body": "新的说明",
        "effective_at_0": f"{moment:%Y-%m-%d}",
        "effective_at_1": f"{moment:%H:%M:%S}",
    }
    assert client.post(reverse("admin:portal_consenttext_add"), form).status_code == 302
    assert ConsentText.objects.filter(title="新版").exists()


def test_consents_are_read_only(client: Client) -> None:
    enter_as_staff(client, StaffFactory(is_superuser=True))
    assert client.get(reverse("admin:portal_consent_changelist")).status_code == 200
    assert client.get(reverse("admin:portal_consent_add")).status_code == 403


@pytest.mark.parametrize("model", [Authenticator, EmailAddress, UserSession])
def test_seeds_and_session_keys_have_no_page(model: type[Model]) -> None:
    assert not admin.site.is_registered(model)
