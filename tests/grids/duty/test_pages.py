"""The board in a page and for programs."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from grids.roles.domain import Role
from grids.roles.models import Appointment, DutyCover
from grids.territory.models import Territory
from tests.grids.duty.factories import away_on_leave
from tests.grids.roles.factories import AppointmentFactory, make_staff
from tests.grids.territory.factories import CommunityFactory, GridFactory
from tests.portal.accounts.factories import enter_as_staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def grid() -> Territory:
    place: Territory = GridFactory(name="东网格")
    AppointmentFactory(role=Role.GRID_MEMBER, territory=place, user__legal_name="林志强")
    return place


def worker() -> Client:
    return enter_as_staff(Client(), make_staff(Role.COMMUNITY_WORKER, CommunityFactory(), legal_name="陈晓雨"))


def test_the_board_says_in_words_who_is_there_and_who_is_missing(grid: Territory) -> None:
    head = make_staff(Role.GRID_HEAD, grid, legal_name="刘建平")
    away_on_leave(head, by=head)
    page = worker().get(reverse("duty", args=[grid.code[:12]]))
    text = page.content.decode()
    for words in (
        "有 1 个网格有的日子没有网格长或网格员",
        "在岗",
        "请假没人代",
        "刘建平",
        "林志强",
        "还没有人代",
        "请人代班",
    ):
        assert words in text


def test_a_leave_is_entered_and_somebody_named(grid: Territory) -> None:
    head, colleague = make_staff(Role.GRID_HEAD, grid), make_staff(Role.GRID_MEMBER, grid, legal_name="曹阳")
    client, code, today = worker(), grid.code[:12], timezone.localdate()
    office = Appointment.objects.get(user=head)
    given = {"appointment": office.pk, "kind": "leave", "starts_on": today, "ends_on": today}
    wrong = client.post(reverse("duty_leave", args=[code]), given)
    assert wrong.status_code == 400
    assert "要晚于开始" in wrong.content.decode()
    given["ends_on"] = today + timedelta(days=2)
    assert client.post(reverse("duty_leave", args=[code]), given).status_code == 302
    duty = DutyCover.objects.get()
    assert client.post(reverse("duty_cover", args=[duty.pk]), {"cover": colleague.pk}).status_code == 302
    text = client.get(reverse("duty", args=[code])).content.decode()
    assert "有人代" in text
    assert "换人代" in text
    assert client.post(reverse("duty_end", args=[duty.pk])).status_code == 302
    duty.refresh_from_db()
    assert duty.ends_on == today


def test_a_grid_head_enters_only_their_own_leave(grid: Territory) -> None:
    head = make_staff(Role.GRID_HEAD, grid)
    client = enter_as_staff(Client(), head)
    form = client.get(reverse("duty_leave", args=[grid.code[:12]])).context["form"]
    assert [one.user for one in form.fields["appointment"].queryset] == [head]
    assert "cover" not in form.fields


def test_programs_read_and_arrange(grid: Territory) -> None:
    head, colleague = make_staff(Role.GRID_HEAD, grid), make_staff(Role.GRID_MEMBER, grid)
    client, url, today = worker(), reverse("api_duty", args=[grid.code[:12]]), timezone.localdate()
    (row,) = client.get(url).json()
    assert (len(row["cells"]), row["cells"][0]["head"], row["cells"][0]["is_gap"]) == (14, "there", False)
    given = {
        "appointment": Appointment.objects.get(user=head).pk,
        "starts_on": today.isoformat(),
        "ends_on": (today + timedelta(days=3)).isoformat(),
    }
    made = client.post(url, given, content_type="application/json")
    assert made.status_code == 201
    assert client.post(url, given, content_type="application/json").status_code == 409
    cover = reverse("api_duty_cover", args=[made.json()["id"]])
    assert client.post(cover, {"cover": colleague.pk}, content_type="application/json").json()["cover"] == colleague.pk
    assert client.get(url).json()[0]["cells"][0]["head"] == "covered"
    assert client.post(reverse("api_duty_end", args=[made.json()["id"]])).json()["ends_on"] == today.isoformat()
