"""Two administrators bring a district in, in a real browser: mistakes are read, mended, watched, and taken back."""

import os
import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.test import Client
from playwright.sync_api import FilePayload, Page, expect

from grids.districts.domain import Sheet
from grids.districts.models import DistrictImport
from grids.roles.models import Appointment
from grids.territory.models import Territory
from portal.accounts.consents import give_consent
from portal.accounts.models import ConsentText, User
from tests.browser import DESKTOP, PHONE, OpenPage
from tests.grids.districts.factories import Office, small, staff_row, workbook
from tests.grids.territory.factories import GridFactory, square
from tests.grids.territory.shapes import layer, zipped
from tests.portal.accounts.factories import enter_as_staff
from tests.portal_server import PortalServer


@dataclass(frozen=True)
class Rooms:
    """The session of each administrator."""

    system: dict[str, str]
    security: dict[str, str]


@pytest.fixture(scope="module")
def rooms(fresh_portal: PortalServer) -> Rooms:
    with fresh_portal.database():
        office = Office()
        return Rooms(*(_session(person) for person in (office.system, office.security)))


def _session(person: User) -> dict[str, str]:
    give_consent(actor=person, user=person, kind=ConsentText.Kind.PRIVACY)
    cookies = enter_as_staff(Client(), person).cookies
    return next({"name": name, "value": morsel.value} for name, morsel in cookies.items() if "session" in name)


def look(page: Page, name: str) -> None:
    """The page fits its width; with WUWEI_PICTURES it is also kept as a picture."""
    for width, height in (PHONE, DESKTOP):
        page.set_viewport_size({"width": width, "height": height})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (page.url, width)
        folder = os.environ.get("WUWEI_PICTURES")
        if folder:
            page.screenshot(path=Path(folder) / f"{name}-{width}.png", full_page=True)


def file_of(content: bytes) -> FilePayload:
    return {"name": "表.xlsx", "mimeType": "application/octet-stream", "buffer": content}


def test_a_district_is_brought_in_and_taken_back(rooms: Rooms, fresh_portal: PortalServer, open_page: OpenPage) -> None:
    page = open_page(fresh_portal.url, cookies=[rooms.system], size=DESKTOP)
    page.goto("/admin/grids/districtimport/add/")
    look(page, "import-upload")
    with page.expect_download() as template:
        page.get_by_role("link", name="下载模板（Excel）").click()
    assert template.value.suggested_filename == "区级导入模板.xlsx"
    rows = small()
    wrong = {**rows, Sheet.STAFF: [staff_row("赵一", "136 0000", "网格长", "西一网格"), *rows[Sheet.STAFF]]}
    page.locator("input[type=file]").set_input_files(file_of(workbook(wrong)))
    page.get_by_role("button", name="上传，先检查").click()
    page.get_by_text("“洲岛家园社区”没有网格“西一网格”。").wait_for()
    assert page.get_by_text("(B2)").is_visible()
    look(page, "import-faults")

    page.get_by_role("link", name="再传一次").click()
    page.locator("input[type=file]").set_input_files(file_of(workbook(rows)))
    with page.expect_navigation():
        page.get_by_role("button", name="上传，先检查").click()
    look(page, "import-ready")
    page.get_by_role("button", name="导入网格和楼栋（3 行）").click()
    page.get_by_role("link", name="看结果").click(timeout=40_000)
    page.get_by_text("等安全管理员确认").wait_for()

    colleague = open_page(fresh_portal.url, cookies=[rooms.security], size=DESKTOP)
    colleague.goto(page.url)
    colleague.get_by_role("button", name="导入人员和任职（4 行）").click()
    colleague.get_by_role("link", name="看结果").click(timeout=40_000)
    colleague.get_by_role("link", name="撤销这次导入").wait_for()
    look(colleague, "import-done")
    with fresh_portal.database():
        first = Territory.objects.get(name="东一网格")
        assert Appointment.objects.filter(territory=first).in_force().count() == 1
    colleague.goto(f"/grids/{first.code}/")
    assert colleague.get_by_text("赵一").is_visible()

    colleague.goto(page.url)
    with colleague.expect_navigation():
        colleague.get_by_role("link", name="撤销这次导入").click()
    look(colleague, "import-undo")
    colleague.get_by_role("button", name="撤销", exact=True).click()
    colleague.get_by_role("link", name="看结果").click(timeout=40_000)
    colleague.get_by_role("link", name="再传一次").wait_for()
    look(colleague, "import-undone")
    with fresh_portal.database():
        assert not Territory.objects.filter(name="东一网格").exists()
        assert DistrictImport.objects.latest("pk").state == DistrictImport.State.UNDONE


def test_boundaries_from_shapefiles(rooms: Rooms, fresh_portal: PortalServer, open_page: OpenPage) -> None:
    """One grid in its editor, and many at once after a look at what they would do."""
    with fresh_portal.database():
        one, other = (GridFactory(name=name) for name in ("江东网格", "江西网格"))
    page = open_page(fresh_portal.url, cookies=[rooms.system], size=DESKTOP)
    page.goto(f"/admin/grids/grid/{one.grid.pk}/change/")
    page.locator(".boundary-file input").set_input_files(shapes_of(layer(square(118.70, 32.01))))
    expect(page.locator("#id_boundary")).to_have_value(re.compile("Polygon"))
    page.goto("/admin/grids/boundaryupload/add/")
    look(page, "boundaries-upload")
    east, west = square(118.70, 32.01), square(118.7018, 32.01)
    page.locator("input[type=file]").set_input_files(shapes_of(layer(east, west, names=(one.name, other.name))))
    page.get_by_role("button", name="上传，先看").click()
    page.get_by_text("“江东网格”和“江西网格”重叠约").wait_for()
    assert page.get_by_role("button", name="划定").count() == 0
    look(page, "boundaries-clash")
    page.get_by_role("link", name="换一个文件").click()
    west = square(118.702, 32.01)
    page.locator("input[type=file]").set_input_files(shapes_of(layer(east, west, names=(one.name, other.name))))
    page.get_by_role("button", name="上传，先看").click()
    page.get_by_role("button", name="划定这 2 个网格的边界").click()
    page.get_by_text("2 个网格有了新的边界").wait_for()


def shapes_of(parts: dict[str, bytes]) -> FilePayload:
    return {"name": "网格.zip", "mimeType": "application/zip", "buffer": zipped(parts)}
