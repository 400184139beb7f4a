"""A place at a glance: numbers with the lists behind them, for those who watch the place."""

import csv
import re
from datetime import timedelta
from typing import Any
from unittest.mock import ANY

import pytest
import time_machine
from django.core.cache import caches
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from grids.cells.domain import Rank
from grids.incidents.models import Incident, IncidentDay
from grids.pairing import services
from grids.patrols.services import settle_past_runs, tick_point
from grids.roles.domain import Role
from grids.territory.models import Territory
from tests.grids.cells.factories import OrganisationFactory
from tests.grids.duty.factories import away_on_leave
from tests.grids.incidents.factories import MONDAY, make_round
from tests.grids.incidents.stages import incidents_of
from tests.grids.pairing.factories import Net, make_homes, make_net
from tests.grids.pairing.test_pairing import counted
from tests.grids.patrols.factories import make_route, run_of
from tests.grids.roles.factories import make_staff
from tests.grids.territory.factories import DistrictFactory, GridFactory, square
from tests.portal.accounts.factories import enter_as_staff
from tests.wishes.wishes.factories import make_cast, posted

pytestmark = pytest.mark.django_db


@pytest.fixture
def net() -> Net:
    """A community with a grid that lacks nothing, one without cell and head; seven households without a pair."""
    net = make_net()
    OrganisationFactory(territory=net.grid, rank=Rank.BRANCH)
    for role in (Role.GRID_HEAD, Role.GRID_MEMBER):
        make_staff(role, net.grid)
    GridFactory(community=net.community, name="缺人的网格", boundary=square(118.7, 32.0))
    homes = make_homes(net.building(), 10)
    member = net.member()
    for home in homes[:3]:
        services.pair(actor=net.worker, lead=member, household=home)
    counted()
    return net


def desk(net: Net, role: Role = Role.COMMUNITY_SECRETARY) -> Client:
    return enter_as_staff(Client(), make_staff(role, net.community))


def numbers(page: str) -> dict[str, tuple[str, str]]:
    """What the cards say: the number and where it leads, by its label."""
    found = re.findall(
        r'<li>\s*(?:<a href="([^"]*)">)?<span class="label">([^<]*)</span><span class="numeral[^"]*">([^<]*)<', page
    )
    return {label: (value, href.replace("&amp;", "&")) for href, label, value in found}


def test_each_number_opens_its_list(net: Net, django_assert_max_num_queries: Any) -> None:
    client = desk(net)
    with django_assert_max_num_queries(12):
        page = client.get(reverse("overview")).content.decode()
    found = numbers(page)
    assert {label: value for label, (value, _href) in found.items()} == {
        "今天没有网格长": "1",
        "请假有人代": "0",
        "两周内会缺人": "1",
        "没有党组织的网格": "1",
        "没有结对的住户": "7",
        "结对率": "30%",
        "超时的心愿": "0",
        "在办的心愿": "0",
        "超时的事件": "0",
        "在办的事件": "0",
        "近 30 天按时率": "—",
        "没有走的巡查": "0",
        "走完的巡查": "0",
        "该走的巡查": "0",
        "过了日子没走访": "0",
        "该去走访的": "0",
        "组织生活完成率": ANY,
        "欠着没开的会": ANY,
    }
    for label, (value, href) in found.items():
        assert bool(href) == (value not in ("0", "—")), label
        if href:
            with django_assert_max_num_queries(12):
                assert client.get(href).status_code == 200
    for label in ("今天没有网格长", "两周内会缺人", "没有党组织的网格"):
        assert "缺人的网格" in client.get(found[label][1]).content.decode()
    assert "缺人的网格" in page


def test_lists_of_wishes_and_incidents_are_narrowed_to_the_place() -> None:
    """A street's officer comes from a community's number to that community's list."""
    cast = make_cast()
    wish = posted(cast)
    incidents_of(cast, at=timezone.now())
    officer = enter_as_staff(Client(), cast.street_officer)
    page = officer.get(reverse("overview_place", args=[cast.community.code])).content.decode()
    found = numbers(page)
    assert int(found["在办的事件"][0]) == Incident.objects.work().count() > 0
    listed = officer.get(found["在办的心愿"][1]).content.decode()
    assert wish.number in listed
    other = GridFactory(community=cast.community)
    empty = officer.get(reverse("wish_desk"), {"grid": other.code}).content.decode()
    assert wish.number not in empty
    incidents = officer.get(found["在办的事件"][1])
    assert incidents.status_code == 200
    assert incidents.context["chosen"] == cast.community


def test_what_was_done_in_time_stands_beside_the_period_before() -> None:
    """Of two done last month one was late; of one done now none: it went up."""
    cast = make_cast()
    kind = Incident.objects.get(pk=incidents_of(cast, at=timezone.now())["verified"].pk).category
    IncidentDay.objects.all().delete()
    today = timezone.localdate()
    for days, in_time, late in ((2, 1, 0), (29, 1, 0), (30, 1, 1), (59, 1, 1), (60, 0, 9)):
        IncidentDay.objects.create(
            territory=cast.grid, category=kind, day=today - timedelta(days=days), in_time=in_time, late=late
        )
    client = enter_as_staff(Client(), cast.secretary)
    page = client.get(reverse("overview")).content.decode()
    value, href = numbers(page)["近 30 天按时率"]
    assert value == "100%"
    assert "比上期高 50 点" in page
    assert client.get(href).context["rows"]


def test_patrols_of_this_month_with_their_lists() -> None:
    """Kept, missed, due: the numbers of each place, to the lists behind them, also for a supervisor and in the file."""
    with time_machine.travel(MONDAY, tick=False):
        people = make_round()
        make_route(people.grid_head, people.informant, people.grid)
        kept = run_of(make_route(people.grid_head, people.member, people.grid, name="晚上一圈"))
        for point in kept.route.points.all():
            tick_point(actor=people.member, run=kept, point=point)
    with time_machine.travel(MONDAY + timedelta(days=1), tick=False):
        settle_past_runs()
        counted()
        client = enter_as_staff(Client(), people.supervisor)
        found = numbers(client.get(reverse("overview_place", args=[people.community.code])).content.decode())
        lists = {"没有走的巡查": ("1", "早上一圈"), "走完的巡查": ("1", "晚上一圈"), "该走的巡查": ("2", "一圈")}
        for label, (number, name) in lists.items():
            assert found[label][0] == number
            assert name in client.get(found[label][1]).content.decode()
        file = client.get(reverse("overview_file", args=[people.community.code]), {"as": "csv"})
        [head, total, *_rest] = csv.reader(file.content.decode("utf-8-sig").splitlines())
        assert dict(zip(head, total, strict=True))["没有走的巡查"] == "1"


def test_a_supervisor_reads_no_small_group_and_no_names(net: Net) -> None:
    client = desk(net, Role.SUPERVISOR)
    page = client.get(reverse("overview")).content.decode()
    found = numbers(page)
    assert found["没有结对的住户"] == ("5", "")  # seven, rounded down to fives; the list is the handlers'
    assert found["没有党组织的网格"][0] == "1"
    assert reverse("overview_staff", args=[net.community.code]) not in page
    assert client.get(reverse("overview_staff", args=[net.community.code])).status_code == 403
    shapes = client.get(reverse("overview_shapes", args=[net.community.code]), {"show": "paired"}).json()
    assert shapes["features"]  # of another column: this one is not his


def test_the_map_shows_what_is_chosen_and_only_outlines_of_the_place(net: Net) -> None:
    client = desk(net)
    page = client.get(reverse("overview"), {"show": "headless"})
    assert 'aria-current="true">今天没有网格长' in page.content.decode()
    drawn = client.get(reverse("overview_shapes", args=[net.community.code]), {"show": "headless"}).json()
    assert [each["properties"]["band"] for each in drawn["features"]] == ["few"]
    assert [each["properties"]["value"] for each in drawn["features"]] == ["没有人"]


def test_a_head_on_leave_who_is_covered_is_told_from_one_who_is_there(net: Net) -> None:
    """By tone, pattern and words: on the map, in its key, in the numbers and their list."""
    grids = [GridFactory(community=net.community, name=name, boundary=square(118.72, 32.0)) for name in "在代"]
    heads = [make_staff(Role.GRID_HEAD, grid) for grid in grids]
    away_on_leave(heads[1], by=net.worker, cover=net.worker, first=0)
    client = desk(net)
    page = client.get(reverse("overview"), {"show": "headless"}).content.decode()
    assert all(f"heat-{band}" in page for band in ("none", "aside", "few"))
    assert all(f"</svg>{words}</li>" in page for words in ("在岗", "有人代", "没有人"))
    drawn = client.get(reverse("overview_shapes", args=[net.community.code]), {"show": "headless"}).json()
    shown = {
        each["properties"]["name"]: tuple(each["properties"][key] for key in ("band", "value"))
        for each in drawn["features"]
    }
    assert (shown["在"], shown["代"]) == (("none", "在岗"), ("aside", "有人代"))
    number, href = numbers(page)["请假有人代"]
    assert number == "1"
    assert f"{grids[1].name}</span>" in client.get(href).content.decode()


def test_a_system_administrator_sees_the_map_and_no_lists(net: Net) -> None:
    client = enter_as_staff(Client(), make_staff(Role.SYSTEM_ADMINISTRATOR, DistrictFactory()))
    page = client.get(reverse("overview_place", args=[net.community.code])).content.decode()
    found = numbers(page)
    assert (found["没有结对的住户"], found["没有党组织的网格"]) == (("5", ""), ("1", ""))
    drawn = client.get(reverse("overview_shapes", args=[net.community.code]), {"show": "headless"})
    assert drawn.json()["features"]
    assert client.get(reverse("overview_grids", args=[net.community.code])).status_code == 403
    wide = Territory.objects.get(path=str(DistrictFactory().path)[:-3])
    other = enter_as_staff(Client(), make_staff(Role.SYSTEM_ADMINISTRATOR, wide))
    assert other.get(reverse("overview")).context["place"] == DistrictFactory()


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_table_as_a_file(net: Net, kind: str) -> None:
    net.grid.name = "=1+1"
    net.grid.save()
    answer = desk(net).get(reverse("overview_file", args=[net.community.code]), {"as": kind})
    assert answer.status_code == 200
    if kind == "csv":
        lines = answer.content.decode("utf-8-sig").splitlines()
        assert len(lines) == 4
        assert "'=1+1" in lines[2]
    assert desk(net).get(reverse("overview_file", args=[net.community.code]), {"as": "exe"}).status_code == 404


def test_another_place_does_not_exist(net: Net) -> None:
    client = desk(net)
    elsewhere = make_net("320105004005")
    for route in ("overview_place", "overview_shapes", "overview_file", "overview_grids", "overview_staff"):
        assert client.get(reverse(route, args=[elsewhere.community.code])).status_code == 404
        assert client.get(reverse(route, args=["99"])).status_code == 404
    assert client.get(reverse("overview_place", args=[str(net.community.code)[:9]])).status_code == 404


def test_who_has_too_much_in_hand(net: Net) -> None:
    cast = make_cast()
    posted(cast)
    client = enter_as_staff(Client(), cast.secretary)
    address = reverse("overview_staff", args=[cast.community.code])
    page = client.get(address).content.decode()
    assert "没有谁手上的活太多" in page
    head = cast.grid_head.legal_name
    assert head in page
    links = re.findall(rf'href="([^"]*who={cast.grid_head.pk})"', page)
    assert links
    for each in links:
        assert client.get(each.replace("&amp;", "&")).status_code == 200


def test_numbers_are_kept_for_a_minute_and_not_longer(net: Net) -> None:
    client = desk(net)
    client.get(reverse("overview"))
    GridFactory(community=net.community)
    assert numbers(client.get(reverse("overview")).content.decode())["没有党组织的网格"][0] == "1"
    caches["fragments"].clear()
    assert numbers(client.get(reverse("overview")).content.decode())["没有党组织的网格"][0] == "2"
