"""Admin pages and API of imports."""

import io
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook
from rest_framework.test import APIClient

from grids.districts.domain import ImportState, Sheet
from grids.districts.models import DistrictImport
from grids.districts.services import forget_lists, forget_person
from grids.roles.domain import Role
from grids.territory.models import Territory
from portal.jobs.running import run_next
from portal.outbox.models import Event
from tests.grids.districts.factories import Office, grid_row, small, staff_row, workbook
from tests.grids.roles.factories import make_staff
from tests.grids.territory.factories import DistrictFactory
from tests.portal.accounts.factories import enter

pytestmark = pytest.mark.django_db
ADD = "admin:grids_districtimport_add"


@pytest.fixture
def office() -> Office:
    return Office()


@pytest.fixture
def system(office: Office) -> Client:
    return enter(Client(), office.system, second_factor=True)


@pytest.fixture
def security(office: Office) -> Client:
    return enter(Client(), office.security, second_factor=True)


def file_of(content: bytes, name: str = "表.xlsx") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def test_the_template_is_read_back_and_its_example_is_nobody(office: Office, system: Client) -> None:
    content = system.get(reverse("admin:grids_districtimport_template")).content
    book = load_workbook(io.BytesIO(content))
    assert book.sheetnames == ["网格", "楼栋", "人员任职", "说明"]
    answer = system.post(reverse(ADD), {"file": file_of(content)})
    assert answer.status_code == 400
    assert "表是空的" in answer.content.decode()
    book["网格"].append(["320105004004", "", "东一网格"])
    out = io.BytesIO()
    book.save(out)
    system.post(reverse(ADD), {"file": file_of(out.getvalue())})
    assert DistrictImport.objects.get().counts() == {Sheet.GRIDS: {"ready": 1}}


def test_read_mend_bring_in_and_take_back(
    office: Office, system: Client, security: Client, django_assert_max_num_queries: Any
) -> None:
    """In several files at once, by two people, as the buttons lead."""
    wrong = {Sheet.STAFF: [staff_row("赵一", "136", "网格长", "东一网格")]}
    sheets = {Sheet.GRIDS: [grid_row("东一网格")]}
    files = [file_of(workbook(sheets), "网格.xlsx"), file_of(workbook(wrong), "人员.xlsx")]
    answer = system.post(reverse(ADD), {"file": files}, follow=True)
    page = answer.content.decode()
    assert "什么也没有导入" in page
    assert "人员任职 第 2 行" in page
    assert "(B2)" in page
    assert "138 1234 5678" in page
    assert "导入网格和楼栋" not in page

    answer = system.post(reverse(ADD), {"file": file_of(workbook(small()))}, follow=True)
    batch = DistrictImport.objects.latest("pk")
    assert "导入网格和楼栋（3 行）" in answer.content.decode()
    begin = reverse("admin:grids_districtimport_begin", args=[batch.pk])
    answer = system.post(begin)
    batch.refresh_from_db()
    assert batch.job is not None
    assert answer["Location"] == batch.job.get_absolute_url()
    assert run_next()
    with django_assert_max_num_queries(20):
        page = security.get(batch.get_absolute_url()).content.decode()
    assert "导入人员和任职（4 行）" in page
    assert "导入人员和任职" not in system.get(batch.get_absolute_url()).content.decode()
    security.post(begin)
    assert run_next()

    undo = reverse("admin:grids_districtimport_undo", args=[batch.pk])
    page = security.get(undo).content.decode()
    assert "这些会撤掉" in page
    assert Territory.objects.filter(name="东一网格").exists()
    security.post(undo)
    assert run_next()
    assert "撤销了" in security.get(batch.get_absolute_url()).content.decode()
    assert not Territory.objects.filter(name="东一网格").exists()


def test_programs_do_the_same(office: Office, system: Client, security: Client) -> None:
    uploads = reverse("api_district_imports")
    wrong = workbook({Sheet.GRIDS: [grid_row("东一网格", community="1")]})
    told = system.post(uploads, {"file": file_of(wrong)}).json()
    assert (told["state"], told["waits"]) == ("faulty", None)
    rows = system.get(reverse("api_district_import_rows", args=[told["id"]])).json()
    assert rows["results"][0]["problems"][0]["cell"] == "A2"
    told = system.post(uploads, {"file": file_of(workbook(small()))}).json()
    assert told["waits"] == "net"
    begin, undo = (reverse(f"api_district_import_{step}", args=[told["id"]]) for step in ("begin", "undo"))
    assert security.post(begin).status_code == 403
    for client in (system, security):
        assert client.post(begin).status_code == 202
        assert run_next()
    told = system.get(reverse("api_district_import", args=[told["id"]])).json()
    assert (told["state"], told["job"]["percent"]) == (ImportState.DONE, 100)
    preview = system.post(undo, {"preview": True}, content_type="application/json")
    assert (preview.status_code, preview.json()["grids"], preview.json()["accounts"]) == (200, 2, 3)
    assert system.post(undo, {}, content_type="application/json").status_code == 202
    assert run_next()
    assert system.post(undo, {}, content_type="application/json").status_code == 409
    assert {each["state"] for each in system.get(uploads).json()["results"]} == {"faulty", "undone"}


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"name,phone\n", b"\x00" * 200], ids=range(4))
def test_what_is_no_workbook_is_refused_in_words(content: bytes, office: Office, system: Client) -> None:
    answer = system.post(reverse(ADD), {"file": file_of(content)})
    assert answer.status_code == 400
    assert not DistrictImport.objects.exists()


def test_the_list_of_mistakes_is_the_persons_own_sheets_to_mend_and_send_again(
    office: Office, system: Client, security: Client
) -> None:
    """Each line where it stood, the words beside it, nothing a formula; gone with the upload; each look is noted."""
    wrong = {
        Sheet.GRIDS: [grid_row("东一网格", area_description="=1+1"), grid_row("东二网格")],
        Sheet.STAFF: [
            staff_row("赵一", "136", "网格长", "东一网格"),
            staff_row("+钱二", "136 0000 0002", "网格长", "没有"),
        ],
    }
    system.post(reverse(ADD), {"file": file_of(workbook(wrong))})
    batch = DistrictImport.objects.get()
    assert "下载要改的表" in system.get(batch.get_absolute_url()).content.decode()
    address = reverse("admin:grids_districtimport_faults", args=[batch.pk])
    assert system.get(address).status_code == 302
    answer = security.post(address)
    book = load_workbook(io.BytesIO(answer.content))
    assert book.sheetnames == ["网格", "人员任职"]
    grids, staff = book["网格"], book["人员任职"]
    assert (grids["F2"].value, grids["F2"].data_type) == ("'=1+1", "s")
    assert "这里是公式" in grids["G2"].value
    assert (grids["C3"].value, grids["G3"].value) == ("东二网格", None)
    assert (staff["A3"].value, staff["E3"].value) == ("'+钱二", "没有")
    assert "手机号" in staff["L2"].value
    assert staff["B2"].fill.fgColor.rgb == "FFFBE3DC"
    assert Event.objects.filter(type="grids.districts.faults_taken", actor=office.security).count() == 1

    # Mended where it stands, with the added column still there.
    grids["F2"].value, staff["B2"].value, staff["E3"].value, staff["A3"].value = "", "136 0000 0001", "东二网格", "钱二"
    out = io.BytesIO()
    book.save(out)
    system.post(reverse(ADD), {"file": file_of(out.getvalue())})
    assert DistrictImport.objects.order_by("-pk")[0].state == ImportState.READY
    assert not batch.rows.exclude(data={}).exists(), "mended: what the first file said of people is gone"
    assert system.post(address).status_code == 409

    batch = office.check(wrong)
    program = APIClient()
    program.force_authenticate(office.system)
    taken = program.post(f"/api/v1/district-imports/{batch.pk}/faults/")
    assert (taken.status_code, taken.content[:2]) == (200, b"PK")
    forget_lists(now=timezone.now() + timedelta(days=8))
    assert not batch.rows.exclude(data={}).exists()
    assert program.post(f"/api/v1/district-imports/{batch.pk}/faults/").status_code == 409
    elsewhere = make_staff(Role.SYSTEM_ADMINISTRATOR, DistrictFactory(code="120101", name="和平区"))
    program.force_authenticate(elsewhere)
    assert program.post(f"/api/v1/district-imports/{batch.pk}/faults/").status_code == 404


def test_an_erased_persons_line_leaves_the_list_of_mistakes(office: Office) -> None:
    batch = office.check({Sheet.STAFF: [staff_row("赵一", "136 0000 0001", "网格长", "没有")]})
    assert batch.rows.get().data["cells"]["legal_name"] == "赵一"
    forget_person(user=office.system, words=["+8613600000001"])
    assert batch.rows.get().data == {}
