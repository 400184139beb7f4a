"""Admin pages and API of imports."""

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from grids.districts.domain import ImportState, Sheet
from grids.districts.models import DistrictImport
from grids.territory.models import Territory
from portal.jobs.running import run_next
from tests.grids.districts.factories import Office, grid_row, small, staff_row, workbook
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
