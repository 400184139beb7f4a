"""The exported work list: what the person may see and nothing else, stars unless there is a reason, no formula."""

import csv
import io

import openpyxl
import pytest
from django.urls import reverse

from grids.roles.models import Appointment
from portal.errors import Invalid, NotAllowed
from portal.jobs import running
from portal.jobs.models import Job
from portal.jobs.services import fetch_result
from portal.outbox.models import Event
from tests.grids.roles.factories import make_resident
from tests.portal.api.factories import client_of as program_of
from tests.wishes.wishes.factories import SECRET_ADDRESS, SECRET_NAME, Cast, make_cast, posted
from tests.wishes.wishes.pages import client_of
from wishes.desk.columns import COLUMNS
from wishes.desk.exporting import ask_export

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def exported(cast: Cast, query: str = "", file_format: str = "csv", reason: str = "") -> Job:
    job = ask_export(actor=cast.worker, query=query, file_format=file_format, reason=reason)
    running.run_waiting(seconds=5)
    job.refresh_from_db()
    return job


def rows(job: Job) -> list[list[str]]:
    content = job.result_path.read_bytes()
    assert content.startswith(b"\xef\xbb\xbf"), "spreadsheets know UTF-8 by its mark"
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


def test_the_filtered_list_with_stars(cast: Cast) -> None:
    posted(cast, title="水龙头")
    posted(cast, author=make_resident(cast.community), title="路灯")
    job = exported(cast, "q=水龍頭")
    head, *found = rows(job)
    assert head == [str(column.heading) for column in COLUMNS]
    assert [row[1] for row in found] == ["水龙头"]
    text = job.result_path.read_text("utf-8-sig")
    for secret in (SECRET_NAME, "13712340001", SECRET_ADDRESS):
        assert secret not in text
    assert "欧*" in text or "欧阳*" in text
    assert (job.done, job.total) == (1, 1)
    assert not Event.objects.filter(type="wishes.contact.revealed").exists()


def test_with_a_reason_each_look_is_written_down_and_the_reason_is_in_no_job(cast: Cast) -> None:
    wishes = [posted(cast, title="水龙头"), posted(cast, author=make_resident(cast.community), title="路灯")]
    job = exported(cast, reason="周末集中上门")
    assert SECRET_ADDRESS in job.result_path.read_text("utf-8-sig")
    looks = Event.objects.filter(type="wishes.contact.revealed", actor=cast.worker).select_related("words")
    assert {look.subject_id for look in looks} == {wish.pk for wish in wishes}
    assert {look.text for look in looks} == {"周末集中上门"}
    assert "周末" not in str(job.params)


@pytest.mark.parametrize("title", ["=cmd|'/C calc'!A0", "+1+1", "-2", "@SUM(A1)"])
def test_no_cell_becomes_a_formula(cast: Cast, title: str) -> None:
    posted(cast, title=title)
    assert rows(exported(cast))[1][1] == f"'{title}"
    book = openpyxl.load_workbook(io.BytesIO(exported(cast, file_format="xlsx").result_path.read_bytes()))
    sheet = book.worksheets[0]
    cell = sheet.cell(row=2, column=2)
    assert (cell.data_type, cell.value) == ("s", title)
    assert not any(each.data_type == "f" for row in sheet.iter_rows() for each in row)


def test_rights_are_those_of_the_moment_it_is_made_and_fetched(cast: Cast) -> None:
    posted(cast, title="水龙头")
    job = exported(cast)
    waiting = ask_export(actor=cast.worker, query="", file_format="csv")
    Appointment.objects.filter(user=cast.worker).delete()
    running.run_waiting(seconds=5)
    waiting.refresh_from_db()
    assert len(rows(waiting)) == 1, "nothing but the headings"
    cast.worker.__dict__.pop("_roles_held", None)
    with pytest.raises(NotAllowed):
        fetch_result(actor=cast.worker, job=job)
    with pytest.raises(NotAllowed):
        ask_export(actor=cast.worker, query="", file_format="csv")


def test_it_holds_what_the_place_covers(cast: Cast) -> None:
    posted(cast, title="水龙头")
    job = ask_export(actor=cast.other_worker, query="", file_format="csv")
    running.run_waiting(seconds=5)
    job.refresh_from_db()
    assert len(rows(job)) == 1


def test_there_is_an_end(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    posted(cast)
    monkeypatch.setattr("wishes.desk.exporting.MAX_REVEALED", 0)
    ask_export(actor=cast.worker, query="", file_format="csv")
    with pytest.raises(Invalid):
        ask_export(actor=cast.worker, query="", file_format="csv", reason="上门")
    with pytest.raises(Invalid):
        ask_export(actor=cast.worker, query="", file_format="exe")


def test_from_the_page_and_for_programs(cast: Cast) -> None:
    posted(cast, title="水龙头")
    address = f"{reverse('desk_export')}?q=水"
    page = client_of(cast.worker).get(address).content.decode()
    assert "现在有 1 件" in page
    assert "不导出" in page, "the columns are explained"
    sent = client_of(cast.worker).post(address, {"file_format": "xlsx", "reason": ""})
    assert sent["Location"] == Job.objects.get().get_absolute_url()
    made = program_of(cast.worker).post(reverse("api_desk_export"), {"file_format": "csv"}, format="json")
    assert (made.status_code, made.json()["state"]) == (202, "waiting")
