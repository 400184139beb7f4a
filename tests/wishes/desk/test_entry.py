"""Entering wishes for residents from a spreadsheet: looked over first, by the ordinary services, never twice."""

import io
import threading
import zipfile
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from portal.accounts.models import User
from portal.errors import Conflict, Invalid, NotAllowed
from portal.jobs import running
from tests.grids.roles.factories import make_resident
from tests.portal.api.factories import client_of as program_of
from tests.wishes.desk.factories import spoken_wish, spreadsheet, uploaded
from tests.wishes.wishes.factories import Cast, make_cast
from tests.wishes.wishes.pages import client_of
from wishes.desk import entering
from wishes.desk.entering import begin_entry, forget_entries
from wishes.desk.models import EnteredRow, EntryBatch, EntryRow
from wishes.wishes import services
from wishes.wishes.domain import State
from wishes.wishes.models import Wish

RowState = EntryRow.State


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


def entered(actor: User, content: bytes) -> EntryBatch:
    batch = uploaded(actor, content)
    begin_entry(actor=actor, batch=batch)
    running.run_waiting(seconds=10)
    batch.refresh_from_db()
    return batch


def test_lines_become_wishes_of_their_residents(cast: Cast) -> None:
    known = make_resident(cast.community, legal_name="李桂兰", phone="+8613712340077")
    content = spreadsheet(
        spoken_wish(cast, phone=13712340099),
        spoken_wish(cast, legal_name="李桂兰", phone="+86 137-1234-0077", title="想学用手机"),
        spoken_wish(cast, legal_name="赵有福", phone="", title="想有人陪着说话", special_group="独居老人"),
    )
    batch = entered(cast.worker, content)
    assert list(batch.rows.values_list("line", "state")) == [(2, "done"), (3, "done"), (4, "done")]
    wishes = {wish.title: wish for wish in Wish.objects.select_related("author")}
    assert wishes["想学用手机"].author == known
    assert wishes["想请人换个灯泡"].author.assisted_by == cast.worker
    assert wishes["想有人陪着说话"].state == State.VERIFYING
    assert {wish.entered_by_id for wish in wishes.values()} == {cast.worker.pk}
    assert all(wish.number for wish in wishes.values())
    assert {str(row.data) for row in batch.rows.all()} == {"{}"}, "what was said of people stays with the wishes only"
    page = client_of(cast.worker).get(batch.get_absolute_url()).content.decode()
    assert all(wish.number in page for wish in wishes.values())


def test_every_mistake_is_told_with_its_line_and_column(cast: Cast) -> None:
    make_resident(cast.community, legal_name="李桂兰", phone="+8613712340077")
    wrong = {
        "legal_name": "",
        "phone": "12",
        "place_name": "火星",
        "category": "飞天",
        "title": "长" * 61,
        "special_group": "外星人",
        "consent": "不知道",
    }
    batch = uploaded(
        cast.worker,
        spreadsheet(
            spoken_wish(cast),
            wrong,
            spoken_wish(cast, phone="13712340077"),
            spoken_wish(cast),
            spoken_wish(cast, details="=1+1", slip="2"),
        ),
    )
    problems = {row.line: {key for key, _words in row.problems} for row in batch.rows.all()}
    assert problems == {2: set(), 3: set(wrong), 4: {"phone"}, 5: {""}, 6: {"details"}}
    assert "和第 2 行一样" in batch.rows.get(line=5).problems[0][1]
    assert not Wish.objects.exists(), "nothing is entered yet"
    assert batch.rows.get(line=3).data == {}, "of wrong lines nothing is kept"


def test_a_second_upload_enters_nothing_twice(cast: Cast) -> None:
    content = spreadsheet(spoken_wish(cast))
    entered(cast.worker, content)
    again = uploaded(cast.secretary, content)
    assert "录过了" in again.rows.get().problems[0][1]
    with pytest.raises(Conflict):
        begin_entry(actor=cast.secretary, batch=again)
    # Spaces and another way to write the number make it no other line; another slip does.
    assert uploaded(cast.worker, spreadsheet(spoken_wish(cast, phone="+8613712340099"))).rows.get().state == "wrong"
    assert uploaded(cast.worker, spreadsheet(spoken_wish(cast, slip="12"))).rows.get().state == "ready"


def test_looked_over_twice_and_entered_twice_is_one_wish(cast: Cast) -> None:
    content = spreadsheet(spoken_wish(cast))
    first, second = uploaded(cast.worker, content), uploaded(cast.secretary, content)
    for actor, batch in ((cast.worker, first), (cast.secretary, second)):
        begin_entry(actor=actor, batch=batch)
    assert begin_entry(actor=cast.worker, batch=first) == begin_entry(actor=cast.worker, batch=first)
    running.run_waiting(seconds=10)
    assert Wish.objects.count() == EnteredRow.objects.count() == 1
    assert second.rows.get().state == RowState.REFUSED
    assert Wish.objects.get().number in second.rows.get().problems[0][1]


def race(monkeypatch: pytest.MonkeyPatch, *, guarded: bool) -> int:
    """Two cadres enter the same line at the same moment; how many wishes come of it."""
    cast = make_cast()
    make_resident(cast.community, legal_name="王秀英", phone="+8613712340099")
    content = spreadsheet(spoken_wish(cast))
    batches = [(actor, uploaded(actor, content)) for actor in (cast.worker, cast.secretary)]
    if not guarded:
        monkeypatch.setattr(entering, "_mark", lambda digest: EnteredRow(pk=0, digest=digest))
    barrier = threading.Barrier(2)

    def enter(actor: User, batch: EntryBatch) -> None:
        barrier.wait()
        entering._enter(actor, batch.rows.get().pk)
        connection.close()

    threads = [threading.Thread(target=enter, args=pair) for pair in batches]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Wish.objects.exclude(number="").count()


@pytest.mark.django_db(transaction=True)
def test_the_same_line_at_the_same_moment_is_one_wish(monkeypatch: pytest.MonkeyPatch) -> None:
    assert race(monkeypatch, guarded=True) == 1


@pytest.mark.django_db(transaction=True)
def test_without_the_fingerprint_there_would_be_two(monkeypatch: pytest.MonkeyPatch) -> None:
    """The positive control: the guard off, the race shows."""
    assert race(monkeypatch, guarded=False) == 2


def test_a_run_that_died_is_gone_on_with(cast: Cast) -> None:
    batch = uploaded(cast.worker, spreadsheet(*(spoken_wish(cast, slip=str(n), title=f"第{n}件") for n in range(3))))
    begin_entry(actor=cast.worker, batch=batch)
    entering._enter(cast.worker, batch.rows.earliest("line").pk)
    running.run_waiting(seconds=10)
    assert Wish.objects.count() == 3
    assert batch.rows.filter(state=RowState.DONE).count() == 3


def test_a_draft_the_cadre_left_open_is_not_written_over(cast: Cast) -> None:
    resident = make_resident(cast.community, legal_name="王秀英", phone="+8613712340099")
    draft = services.start_draft(actor=cast.worker, on_behalf_of=resident)
    services.save_draft(actor=cast.worker, wish=draft, title="写了一半")
    batch = entered(cast.worker, spreadsheet(spoken_wish(cast)))
    assert "还没写完" in batch.rows.get().problems[0][1]
    draft.refresh_from_db()
    assert draft.title == "写了一半"
    assert not EnteredRow.objects.exists(), "it can be entered once that draft is sent"


def test_what_nobody_had_entered_goes_after_a_day(cast: Cast) -> None:
    batch = uploaded(cast.worker, spreadsheet(spoken_wish(cast)))
    assert forget_entries() == 0
    assert forget_entries(now=timezone.now() + timedelta(hours=25)) == 1
    assert not batch.rows.exists()
    with pytest.raises(Conflict):
        begin_entry(actor=cast.worker, batch=batch)


def test_only_staff_and_only_ones_own_file(cast: Cast) -> None:
    content = spreadsheet(spoken_wish(cast))
    with pytest.raises(NotAllowed):
        uploaded(cast.volunteer, content)
    batch = uploaded(cast.worker, content)
    with pytest.raises(NotAllowed):
        begin_entry(actor=cast.secretary, batch=batch)
    elsewhere = uploaded(cast.other_worker, content)
    assert {key for key, _words in elsewhere.rows.get().problems} == {"place_name"}


def zipped(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def with_part(name: str, content: bytes) -> bytes:
    """A good workbook with one more part, or another one in its place."""
    with zipfile.ZipFile(io.BytesIO(spreadsheet({"title": "x"}))) as archive:
        parts = {each: archive.read(each) for each in archive.namelist()}
    return zipped(parts | {name: content})


HOSTILE = {
    "nothing": b"",
    "text": "姓名,电话\n".encode(),
    "cut short": spreadsheet({"title": "x"})[:600],
    "no workbook": zipped({"a.txt": b"x"}),
    "macros": with_part("xl/vbaProject.bin", b"\xd0\xcf"),
    "bomb": with_part("xl/media/x.xml", b" " * 32_000_000),
    "entities": with_part("xl/sharedStrings.xml", b'<!DOCTYPE a [<!ENTITY b "c">]><sst>&b;</sst>'),
    "entities in UTF-16": with_part("xl/styles.xml", '<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>'.encode("utf-16")),
    "broken sheet": with_part("xl/worksheets/sheet1.xml", b"<worksheet><sheetData><row"),
    "many parts": zipped({f"xl/{n}.xml": b"<a/>" for n in range(200)} | {"xl/workbook.xml": b"<a/>"}),
    "other headings": spreadsheet({"title": "x"}, headings=["姓名", "电话"]),
    "empty": spreadsheet(),
    "too many lines": spreadsheet(*({"title": str(n)} for n in range(501))),
    "too large": b"PK" + b"\0" * 2_100_000,
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_files_are_refused_in_words(cast: Cast, content: bytes) -> None:
    with pytest.raises(Invalid) as refusal:
        uploaded(cast.worker, content)
    assert refusal.value.field == "file"
    assert not EntryBatch.objects.exists()


def test_the_template_can_be_filled_in_and_sent_back(cast: Cast) -> None:
    client = client_of(cast.worker)
    template = client.get(reverse("desk_entry_template"))
    assert "attachment" in template["Content-Disposition"]
    with pytest.raises(Invalid) as refusal:
        uploaded(cast.worker, template.content)
    assert refusal.value.code == "empty", "its headings are the right ones"
    failed = client.post(reverse("desk_entry"), {"told_by": "paper", "file": SimpleUploadedFile("a.xlsx", b"x")})
    assert failed.status_code == 400
    assert "只收 Excel" in failed.content.decode()
    sent = client.post(
        reverse("desk_entry"),
        {"told_by": "paper", "file": SimpleUploadedFile("a.xlsx", spreadsheet(spoken_wish(cast)))},
    )
    batch = EntryBatch.objects.get()
    assert sent["Location"] == batch.get_absolute_url()
    assert "录入这 1 行" in client.get(batch.get_absolute_url()).content.decode()
    begun = client.post(batch.get_absolute_url())
    batch.refresh_from_db()
    assert batch.job is not None
    assert begun["Location"] == batch.job.get_absolute_url()
    running.run_waiting(seconds=10)
    assert batch.get_absolute_url() in client.get(batch.job.get_absolute_url()).content.decode()


def test_for_programs(cast: Cast) -> None:
    program = program_of(cast.worker)
    file = SimpleUploadedFile("a.xlsx", spreadsheet(spoken_wish(cast), spoken_wish(cast, title="")))
    looked = program.post(reverse("api_desk_entry"), {"file": file}, format="multipart")
    assert [row["state"] for row in looked.json()["rows"]] == ["ready", "wrong"]
    begun = program.post(reverse("api_desk_entry_begin", args=[looked.json()["id"]]))
    assert begun.status_code == 202
    running.run_waiting(seconds=10)
    result = program.get(reverse("api_desk_entry_batch", args=[looked.json()["id"]])).json()
    assert result["state"] == "entered"
    assert result["rows"][0]["number"] == Wish.objects.get().number
