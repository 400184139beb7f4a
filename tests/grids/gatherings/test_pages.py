"""Party life by the pages and by programs."""

import re
from datetime import date, timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from grids.cells.domain import Rank
from grids.gatherings import services
from grids.gatherings.domain import GatheringKind, GatheringState, Standing
from grids.gatherings.models import Attendance, Gathering, GatheringPhoto
from grids.roles.domain import Role
from portal.accounts.models import User
from portal.jobs.models import Job, JobState
from portal.jobs.running import run_next
from portal.photos.models import Photo
from tests.grids.cells.factories import OrganisationFactory
from tests.grids.gatherings.factories import LONG_AGO, Branch, make_branch
from tests.grids.gatherings.test_services import code_of
from tests.grids.roles.factories import PersonFactory, make_staff
from tests.portal.accounts.factories import enter, enter_as_staff

pytestmark = pytest.mark.django_db
JSON = "application/json"


@pytest.fixture
def branch() -> Branch:
    return make_branch()


def client_of(user: User) -> Client:
    return enter_as_staff(Client(), user) if user.is_staff else enter(Client(), user)


def words(client: Client, name: str, *args: object, **query: str | int) -> str:
    answer = client.get(reverse(name, args=args), query)
    assert answer.status_code == 200
    assert len(answer.content) < 30_000
    return answer.content.decode()


def picture() -> SimpleUploadedFile:
    drawn = BytesIO()
    Image.new("RGB", (64, 48), "red").save(drawn, "JPEG")
    return SimpleUploadedFile("a.jpg", drawn.getvalue())


def test_from_the_plan_to_the_signed_minutes(branch: Branch) -> None:
    officer, member = client_of(branch.secretary), client_of(branch.members[0])
    new = reverse("gathering_new", args=[branch.branch.pk])
    at = timezone.localtime() + timedelta(minutes=1)
    slip = {"kind": "theme_day", "title": "清洁河岸", "day": at.date().isoformat(), "place": "江畔驿站"}
    refused = officer.post(new, slip | {"starts": "10:00", "ends": "09:00"})
    assert refused.status_code == 400
    assert "结束时间要在开始时间之后" in refused.content.decode()
    at = at.replace(hour=min(at.hour, 22))
    times = {"starts": f"{at:%H:%M}", "ends": "23:59"}
    assert officer.post(new, slip | times).status_code == 302
    gathering = Gathering.objects.get()
    same = officer.post(new, slip | times)
    assert same.status_code == 409
    assert "这一天已经安排过一次" in same.content.decode()
    change = reverse("gathering_edit", args=[gathering.pk])
    assert officer.post(change, slip | times | {"audience": "all"}).status_code == 302

    assert "清洁河岸" in words(member, "gatherings", month=f"{gathering.held_on:%Y-%m}")
    assert member.get(reverse("gatherings_file"))["Content-Type"].startswith("text/calendar")
    assert member.get(reverse("gathering_file", args=[gathering.pk])).status_code == 200
    leave = reverse("gathering_leave", args=[gathering.pk])
    assert member.post(leave).status_code == 400
    assert member.post(leave, {"reason": "加班"}).status_code == 302
    roll = reverse("gathering_roll", args=[gathering.pk])
    assert "加班" in words(officer, "gathering_roll", gathering.pk)
    assert officer.post(roll, {"mark": f"{branch.members[0].pk}:refuse"}).status_code == 302

    assert officer.post(reverse("gathering_open", args=[gathering.pk])).status_code == 302
    gathering.refresh_from_db()
    screen = words(officer, "gathering_code", gathering.pk)
    assert code_of(gathering)[:3] in screen
    assert "<svg" in screen
    check_in = reverse("gathering_check_in", args=[gathering.pk])
    assert 'value="123456"' in member.get(check_in, {"code": "123456"}).content.decode()
    assert not Attendance.objects.filter(standing=Standing.PRESENT).exists()
    assert member.post(check_in, {"code": "x"}).status_code == 400
    assert member.post(check_in, {"code": code_of(gathering)}).status_code == 302
    assert officer.post(roll, {"mark": "x"}).status_code == 400
    assert officer.post(roll, {"mark": f"{branch.members[1].pk}:absent"}).status_code == 302
    listed = words(officer, "gathering_roll", gathering.pk)
    assert "欧阳*" in listed
    assert branch.members[0].legal_name not in listed
    revealed = client_of(branch.worker).post(reverse("gathering_roll_names", args=[gathering.pk]), {"why": "点名"})
    assert branch.members[0].legal_name in revealed.content.decode()
    assert "no-store" in revealed["Cache-Control"]

    edit = reverse("gathering_minutes_edit", args=[gathering.pk])
    draft = {"text": "清洁了河岸", "resolutions": "每月一次\n\n带上孩子"}
    assert officer.post(reverse("gathering_minutes_draft", args=[gathering.pk]), draft).status_code == 204
    assert "带上孩子" in words(officer, "gathering_minutes_edit", gathering.pk)
    assert officer.post(edit, draft | {"photos": picture()}).status_code == 302
    photo = GatheringPhoto.objects.get().photo_id
    text = SimpleUploadedFile("a.txt", b"x")
    assert officer.post(edit, draft | {"photos": text}).status_code == 400
    assert officer.post(edit, draft | {"remove": str(photo)}).status_code == 302
    assert not Photo.objects.exists()
    assert officer.post(edit, draft | {"sign": "1"}).status_code == 409
    assert officer.post(reverse("gathering_close", args=[gathering.pk])).status_code == 302
    assert member.get(reverse("gathering_minutes", args=[gathering.pk])).status_code == 404
    assert officer.post(edit, draft | {"sign": "1"}).status_code == 302
    assert "带上孩子" in words(member, "gathering_minutes", gathering.pk)
    paper = member.get(reverse("gathering_minutes_paper", args=[gathering.pk]))
    assert paper.content.startswith(b"%PDF")
    assert officer.post(reverse("gathering_minutes_reopen", args=[gathering.pk]), {"reason": "补"}).status_code == 302
    assert officer.post(roll, {"mark": f"{branch.members[1].pk}:present"}).status_code == 400
    late = {"mark": f"{branch.members[1].pk}:present", "reason": "迟到"}
    assert officer.post(roll, late).status_code == 302
    gathering.refresh_from_db()
    assert (gathering.state, gathering.present) == (GatheringState.CLOSED, 2)
    assert "应到 2，实到 2" in words(officer, "gathering", gathering.pk)
    assert "应到" not in words(member, "gathering", gathering.pk)


def test_a_plan_is_called_off_by_the_page(branch: Branch) -> None:
    gathering, officer = branch.plan(hours=30), client_of(branch.secretary)
    cancel = reverse("gathering_cancel", args=[gathering.pk])
    assert officer.get(cancel).status_code == 200
    assert officer.post(cancel, {"reason": "台风"}).status_code == 302
    assert "台风" in words(client_of(branch.members[0]), "gathering", gathering.pk)
    assert officer.post(cancel, {"reason": "台风"}).status_code == 409


def test_by_programs(branch: Branch) -> None:
    officer, member = client_of(branch.secretary), client_of(branch.members[0])
    at = timezone.now() + timedelta(minutes=5)
    plan = {"kind": "lesson", "title": "学习", "place": "会议室", "starts_at": at.isoformat()}
    plan["ends_at"] = (at + timedelta(hours=1)).isoformat()
    made = officer.post(reverse("api_gatherings_of", args=[branch.branch.pk]), plan, JSON)
    assert made.status_code == 201
    pk = made.json()["id"]

    def send(client: Client, step: str, body: dict[str, object] | None = None, status: int = 200) -> dict[str, object]:
        answer = client.post(reverse(f"api_gathering{step}", args=[pk]), body or {}, JSON)
        assert answer.status_code == status, answer.content
        found: dict[str, object] = answer.json()
        return found

    assert officer.patch(reverse("api_gathering", args=[pk]), {"topics": "条例"}, JSON).json()["topics"] == "条例"
    send(member, "_leave", {"reason": "加班"})
    send(officer, "_answer_leave", {"user": branch.members[0].pk, "grant": False})
    send(officer, "_open")
    code = officer.get(reverse("api_gathering_code", args=[pk])).json()["code"]
    assert send(member, "_check_in", {"code": code})["standing"] == "present"
    assert send(officer, "_roll", {"user": branch.members[1].pk, "standing": "absent"})["how"] == "hand"
    rows = officer.get(reverse("api_gathering_roll", args=[pk])).json()["results"]
    assert {row["name"] for row in rows} == {"欧阳*"}
    minutes = reverse("api_gathering_minutes", args=[pk])
    assert officer.post(minutes, {"text": "学了", "resolutions": ["好"]}, JSON).status_code == 200
    assert member.get(minutes).status_code == 404
    send(officer, "_close")
    send(officer, "_minutes_sign")
    assert member.get(minutes).json()["resolutions"] == ["好"]
    send(officer, "_minutes_reopen", {"reason": "补"})
    (mine,) = member.get(reverse("api_gatherings")).json()["results"]
    assert (mine["standing"], mine["expected"]) == ("present", None)
    (theirs,) = officer.get(reverse("api_gatherings_of", args=[branch.branch.pk])).json()["results"]
    assert (theirs["expected"], theirs["present"]) == (2, 1)
    send(officer, "_cancel", {"reason": "x"}, 409)


def test_completion_of_a_street_in_few_queries(branch: Branch, django_assert_max_num_queries: object) -> None:
    community = branch.branch.territory
    street = community.ancestors()[-2]
    today = timezone.localdate()
    branch.held(date(today.year, today.month, 1), expected=4, present=3)
    for number in range(59):
        one = OrganisationFactory(
            name=f"支部{number}", rank=Rank.BRANCH, territory=community, parent=branch.committee, founded_on=LONG_AGO
        )
        branch.held(date(today.year, today.month, 1), organisation=one, expected=10, present=9)
    officer = client_of(make_staff(Role.STREET_OFFICER, street))
    with django_assert_max_num_queries(12):  # type: ignore[operator]
        shown = words(officer, "gatherings_completion", place=street.code)
    assert "90%" in words(officer, "gatherings_completion", place=street.code, show="owing")
    assert "60 / " in shown.replace("\n", "")
    assert "75%" not in shown
    assert "75%" in words(client_of(branch.worker), "gatherings_completion", place=community.code)
    href = f"{reverse('gatherings_of', args=[branch.branch.pk])}?kind=theme_day"
    assert href in shown
    assert "清洁" not in words(officer, "gatherings_of", branch.branch.pk, kind="theme_day", year=today.year)
    (after,) = re.findall(r"after=(\d+)", shown)
    assert "支部12" in words(officer, "gatherings_completion", place=street.code, after=after)


def test_who_leads_sees_what_is_below(branch: Branch) -> None:
    branch.held(timezone.localdate())
    shown = words(client_of(branch.above), "gatherings_completion")
    assert "第一党支部" in shown
    assert "江畔党小组" in shown
    assert "社区党委" not in shown
    assert client_of(PersonFactory()).get(reverse("gatherings_completion")).status_code == 403
    supervisor = client_of(make_staff(Role.SUPERVISOR, branch.branch.territory))
    assert reverse("gatherings_of", args=[branch.branch.pk]) not in words(supervisor, "gatherings_completion")


@pytest.mark.parametrize("file_format", ["csv", "xlsx"])
def test_completion_as_a_file(branch: Branch, file_format: str) -> None:
    type(branch.branch).objects.filter(pk=branch.branch.pk).update(name="=第一党支部")
    worker = client_of(branch.worker)
    export = reverse("gatherings_export")
    assert worker.post(export, {"format": "exe"}).status_code == 400
    asked = worker.post(reverse("api_gatherings_export"), {"file_format": file_format}, JSON)
    assert asked.status_code == 202
    assert worker.post(export, {"format": file_format}).status_code == 302
    assert run_next()
    job = Job.objects.earliest("pk")
    assert job.state == JobState.DONE
    content = job.result_path.read_bytes()
    assert ("'=第一党支部" in content.decode()) if file_format == "csv" else content.startswith(b"PK")


def test_completion_by_programs(branch: Branch) -> None:
    answer = client_of(branch.worker).get(reverse("api_gatherings_completion")).json()
    assert answer["required"] == 5
    first = next(one for one in answer["organisations"] if one["name"] == "第一党支部")
    assert {kind["kind"] for kind in first["kinds"]} == {
        *(GatheringKind.BRANCH_MEETING, GatheringKind.COMMITTEE_MEETING, GatheringKind.LESSON, GatheringKind.THEME_DAY)
    }


def test_photos_of_minutes_are_seen_by_who_reads_them(branch: Branch) -> None:
    gathering = branch.opened()
    photo = services.add_photo(actor=branch.secretary, gathering=gathering, file=picture())
    address = reverse("photo", kwargs={"photo_id": photo.pk, "size": "thumb"})
    assert client_of(branch.members[0]).get(address).status_code == 404
