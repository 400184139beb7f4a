"""Party life from the plan to the signed minutes, and what is left of who leaves."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from grids.gatherings import services
from grids.gatherings.calendar_file import calendar_of
from grids.gatherings.codes import shown_code
from grids.gatherings.domain import Audience, GatheringKind, GatheringState, How, Standing
from grids.gatherings.models import Attendance, Gathering, GatheringReminder
from grids.gatherings.policies import may_organise, may_oversee, may_read_minutes, may_see
from grids.gatherings.queries import gatherings_by_community
from grids.gatherings.receivers import part_in_gatherings
from grids.gatherings.services.attending import seconds_of
from grids.members.domain import Shown
from grids.members.models import PartyMember
from grids.roles.domain import Role
from grids.territory.models import TerritorySetting
from portal.accounts.consents import give_consent, withdraw_consent
from portal.accounts.erasure import erase_user
from portal.accounts.models import ConsentText, User
from portal.errors import Conflict, Invalid, NotAllowed, TooOften
from portal.notifications.models import Notice
from portal.outbox.models import Event
from portal.outbox.services import drain
from tests.grids.gatherings.factories import Branch, make_branch
from tests.grids.members.factories import make_member
from tests.grids.roles.factories import PersonFactory, make_staff
from tests.grids.territory.factories import CommunityFactory
from tests.portal.accounts.factories import ConsentTextFactory
from tests.portal.accounts.test_erasing import where_found

pytestmark = pytest.mark.django_db


@pytest.fixture
def branch() -> Branch:
    return make_branch()


def code_of(gathering: Gathering, *, now: datetime | None = None) -> str:
    return shown_code(gathering, now or timezone.now(), seconds_of(gathering)).digits


def told(kind: str) -> set[int]:
    return set(Notice.objects.filter(kind=f"grids.{kind}").values_list("recipient_id", flat=True))


def test_whom_a_gathering_is_for(branch: Branch) -> None:
    for_all = branch.plan(GatheringKind.BRANCH_MEETING, hours=24)
    for_leaders = branch.plan(GatheringKind.COMMITTEE_MEETING, hours=24)
    for_own = branch.plan(GatheringKind.LESSON, hours=24, audience=Audience.OWN)
    drain()
    in_branch, in_group = branch.members
    assert told("gathering_planned") == {in_branch.pk, in_group.pk}
    assert for_leaders.audience == Audience.LEADERS
    seen = {user: [may_see(user, one) for one in (for_all, for_leaders, for_own)] for user in branch.members}
    assert seen == {in_branch: [True] * 3, in_group: [True] * 3}
    assert not may_see(PersonFactory(), for_all)
    assert not may_see(make_staff(Role.COMMUNITY_WORKER, CommunityFactory(code="320105004002")), for_all)
    with pytest.raises(NotAllowed):
        services.ask_leave(actor=in_group, gathering=for_own, reason="出差")
    notice = Notice.objects.filter(kind="grids.gathering_planned").first()
    assert notice is not None
    assert "党" not in f"{notice.title}{notice.body}"


def test_who_arranges_and_who_looks_on(branch: Branch) -> None:
    street = make_staff(Role.STREET_OFFICER, branch.committee.territory.ancestors()[-2])
    people = [branch.secretary, branch.worker, branch.above, street, branch.members[0]]
    assert [may_organise(one, branch.branch) for one in people] == [True, True, False, False, False]
    assert [may_oversee(one, branch.branch) for one in people] == [False, False, True, True, False]
    for one in people[2:]:
        with pytest.raises(NotAllowed):
            branch.plan(actor=one)


def test_what_cannot_be_planned(branch: Branch) -> None:
    at = timezone.now() + timedelta(days=1)
    for field, given in (
        ("title", {"title": " \u200b"}),
        ("place", {"place": ""}),
        ("ends_at", {"starts_at": at, "ends_at": at}),
        ("ends_at", {"starts_at": at, "ends_at": at + timedelta(hours=25)}),
        ("starts_at", {"hours": -24 * 40}),
        ("starts_at", {"hours": 24 * 400}),
        ("kind", {"kind": GatheringKind.GROUP_MEETING}),
        ("kind", {"kind": "party"}),
        ("audience", {"audience": "world"}),
        ("topics", {"topics": "长" * 1001}),
    ):
        with pytest.raises(Invalid) as refused:
            branch.plan(**given)
        assert refused.value.field == field
    branch.plan(starts_at=at)
    with pytest.raises(Conflict, match="已经安排过"):
        branch.plan(starts_at=at + timedelta(minutes=1), actor=branch.worker)


def test_a_plan_is_changed_and_called_off(branch: Branch) -> None:
    gathering = branch.plan(hours=48)
    services.change_gathering(actor=branch.worker, gathering=gathering, title="清洁江岸")
    drain()
    assert told("gathering_changed") == set()
    services.change_gathering(actor=branch.worker, gathering=gathering, place="社区礼堂")
    with pytest.raises(Invalid):
        services.cancel_gathering(actor=branch.secretary, gathering=gathering, reason="")
    services.cancel_gathering(actor=branch.secretary, gathering=gathering, reason="台风")
    drain()
    everybody = {one.pk for one in branch.members}
    assert told("gathering_changed") == set()  # Nobody is sent to a place of something that is off.
    assert told("gathering_cancelled") == everybody
    for again in (services.change_gathering, services.open_check_in):
        with pytest.raises(Conflict):
            again(actor=branch.secretary, gathering=gathering)
    branch.plan(hours=48)


def test_check_in_by_code(branch: Branch) -> None:
    first, second = branch.members
    gathering = branch.opened()
    assert services.open_check_in(actor=branch.worker, gathering=gathering).opened_at == gathering.opened_at
    row = services.check_in(actor=first, gathering=gathering, code=f" {code_of(gathering)} ")
    assert (row.standing, row.how, row.marked_by) == (Standing.PRESENT, How.CODE, None)
    assert services.check_in(actor=first, gathering=gathering, code=code_of(gathering)).pk == row.pk
    services.ask_leave(actor=second, gathering=gathering, reason="发烧")
    services.check_in(actor=second, gathering=gathering, code=code_of(gathering))
    assert Attendance.objects.get(user=second).reason == ""
    with pytest.raises(Conflict):
        services.ask_leave(actor=second, gathering=gathering, reason="发烧")
    with pytest.raises(NotAllowed):
        services.check_in(actor=PersonFactory(), gathering=gathering, code=code_of(gathering))
    gathering = services.close_check_in(actor=branch.secretary, gathering=gathering)
    assert (gathering.expected, gathering.present, gathering.on_leave) == (2, 2, 0)
    with pytest.raises(Conflict):
        services.check_in(actor=first, gathering=gathering, code=code_of(gathering))


def test_a_code_is_taken_for_a_while_and_guessed_five_times(branch: Branch) -> None:
    gathering, member = branch.opened(), branch.members[0]
    now = timezone.now()
    old = code_of(gathering, now=now - timedelta(seconds=121))
    for _guess in range(5):
        with pytest.raises(Invalid) as refused:
            services.check_in(actor=member, gathering=gathering, code=old, now=now)
        assert refused.value.code == "wrong_code"
    before = code_of(gathering, now=now - timedelta(seconds=60))
    with pytest.raises(TooOften):
        services.check_in(actor=member, gathering=gathering, code=before, now=now)
    later = now + timedelta(minutes=5, seconds=1)
    services.check_in(
        actor=member, gathering=gathering, code=code_of(gathering, now=later - timedelta(seconds=60)), now=later
    )
    with pytest.raises(Conflict):
        services.check_in(actor=member, gathering=gathering, code="1", now=now + timedelta(hours=9))


def test_check_in_does_not_begin_days_before(branch: Branch) -> None:
    with pytest.raises(Conflict, match="两小时"):
        branch.opened(hours=30)


def test_leave_is_answered_and_what_is_not_counts_as_granted(branch: Branch) -> None:
    first, second = branch.members
    gathering = branch.plan()
    asked = services.ask_leave(actor=first, gathering=gathering, reason="出差")
    services.ask_leave(actor=second, gathering=gathering, reason="看病")
    drain()
    assert told("gathering_leave_asked") == {branch.secretary.pk}
    assert Event.objects.get(type="grids.gatherings.leave_asked", payload__attendance_id=asked.pk).actor is None
    services.answer_leave(actor=branch.secretary, attendance=asked, grant=False)
    with pytest.raises(Conflict):
        services.answer_leave(actor=branch.secretary, attendance=asked, grant=True)
    drain()
    assert told("gathering_marked") == {first.pk}
    services.open_check_in(actor=branch.secretary, gathering=gathering)
    gathering = services.close_check_in(actor=branch.secretary, gathering=gathering)
    assert (gathering.expected, gathering.present, gathering.on_leave, gathering.absent) == (2, 0, 1, 1)
    standings = dict(Attendance.objects.values_list("user_id", "standing"))
    assert standings == {first.pk: Standing.ABSENT, second.pk: Standing.ON_LEAVE}


def test_marks_by_hand_and_corrections_with_a_reason(branch: Branch) -> None:
    first, second = branch.members
    gathering = branch.plan(hours=-24)
    with pytest.raises(Conflict):
        services.mark(actor=branch.secretary, gathering=gathering, user=first, standing=Standing.PRESENT)
    services.open_check_in(actor=branch.secretary, gathering=gathering)
    row = services.mark(actor=branch.secretary, gathering=gathering, user=first, standing=Standing.PRESENT)
    assert (row.how, row.marked_by) == (How.HAND, branch.secretary)
    with pytest.raises(Invalid):
        services.mark(actor=branch.secretary, gathering=gathering, user=PersonFactory(), standing=Standing.PRESENT)
    services.close_check_in(actor=branch.secretary, gathering=gathering)
    correct: dict[str, Any] = {
        "actor": branch.worker,
        "gathering": gathering,
        "user": second,
        "standing": Standing.PRESENT,
    }
    with pytest.raises(Invalid) as refused:
        services.mark(**correct)
    assert refused.value.field == "reason"
    services.mark(**correct, reason="来晚了，没赶上扫码")
    gathering.refresh_from_db()
    assert (gathering.expected, gathering.present, gathering.absent) == (2, 2, 0)
    newcomer = make_member(branch.branch).user
    services.mark(**correct | {"user": newcomer}, reason="当天来的")
    gathering.refresh_from_db()
    assert (gathering.expected, gathering.present) == (3, 3)


def test_names_on_the_roll_are_looked_at_with_a_reason(branch: Branch) -> None:
    gathering, member = branch.plan(), branch.members[0]
    assert services.reveal_roll(actor=branch.secretary, gathering=gathering, reason="点名") == {}
    PartyMember.objects.filter(user=member).update(shown_to=Shown.ORGANISATION)
    with pytest.raises(Invalid):
        services.reveal_roll(actor=branch.secretary, gathering=gathering, reason=" ")
    found = services.reveal_roll(actor=branch.secretary, gathering=gathering, reason="点名")
    assert found == {member.pk: member.legal_name}
    assert len(services.reveal_roll(actor=branch.worker, gathering=gathering, reason="点名")) == 2
    assert Event.objects.filter(type="grids.members.revealed").count() == 3


def test_minutes_are_drafted_signed_and_read(branch: Branch) -> None:
    gathering = branch.opened()
    with pytest.raises(Invalid):
        services.save_minutes(actor=branch.secretary, gathering=gathering, text="长" * 10_001, resolutions=[])
    seen = timezone.now()
    services.save_minutes(
        actor=branch.worker, gathering=gathering, text="学了\u202e文件\n议了事", resolutions=["", "同意"]
    )
    with pytest.raises(Conflict, match="别的同志"):
        services.save_minutes(actor=branch.secretary, gathering=gathering, text="x", resolutions=[], seen=seen)
    with pytest.raises(Conflict):
        services.sign_minutes(actor=branch.secretary, gathering=gathering)
    services.close_check_in(actor=branch.secretary, gathering=gathering)
    gathering = Gathering.objects.select_related("minutes", "organisation__territory").get(pk=gathering.pk)
    assert (gathering.minutes.text, gathering.minutes.resolutions) == ("学了文件\n议了事", ["同意"])
    readers: list[User] = [branch.members[0], branch.above, PersonFactory()]
    assert [may_read_minutes(one, gathering) for one in readers] == [False, False, False]
    services.sign_minutes(actor=branch.secretary, gathering=gathering)
    gathering.minutes.refresh_from_db()
    assert [may_read_minutes(one, gathering) for one in readers] == [True, True, False]
    with pytest.raises(Conflict):
        services.save_minutes(actor=branch.worker, gathering=gathering, text="改", resolutions=[])
    services.reopen_minutes(actor=branch.worker, gathering=gathering, reason="漏了一条")
    services.save_minutes(actor=branch.worker, gathering=gathering, text="改", resolutions=[])


@pytest.mark.parametrize("leaves", ["consent", "account"])
def test_attendance_goes_with_consent_and_account_and_the_numbers_stay(branch: Branch, leaves: str) -> None:
    ConsentTextFactory(kind=ConsentText.Kind.PARTY)
    member: User = branch.members[0]
    User.objects.filter(pk=member.pk).update(legal_name="欧阳金丝雀")
    member.refresh_from_db()
    give_consent(actor=member, user=member, kind=ConsentText.Kind.PARTY)
    gathering = branch.opened(topics="表扬欧阳金丝雀")
    services.check_in(actor=member, gathering=gathering, code=code_of(gathering))
    services.save_minutes(
        actor=branch.secretary, gathering=gathering, text="欧阳金丝雀发言", resolutions=["请欧阳金丝雀办"]
    )
    services.close_check_in(actor=branch.secretary, gathering=gathering)
    (copy,) = part_in_gatherings(member)["attended"]
    assert (copy["standing"], copy["organisation"]) == (Standing.PRESENT, "第一党支部")
    if leaves == "consent":
        withdraw_consent(actor=member, user=member, kind=ConsentText.Kind.PARTY)
    else:
        erase_user(actor=member, user=member)
        assert list(where_found(("金丝雀",))) == []
    assert not Attendance.objects.filter(user=member).exists()
    gathering.refresh_from_db()
    assert (gathering.expected, gathering.present) == (2, 1)


def at_noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=timezone.get_default_timezone())


def test_reminders_are_given_once_and_by_the_rhythm(branch: Branch) -> None:
    branch.held(date(2026, 11, 5))
    TerritorySetting.objects.create(territory=branch.branch.territory, key="gatherings.committee_meeting", value="0")
    TerritorySetting.objects.create(territory=branch.branch.territory, key="gatherings.group_meeting", value="0")
    with time_machine.travel(at_noon(date(2026, 11, 20))):
        assert services.remind_gatherings() == 0
    with time_machine.travel(at_noon(date(2026, 12, 3))):
        # October and September are told no more; November had its theme day.
        assert services.remind_gatherings() == 0
    with time_machine.travel(at_noon(date(2026, 12, 25))):
        assert services.remind_gatherings() == 3  # members' meeting and lesson of the quarter, theme day of December
        assert services.remind_gatherings() == 0
        drain()
    assert told("gathering_due") == {branch.secretary.pk}
    branch.held(date(2026, 12, 30), kind=GatheringKind.LESSON)
    with time_machine.travel(at_noon(date(2027, 1, 2))):
        assert services.remind_gatherings() == 2
        drain()
    assert told("gathering_missed") == {branch.above.pk}
    assert GatheringReminder.objects.count() == 5


def test_totals_of_a_community_for_other_pages(branch: Branch, django_assert_max_num_queries: object) -> None:
    place = branch.branch.territory
    street = place.ancestors()[-2]
    branch.held(date(2026, 11, 5))
    with django_assert_max_num_queries(3):  # type: ignore[operator]
        found = gatherings_by_community(street, day=date(2026, 11, 20))
    (totals,) = found.values()
    assert list(found) == [place.path]
    # The branch: members' meeting, committee, lesson, theme day; its group: one meeting.
    assert (totals.required, totals.done, totals.owed, totals.organisations) == (5, 1, 4, 2)
    assert totals.overdue == 3 + 10 + 3 + 10 + 10


def test_a_calendar_that_says_nothing_of_the_party(branch: Branch) -> None:
    gathering = branch.plan(hours=24, title="党课", place="江畔驿站，二楼；" + "很长" * 20)
    text = calendar_of([gathering])
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    whole = text.replace("\r\n ", "")
    assert "SUMMARY:会议" in whole
    assert "党" not in whole
    assert f"UID:{gathering.uid}@wuwei" in whole


def test_a_dissolved_organisation_plans_nothing(branch: Branch) -> None:
    type(branch.branch).objects.filter(pk=branch.branch.pk).update(is_active=False)
    with pytest.raises(Conflict):
        branch.plan(actor=branch.worker)
    assert GatheringState.PLANNED not in set(Gathering.objects.values_list("state", flat=True))
