"""Admin pages: scoped, saved through services, spreadsheets with errors that name their line."""

import io
import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from openpyxl import Workbook, load_workbook

from grids.roles.domain import Role
from grids.roles.models import Appointment
from grids.territory.inherited import register_setting, setting_for
from grids.territory.models import Building, Grid, Territory, TerritorySetting
from portal.accounts.models import User
from portal.outbox.models import Event
from tests.grids.roles.factories import AppointmentFactory, PersonFactory, ResidencyFactory, make_staff
from tests.grids.territory.factories import BuildingFactory, CommunityFactory, DistrictFactory, GridFactory, square
from tests.portal.accounts.factories import enter

pytestmark = pytest.mark.django_db


def browse(role: Role, place: Territory | None = None) -> tuple[User, Client]:
    user = make_staff(role, place or DistrictFactory())
    return user, enter(Client(), user, second_factor=True)


@pytest.fixture
def system() -> tuple[User, Client]:
    return browse(Role.SYSTEM_ADMINISTRATOR)


def sheet(*rows: list[Any]) -> io.BytesIO:
    book: Any = Workbook()
    for row in rows:
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    file.seek(0)
    file.name = "rows.xlsx"
    return file


GRID_HEADINGS = ["社区编码", "编码", "名称", "户数", "监督电话", "边界（GeoJSON）"]


def preview(client: Client, model: str, file: io.BytesIO) -> str:
    """The preview page of an import; format 0 is XLSX."""
    answer = client.post(reverse(f"admin:grids_{model}_import"), {"import_file": file, "format": "0"})
    assert answer.status_code == 200
    return answer.content.decode()


def confirm(client: Client, model: str, file: io.BytesIO) -> None:
    answer = client.post(reverse(f"admin:grids_{model}_import"), {"import_file": file, "format": "0"})
    form = answer.context["confirm_form"]
    done = client.post(reverse(f"admin:grids_{model}_process_import"), form.initial)
    assert done.status_code == 302, done.content.decode()


# -- who sees what ----------------------------------------------------------------------------------------------------

PAGES = ("territory", "grid", "building", "territorysetting", "appointment", "residency")
OPEN_TO = {
    Role.SYSTEM_ADMINISTRATOR: {"territory", "grid", "building", "territorysetting"},
    Role.SECURITY_ADMINISTRATOR: {"territory", "appointment", "residency"},
    Role.AUDIT_ADMINISTRATOR: {"appointment"},
    Role.COMMUNITY_SECRETARY: set(),
    Role.GRID_HEAD: set(),
}


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("role", list(OPEN_TO))
def test_each_administrator_opens_their_own_pages_only(role: Role, page: str) -> None:
    place = {Role.COMMUNITY_SECRETARY: CommunityFactory, Role.GRID_HEAD: GridFactory}.get(role, DistrictFactory)()
    _user, client = browse(role, place)
    expected = 200 if page in OPEN_TO[role] else 403
    assert client.get(reverse(f"admin:grids_{page}_changelist")).status_code == expected


@pytest.mark.parametrize("model", ["grid", "building", "appointment"])
def test_importing_needs_the_power_to_change(model: str) -> None:
    for role in (Role.AUDIT_ADMINISTRATOR, Role.SUPERVISOR, Role.COMMUNITY_SECRETARY):
        place = CommunityFactory() if role == Role.COMMUNITY_SECRETARY else DistrictFactory()
        _user, client = browse(role, place)
        assert client.get(reverse(f"admin:grids_{model}_import")).status_code == 403


def test_an_administrator_sees_the_own_places_only(system: tuple[User, Client]) -> None:
    _user, client = system
    mine = Grid.objects.get(territory=GridFactory(name="本区网格"))
    street = CommunityFactory(code="120101001001")
    other = Grid.objects.get(territory=GridFactory(community=street, name="外区网格"))
    page = client.get(reverse("admin:grids_grid_changelist")).content.decode()
    assert "本区网格" in page
    assert "外区网格" not in page
    assert client.get(reverse("admin:grids_grid_change", args=[mine.pk])).status_code == 200
    assert client.get(reverse("admin:grids_grid_change", args=[other.pk])).status_code == 302, "as if it were not there"
    exported = client.post(reverse("admin:grids_grid_export"), {"format": "1", **FIELDS_OF_EXPORT})
    assert "外区网格" not in exported.content.decode()


# -- by hand ----------------------------------------------------------------------------------------------------------


def grid_form(**fields: Any) -> dict[str, Any]:
    return {"name": "第 001 网格", "household_count": "400", "supervision_phone": "", "area_description": "", **fields}


def test_a_grid_is_added_with_its_boundary(system: tuple[User, Client]) -> None:
    user, client = system
    community = CommunityFactory()
    boundary = json.dumps(square(118.7, 32.0))
    answer = client.post(reverse("admin:grids_grid_add"), grid_form(community=community.pk, code="", boundary=boundary))
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    grid = Grid.objects.select_related("territory").get()
    assert (grid.territory.code, grid.household_count) == (f"{community.code}001", 400)
    assert (grid.territory.boundary or {})["type"] == "Polygon"
    added = Event.objects.get(type="grids.territory.grid_added")
    assert (added.actor, added.payload["code"]) == (user, grid.territory.code)


def test_what_a_service_refuses_stands_at_its_field_and_nothing_typed_is_lost(system: tuple[User, Client]) -> None:
    _user, client = system
    west = GridFactory(name="西网格", boundary=square(118.7, 32.0))
    east = Grid.objects.get(territory=GridFactory(name="东网格"))
    url = reverse("admin:grids_grid_change", args=[east.pk])
    answer = client.post(url, grid_form(name="东边的网格", boundary=json.dumps(square(118.701, 32.0))))
    assert answer.status_code == 200
    errors = answer.context["adminform"].form.errors
    assert "和旁边的网格重叠了：“西网格”" in errors["boundary"][0]
    assert "东边的网格" in answer.content.decode()
    east.refresh_from_db()
    assert Territory.objects.get(pk=east.territory_id).name == "东网格", "all or nothing"
    crossed = client.post(url, grid_form(boundary="{"))
    assert "不是完整的 GeoJSON" in crossed.context["adminform"].form.errors["boundary"][0]
    phone = client.post(url, grid_form(supervision_phone="打给老王"))
    assert "supervision_phone" in phone.context["adminform"].form.errors
    assert west.boundary is not None


def test_the_form_shows_siblings_to_draw_beside(system: tuple[User, Client]) -> None:
    _user, client = system
    GridFactory(name="西网格<script>", boundary=square(118.7, 32.0))
    east = Grid.objects.get(territory=GridFactory())
    page = client.get(reverse("admin:grids_grid_change", args=[east.pk])).content.decode()
    map_given = json.loads(page.split('id="id_boundary-map" type="application/json">')[1].split("</script>")[0])
    assert [each["name"] for each in map_given["siblings"]] == ["西网格<script>"]
    assert "npm/geoman/leaflet-geoman.js" in page
    assert "<textarea" in page


def test_a_grid_is_not_taken_outside_the_own_district(system: tuple[User, Client]) -> None:
    _user, client = system
    elsewhere = CommunityFactory(code="120101001001")
    answer = client.post(reverse("admin:grids_grid_add"), grid_form(community=elsewhere.pk, code=""))
    assert answer.status_code == 200
    assert not Grid.objects.exists()


def test_places_are_offered_with_where_they_lie(system: tuple[User, Client]) -> None:
    _user, client = system
    CommunityFactory()
    CommunityFactory(code="120101001001", name="洲岛外区社区")
    answer = client.get(
        reverse("admin:autocomplete"),
        {"term": "洲岛", "app_label": "grids", "model_name": "grid", "field_name": "territory"},
    )
    assert [row["text"] for row in answer.json()["results"]] == ["建邺区 江心洲街道 洲岛家园社区"]


def test_a_building_moves_to_another_grid_and_keeps_its_id(system: tuple[User, Client]) -> None:
    _user, client = system
    place, grid = BuildingFactory(), GridFactory()
    building = Building.objects.get(territory=place)
    answer = client.post(
        reverse("admin:grids_building_change", args=[building.pk]),
        {"grid": grid.pk, "name": "9 栋", "address": "", "longitude": "118.7", "latitude": "32.0", "households": "60"},
    )
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    place.refresh_from_db()
    assert place.code == f"{grid.code}001"
    assert place.name == "9 栋"
    half = client.post(
        reverse("admin:grids_building_change", args=[building.pk]),
        {"grid": grid.pk, "name": "9 栋", "address": "", "longitude": "118.7", "latitude": "", "households": "60"},
    )
    assert "要一起填" in str(half.context["adminform"].form.errors)


register_setting("tests.days", int, 7, "测试天数")


def test_settings_are_inherited_and_checked(system: tuple[User, Client]) -> None:
    _user, client = system
    grid, community = GridFactory(), CommunityFactory()
    assert setting_for(grid, "tests.days") == 7
    add = reverse("admin:grids_territorysetting_add")
    wrong = client.post(add, {"territory": community.pk, "key": "tests.days", "value_text": "七"})
    assert "请写一个数字" in str(wrong.context["adminform"].form.errors)
    assert client.post(add, {"territory": community.pk, "key": "tests.days", "value_text": "5"}).status_code == 302
    assert setting_for(grid, "tests.days") == 5
    assert setting_for(DistrictFactory(), "tests.days") == 7
    row = TerritorySetting.objects.get()
    change = reverse("admin:grids_territorysetting_change", args=[row.pk])
    assert client.post(change, {"value_text": "3"}).status_code == 302
    assert setting_for(grid, "tests.days") == 3
    client.post(reverse("admin:grids_territorysetting_delete", args=[row.pk]), {"post": "yes"})
    assert setting_for(grid, "tests.days") == 7
    assert Event.objects.filter(type="grids.territory.setting_changed").count() == 3


def test_an_appointment_is_given_and_ended_never_rewritten() -> None:
    security, client = browse(Role.SECURITY_ADMINISTRATOR)
    person, grid = PersonFactory(), GridFactory()
    form = {"user": person.pk, "role": "grid_head", "territory": grid.pk, "starts_on": "2026-11-01", "reason": "换届"}
    assert client.post(reverse("admin:grids_appointment_add"), form).status_code == 302
    appointment = Appointment.objects.get(user=person)
    assert appointment.appointed_by == security
    again = client.post(reverse("admin:grids_appointment_add"), {**form, "user": PersonFactory().pk})
    assert "已经有网格长" in str(again.context["adminform"].form.errors)
    change = reverse("admin:grids_appointment_change", args=[appointment.pk])
    client.post(change, {"role": "street_officer", "ends_on": "2026-11-20"})
    appointment.refresh_from_db()
    assert (appointment.role, str(appointment.ends_on)) == ("grid_head", "2026-11-20")
    assert Event.objects.filter(type="grids.roles.appointment_ended").count() == 1


def test_residency_is_only_read_and_shows_no_address() -> None:
    _security, client = browse(Role.SECURITY_ADMINISTRATOR)
    residency = ResidencyFactory(address="金丝雀 501")
    page = client.get(reverse("admin:grids_residency_change", args=[residency.pk]))
    assert page.status_code == 200
    assert "金丝雀" not in page.content.decode()
    assert client.post(reverse("admin:grids_residency_change", args=[residency.pk]), {}).status_code == 403


# -- spreadsheets -----------------------------------------------------------------------------------------------------

FIELDS_OF_EXPORT = {
    "resource": "",
    "gridresource_code": "on",
    "gridresource_community_code": "on",
    "gridresource_name": "on",
    "gridresource_household_count": "on",
    "gridresource_supervision_phone": "on",
    "gridresource_area_description": "on",
    "gridresource_boundary": "on",
}


def test_the_preview_names_every_bad_line_and_changes_nothing(system: tuple[User, Client]) -> None:
    _user, client = system
    community = CommunityFactory()
    page = preview(
        client,
        "grid",
        sheet(
            GRID_HEADINGS,
            [community.code, "", "好网格", 300, "025-12345678", json.dumps(square(118.7, 32.0))],
            [community.code, "", "重叠网格", 300, "", json.dumps(square(118.7, 32.0))],
            ["320105004999", "", "没有社区", 300, "", ""],
            [community.code, "", "", 300, "", ""],
            [community.code, "", "户数不对", "三百", "", ""],
            [community.code, "320105004001001", "编码不对", 1, "", ""],
            ["120101001001", "", "外区", 1, "", ""],
        ),
    )
    assert "表格第 3 行：边界和旁边的网格重叠了：“好网格”" in page
    assert "表格第 4 行：“社区编码”里的 320105004999 不是已有的社区" in page
    assert "表格第 5 行：请填写名称" in page
    assert "表格第 6 行：“户数”要写整数，现在是“三百”" in page
    assert "表格第 7 行：网格编码是 15 位数字，前 12 位是社区编码" in page
    assert "表格第 8 行" in page
    assert "表格第 2 行" not in page
    assert not Grid.objects.exists()
    assert not Event.objects.filter(type="grids.territory.grid_added").exists()


def test_missing_columns_are_told_once(system: tuple[User, Client]) -> None:
    _user, client = system
    assert "表格少了这些列：社区编码、名称" in preview(client, "grid", sheet(["编码"], ["320105004004001"]))


def test_an_import_is_confirmed_and_a_second_one_changes_nothing(system: tuple[User, Client]) -> None:
    user, client = system
    community = CommunityFactory()
    rows: list[list[Any]] = [
        GRID_HEADINGS,
        [community.code, f"{community.code}001", "第 001 网格", 320, "025-12345678", ""],
        [int(community.code), "", "第 002 网格", 280, "", json.dumps(square(118.7, 32.0))],
    ]
    confirm(client, "grid", sheet(*rows))
    assert [str(grid) for grid in Grid.objects.order_by("territory__path")] == ["第 001 网格", "第 002 网格"]
    assert Event.objects.filter(type="grids.territory.grid_added", actor=user).count() == 2
    events = Event.objects.count()
    rows[2][1] = f"{community.code}002"
    confirm(client, "grid", sheet(*rows))
    assert Event.objects.count() == events
    rows[1][3] = 333
    confirm(client, "grid", sheet(*rows))
    assert Grid.objects.get(territory__code=f"{community.code}001").household_count == 333


def test_an_export_can_be_imported_and_starts_no_formula(system: tuple[User, Client]) -> None:
    _user, client = system
    GridFactory(name="=1+1", supervision_phone="+86 25 1234", area_description="@SUM(A1)", boundary=square(118.7, 32.0))
    exported = client.post(reverse("admin:grids_grid_export"), {"format": "0", **FIELDS_OF_EXPORT})
    book: Any = load_workbook(io.BytesIO(exported.content))
    headings = [cell.value for cell in book.active[1]]
    values = dict(zip(headings, (cell.value for cell in book.active[2]), strict=True))
    assert {cell.data_type for cell in book.active[2]} <= {"s", "n"}
    assert (values["名称"], values["监督电话"], values["范围说明"]) == ("'=1+1", "'+86 25 1234", "'@SUM(A1)")
    file = io.BytesIO(exported.content)
    file.name = "grids.xlsx"
    confirm(client, "grid", file)
    assert not Event.objects.filter(type__startswith="grids.territory").exists(), "nothing to change"


def test_codes_cut_by_a_spreadsheet_program_are_noticed(system: tuple[User, Client]) -> None:
    _user, client = system
    grid = GridFactory()
    page = preview(client, "building", sheet(["网格编码", "编码", "名称"], [grid.code, int(grid.code + "001"), "1 栋"]))
    assert "被表格软件改成了数字" in page


def test_buildings_and_appointments_come_from_sheets_too(system: tuple[User, Client]) -> None:
    _user, client = system
    grid = GridFactory()
    confirm(
        client,
        "building",
        sheet(["网格编码", "编码", "名称", "经度", "纬度", "户数"], [grid.code, "", "1 栋", 118.7, 32.0, 48]),
    )
    assert Building.objects.get().households == 48
    security, client = browse(Role.SECURITY_ADMINISTRATOR)
    head, held = PersonFactory(), AppointmentFactory(role=Role.GRID_HEAD, territory=grid)
    headings = ["人员编号", "角色", "辖区编码", "任职日期", "卸任日期", "工作电话"]
    page = preview(
        client,
        "appointment",
        sheet(
            headings,
            [head.pk, "网格长", grid.code, "2026-11-21", "", ""],
            [head.pk, "村长", grid.code, "2026-11-21", "", ""],
            [999999, "网格员", grid.code, "2026-11-21", "", ""],
            [head.pk, "网格员", grid.code, "昨天", "", ""],
            [security.pk, "网格员", grid.code, "2026-11-21", "", ""],
        ),
    )
    assert "表格第 2 行：这个网格在这段时间已经有网格长了" in page
    assert "表格第 3 行：没有“村长”这个角色" in page
    assert "表格第 4 行：没有编号是“999999”的人员" in page
    assert "表格第 5 行：“任职日期”要写成" in page
    assert "表格第 6 行：您不能在这里任命" in page
    start = held.starts_on.isoformat()
    confirm(
        client,
        "appointment",
        sheet(
            headings,
            [held.user_id, "网格长", grid.code, start, "2026-11-21", ""],
            [head.pk, "网格长", grid.code, "2026-11-21", "", "025-1234 5678"],
        ),
    )
    assert Appointment.objects.get(user=head).public_phone == "025-1234 5678"
    assert Appointment.objects.get(pk=held.pk).ends_on is not None


def test_a_file_that_is_no_sheet_is_refused_in_words(system: tuple[User, Client]) -> None:
    _user, client = system
    file = io.BytesIO(b"not a workbook")
    file.name = "rows.xlsx"
    answer = client.post(reverse("admin:grids_grid_import"), {"import_file": file, "format": "0"})
    assert answer.status_code == 400
    assert answer.context["form"].errors
