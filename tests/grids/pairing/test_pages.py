"""Pages and API of pairing: numbers for those who watch, names for those who handle, each number with its list."""

import datetime as dt
from typing import Any

import pytest
import tablib
import time_machine
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from grids.cells.domain import Rank
from grids.pairing import services
from grids.pairing.models import Household, Pairing, PairingLoad
from grids.pairing.resources import HouseholdResource
from grids.roles.domain import Role
from grids.territory.services import change_setting
from portal.outbox.models import Event
from tests.grids.cells.factories import OrganisationFactory
from tests.grids.pairing.factories import Net, make_homes, make_net
from tests.grids.pairing.test_pairing import counted
from tests.grids.roles.factories import PersonFactory, make_staff
from tests.grids.territory.factories import DistrictFactory, GridFactory, square
from tests.portal.accounts.factories import enter, enter_as_staff

pytestmark = pytest.mark.django_db
JSON = "application/json"


@pytest.fixture
def net() -> Net:
    return make_net()


@pytest.fixture
def desk(net: Net) -> Client:
    return enter_as_staff(Client(), net.worker)


def test_coverage_leads_from_each_number_to_its_list(
    net: Net, desk: Client, django_assert_max_num_queries: Any
) -> None:
    bare = GridFactory(community=net.community, name="没有支部的网格")
    OrganisationFactory(territory=net.grid, rank=Rank.BRANCH)
    homes = make_homes(net.building(), 12)
    member = net.member()
    for home in homes[:3]:
        services.pair(actor=net.worker, lead=member, household=home)
    counted()
    system = make_staff(Role.SYSTEM_ADMINISTRATOR, DistrictFactory())
    change_setting(actor=system, territory=net.community, key="pairing.households_per_member", text="2")

    with django_assert_max_num_queries(12):
        page = desk.get(reverse("pairing")).content.decode()
    assert "共 12 户" in page
    assert page.count(">9<") == 2
    with django_assert_max_num_queries(12):
        grids = desk.get(reverse("pairing_grids"), {"place": net.community.code}).content.decode()
    assert bare.name in grids
    assert net.grid.name not in grids
    with django_assert_max_num_queries(12):
        listed = desk.get(reverse("pairing_households"), {"place": net.grid.code}).content.decode()
    assert "112" in listed
    assert ">101<" not in listed
    assert ">101<" in desk.get(reverse("pairing_households"), {"show": "all"}).content.decode()
    with django_assert_max_num_queries(12):
        over = desk.get(reverse("pairing_members"), {"show": "over"}).content.decode()
    assert "3</span> / 2" in over
    assert member.user.legal_name not in over
    assert f">{member.pk}<" in desk.get(reverse("pairing_members")).content.decode()

    found = desk.get(reverse("api_pairing_coverage"), {"place": net.community.code}).json()
    assert found["total"] == {"grids": 2, "grids_without_cell": 1, "households": 12, "paired": 3, "unpaired": 9}
    assert [row["code"] for row in desk.get(reverse("api_pairing_grids")).json()["results"]] == [bare.code]
    assert len(desk.get(reverse("api_pairing_households")).json()["results"]) == 9
    (row,) = desk.get(reverse("api_pairing_members"), {"show": "over"}).json()["results"]
    assert (row["id"], row["households"]) == (member.pk, 3)


def test_supervisors_see_no_small_groups_and_no_lists(net: Net) -> None:
    homes = make_homes(net.building(), 8)
    services.pair(actor=net.worker, lead=net.member(), household=homes[0])
    counted()
    watching = enter_as_staff(Client(), make_staff(Role.SUPERVISOR, net.community))
    total = watching.get(reverse("api_pairing_coverage")).json()["total"]
    assert (total["households"], total["paired"], total["unpaired"]) == (5, None, 5)
    assert "共 8 户" not in watching.get(reverse("pairing")).content.decode()
    for route in ("pairing_households", "pairing_members", "api_pairing_households"):
        assert watching.get(reverse(route)).status_code == 403
    foreign = enter_as_staff(Client(), make_net("320105004002").worker)
    for route in ("pairing", "pairing_households", "api_pairing_coverage"):
        assert foreign.get(reverse(route), {"place": net.community.code}).status_code == 404


def test_the_map_has_a_colour_for_each_grid(net: Net, desk: Client) -> None:
    net.grid.boundary = square(118.70, 32.01)
    net.grid.save()
    homes = make_homes(net.building(), 2)
    services.pair(actor=net.worker, lead=net.member(), household=homes[0])
    counted()
    answer = desk.get(reverse("pairing_shapes", args=[net.community.code]))
    (feature,) = answer.json()["features"]
    assert (feature["id"], feature["properties"]["band"]) == (net.grid.code, "some")
    assert answer["Cache-Control"] == "private, no-store"


def test_pairs_are_made_by_hand(net: Net, desk: Client) -> None:
    building = net.building(name="3 栋")
    homes = make_homes(building, 2)
    member = net.member(near=building, is_backbone=True)
    page = reverse("pairing_member", args=[member.pk])
    assert "没有登记这一户" in desk.post(page, {"where": "3栋 999"}).content.decode()
    assert desk.post(page, {"where": "3栋 101"}).status_code == 302
    assert desk.post(page).status_code == 400
    assert desk.post(page, {"where": "3 栋101"}).status_code == 409
    assert "3 栋 101" in desk.get(page).content.decode()

    home = reverse("pairing_household", args=[homes[1].pk])
    offered = desk.get(home).content.decode()
    assert "已结对 1 户 · 约 0 米" in offered
    assert desk.post(home).status_code == 400
    assert desk.post(home, {"lead": member.pk}).status_code == 302
    follower = net.member()
    lead = reverse("pairing_member_lead", args=[member.pk])
    assert desk.post(lead, {"partner": 999_999}).status_code == 400
    assert desk.post(lead, {"partner": follower.pk}).status_code == 302
    assert desk.post(lead, {"partner": follower.pk}).status_code == 409

    own = enter(Client(), member.user).get(reverse("pairing_mine")).content.decode()
    assert "3 栋 102" in own
    end = reverse("pairing_end", args=[Pairing.objects.get(household=homes[0]).pk])
    assert desk.post(end).status_code == 302
    assert desk.post(end).status_code == 409
    head = enter_as_staff(Client(), make_staff(Role.GRID_HEAD, net.grid))
    assert head.get(home).status_code == 200
    assert head.get(page).status_code == 404


def test_a_proposal_is_seen_before_it_is_accepted(
    net: Net, desk: Client, django_assert_max_num_queries: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    near, far = net.building(0, name="近楼"), net.building(20, name="远楼")
    make_homes(near, 6)
    make_homes(far, 6)
    one, other = net.member(near=near), net.member(near=far)
    page = reverse("pairing_proposal", args=[net.grid.code])
    with django_assert_max_num_queries(12):
        shown = desk.get(page).content.decode()
    assert "2 名党员，12 户" in shown
    assert not Pairing.objects.exists()
    asked = desk.get(reverse("api_pairing_proposal", args=[net.grid.code])).json()
    assert {row["lead"]: len(row["households"]) for row in asked} == {one.pk: 6, other.pk: 6}
    assert max(row["metres"] for row in asked) == 0

    call_command("compare_pairing", net.grid.code)
    assert "proposed: 12 pairs" in capsys.readouterr().out

    chosen = next(row for row in asked if row["lead"] == one.pk)
    value = f"{one.pk}:{','.join(map(str, chosen['households']))}"
    for broken in ({}, {"share": "x"}, {"share": f"{one.pk}:"}, {"share": f"{one.pk}:{2**70}"}):
        assert desk.post(page, broken).status_code == 400
    assert desk.post(page, {"share": value}).status_code == 302
    assert PairingLoad.objects.get(member=one).households == 6
    rest = [{"lead": other.pk, "household": pk} for row in asked if row["lead"] == other.pk for pk in row["households"]]
    again = [*rest, {"lead": one.pk, "household": chosen["households"][0]}]
    answer = desk.post(reverse("api_pairing_proposal", args=[net.grid.code]), {"pairs": again}, JSON)
    assert answer.json() == {"made": 6, "left_out": 1}
    assert "没有可以安排的" in desk.get(page).content.decode()


def test_special_care_is_shown_once_with_a_reason(net: Net, desk: Client) -> None:
    (home,) = make_homes(net.building(), 1)
    Household.objects.update(care="solitary")
    page, care = reverse("pairing_household", args=[home.pk]), reverse("pairing_household_care", args=[home.pk])
    assert "独居" not in desk.get(page).content.decode()
    assert desk.post(care).status_code == 400
    shown = desk.post(care, {"why": "上门前"})
    assert "独居" in shown.content.decode()
    assert shown["Cache-Control"] == "no-store"
    assert desk.post(care, {"care": "ill"}).status_code == 302
    api = reverse("api_pairing_care", args=[home.pk])
    assert desk.post(api, {"reason": "上门前"}, JSON).json() == {"care": "ill"}
    assert desk.post(reverse("api_pairing_care_set", args=[home.pk]), {"care": ""}, JSON).status_code == 204
    assert enter(Client(), PersonFactory()).get(page).status_code == 404


def test_by_programs(net: Net, desk: Client) -> None:
    (home,) = make_homes(net.building(), 1)
    member = net.member()
    pair = reverse("api_pairing_pair")
    made = desk.post(pair, {"lead": member.pk, "household": home.pk}, JSON)
    assert made.status_code == 201
    assert desk.post(pair, {"lead": member.pk, "household": home.pk}, JSON).json()["code"] == "already_paired"
    assert desk.post(pair, {"lead": member.pk}, JSON).status_code == 400
    end = reverse("api_pairing_end", args=[made.json()["id"]])
    assert desk.post(end).json()["ended_on"]
    assert desk.post(end).status_code == 409


def test_the_unit_is_told_what_stands_in_the_rows() -> None:
    day = {"this": dt.date(2026, 8, 1), "last": dt.date(2026, 3, 1), "before": dt.date(2025, 9, 1)}
    with time_machine.travel(dt.datetime(2026, 9, 1, 4, tzinfo=dt.UTC), tick=False):
        net = make_net()
        desk, homes = enter_as_staff(Client(), net.worker), make_homes(net.building(), 3)
        member = net.member(is_backbone=True)
        for home, since in zip(homes, day.values(), strict=True):
            services.pair(actor=net.worker, lead=member, household=home, on=since)
        old = Pairing.objects.get(since=day["before"])
        services.end_pairing(actor=net.worker, pairing=old, on=dt.date(2026, 2, 1))
        services.pair(actor=net.worker, lead=member, partner=net.member(), on=day["this"])
        api = reverse("api_pairing_feedback", args=[member.pk])
        last = desk.post(api, {"half": "last"}, JSON).json()
        # Features above add figures of their own.
        assert last.pop("figures")
        assert last == {
            "since": "2026-01-01",
            "until": "2026-06-30",
            "households": 2,
            "new_households": 1,
            "members": 0,
        }
        this = desk.post(api, {"half": "this"}, JSON).json()
        assert (this["households"], this["new_households"], this["members"]) == (2, 1, 1)
        paper = desk.post(reverse("pairing_feedback", args=[member.pk]), {"half": "this"})
    assert paper["Content-Type"] == "application/pdf"
    assert paper.content.startswith(b"%PDF")
    looks = Event.objects.filter(type="grids.members.revealed", actor=net.worker)
    assert {event.text for event in looks} == {"给单位的半年反馈"}


def test_households_come_from_a_sheet(net: Net) -> None:
    system = make_staff(Role.SYSTEM_ADMINISTRATOR, DistrictFactory())
    building = net.building()
    headers = ("楼栋编码", "门牌号")
    rows = [(building.code, "1单元 101"), (building.code, "1单元 102")]
    wrong = tablib.Dataset(*rows, ("3201", "1"), headers=headers)
    preview = HouseholdResource(actor=system).import_data(wrong, dry_run=True, raise_errors=False)
    assert "第 4 行" in str(preview.invalid_rows[0].error)
    HouseholdResource(actor=system).import_data(tablib.Dataset(*rows, headers=headers), raise_errors=True)
    assert Household.objects.count() == 2
    again = HouseholdResource(actor=system).import_data(HouseholdResource(actor=system).export(), raise_errors=True)
    assert again.totals["skip"] == 2
    browser = enter_as_staff(Client(), system)
    assert "1单元 101" in browser.get(reverse("admin:grids_household_changelist")).content.decode()
    form = {"building": building.pk, "door": "1单元 103"}
    assert browser.post(reverse("admin:grids_household_add"), form).status_code == 302
    assert "已经有这个门牌号" in browser.post(reverse("admin:grids_household_add"), form).content.decode()


def test_a_long_list_goes_on_where_it_ended(net: Net, desk: Client) -> None:
    for number in range(3):
        make_homes(net.building(number), 15)
    page = reverse("api_pairing_households")
    first = desk.get(page, {"limit": 20}).json()
    rest = desk.get(first["next"]).json()["results"]
    assert len({row["id"] for row in first["results"] + rest}) == 40
    seen: list[int] = []
    address = "?"
    while address:
        listed = desk.get(reverse("pairing_households") + address).context["page"]
        seen += [home.pk for home in listed.items]
        address = listed.next_url
    assert len(seen) == len(set(seen)) == 45
