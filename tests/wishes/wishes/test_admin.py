"""The administrator's pages: categories and templates are configured, wishes only looked at and dispatched again."""

import pytest
from django.test import Client
from django.urls import reverse

from grids.roles.models import Role
from tests.grids.roles.factories import AppointmentFactory, PersonFactory, make_staff
from tests.grids.territory.factories import DistrictFactory
from tests.wishes.wishes.factories import (
    SECRET_ADDRESS,
    SECRET_NAME,
    SECRET_PHONE,
    Cast,
    CategoryFactory,
    drafted,
    make_cast,
    posted,
)
from tests.wishes.wishes.pages import client_of
from wishes.wishes.models import AnswerTemplate, Category, Wish

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def system(cast: Cast) -> Client:
    return client_of(make_staff(Role.SYSTEM_ADMINISTRATOR, DistrictFactory()))


def test_a_category_is_made_under_another(system: Client) -> None:
    group = CategoryFactory(code="home", name="家里的事")
    answer = system.post(
        reverse("admin:wishes_category_add"),
        {
            "name": "小修小补",
            "code": "repair",
            "parent": group.pk,
            "kind": "service",
            "urgency": "week",
            "position": 1,
            "is_active": "on",
        },
    )

    assert answer.status_code == 302
    assert Category.objects.get(code="repair").parent == group


def test_the_category_list_and_the_templates_open(system: Client, cast: Cast) -> None:
    template = AnswerTemplate.objects.create(
        purpose="decline", title="不适合公开", text="有别人的隐私。", territory=cast.community
    )
    for page in (
        reverse("admin:wishes_category_changelist"),
        reverse("admin:wishes_answertemplate_changelist"),
        reverse("admin:wishes_answertemplate_change", args=[template.pk]),
    ):
        assert system.get(page).status_code == 200


def test_wishes_are_shown_without_what_is_private(system: Client, cast: Cast) -> None:
    wish = posted(cast)
    for page in (reverse("admin:wishes_wish_changelist"), reverse("admin:wishes_wish_change", args=[wish.pk])):
        content = system.get(page).content.decode()
        assert wish.number in content
        for private in (SECRET_ADDRESS, SECRET_PHONE, SECRET_NAME):
            assert private not in content


def test_nothing_of_a_wish_can_be_changed_here(system: Client, cast: Cast) -> None:
    wish = posted(cast)

    assert system.post(reverse("admin:wishes_wish_change", args=[wish.pk]), {"title": "改了"}).status_code == 403
    assert system.post(reverse("admin:wishes_wish_delete", args=[wish.pk]), {"post": "yes"}).status_code == 403
    assert system.get(reverse("admin:wishes_wish_add")).status_code == 403
    wish.refresh_from_db()
    assert wish.title == "厨房水管漏水，想请人看看"


def test_drafts_and_other_districts_stay_out_of_sight(cast: Cast) -> None:
    wish = posted(cast)
    drafted(cast, title="还没想好")
    elsewhere = client_of(make_staff(Role.SYSTEM_ADMINISTRATOR, DistrictFactory(code="120101")))

    assert wish.number not in elsewhere.get(reverse("admin:wishes_wish_changelist")).content.decode()
    own = client_of(make_staff(Role.SYSTEM_ADMINISTRATOR, DistrictFactory()))
    assert "还没想好" not in own.get(reverse("admin:wishes_wish_changelist")).content.decode()


@pytest.mark.parametrize("role", [Role.SECURITY_ADMINISTRATOR, Role.AUDIT_ADMINISTRATOR, Role.DISTRICT_ADMINISTRATOR])
def test_other_staff_do_not_configure_wishes(cast: Cast, role: Role) -> None:
    client = client_of(make_staff(role, DistrictFactory()))

    for name in ("category", "answertemplate", "wish"):
        assert client.get(reverse(f"admin:wishes_{name}_changelist")).status_code == 403


def test_a_wish_nobody_answers_for_is_dispatched_again(system: Client, cast: Cast) -> None:
    for person in (cast.grid_head, cast.worker, cast.secretary, cast.street_officer):
        person.appointments.all().delete()
    wish = posted(cast)
    newcomer = PersonFactory(is_staff=True)
    AppointmentFactory(user=newcomer, role=Role.GRID_MEMBER, territory=cast.grid)

    page = reverse("admin:wishes_wish_changelist")
    assert wish.number in system.get(page, {"attention": "nobody"}).content.decode()
    system.post(page, {"action": "dispatch_again", "_selected_action": [wish.pk]})

    assert Wish.objects.get(pk=wish.pk).responsible == newcomer
    assert wish.number not in system.get(page, {"attention": "nobody"}).content.decode()
