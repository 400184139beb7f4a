"""Who asks for leave, who is there, who is marked by hand."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from grids.gatherings.audience import invited
from grids.gatherings.codes import Shown, is_right, shown_code
from grids.gatherings.domain import GUESSES, GUESSES_IN, OPENS_BEFORE, GatheringState, How, Standing
from grids.gatherings.events import AttendanceMarked, CheckInOpened, GatheringClosed, LeaveAsked
from grids.gatherings.limits import CODE_SECONDS
from grids.gatherings.models import Attendance, CheckInGuess, Gathering, new_seed
from grids.gatherings.policies import part_of
from grids.gatherings.services.planning import held_gathering, require_officer
from grids.members.models import PartyMember
from grids.members.policies import may_reveal
from grids.members.services import reveal
from grids.territory.inherited import setting_for
from portal.accounts.models import User
from portal.cleaning import clean_text
from portal.errors import Conflict, Invalid, NotAllowed, TooOften
from portal.outbox.services import record


@transaction.atomic
def ask_leave(*, actor: User, gathering: Gathering, reason: str, now: datetime | None = None) -> Attendance:
    """Somebody who is invited asks for leave; officers answer. Raises `Invalid`, `NotAllowed`, `Conflict`."""
    found = held_gathering(gathering)
    _require_invited(actor, found)
    if found.state not in (GatheringState.PLANNED, GatheringState.OPEN):
        raise Conflict(_("已经结束或取消了，不用再请假。"), code="gathering_over")
    words = clean_text(reason)[:200]
    if not words:
        raise Invalid(_("请写一句为什么请假。"), field="reason")
    row = Attendance.objects.filter(gathering=found, user=actor).first() or Attendance(gathering=found, user=actor)
    if row.standing == Standing.PRESENT:
        raise Conflict(_("您已经签到了。"), code="is_present")
    row.standing, row.how, row.reason = Standing.LEAVE_ASKED, How.ASKED, words
    row.marked_by, row.marked_at = None, now or timezone.now()
    row.save()
    # Not in the person's name: the row goes with their consent, the log does not.
    record(LeaveAsked(attendance_id=row.pk), subject=found, at=now)
    return row


@transaction.atomic
def answer_leave(*, actor: User, attendance: Attendance, grant: bool, now: datetime | None = None) -> Attendance:
    """An officer grants a leave or asks the person to come after all. Raises `NotAllowed`, `Conflict`."""
    found = held_gathering(attendance.gathering)
    require_officer(actor, found.organisation)
    row = Attendance.objects.filter(pk=attendance.pk, standing=Standing.LEAVE_ASKED).first()
    if row is None:
        raise Conflict(_("这份请假已经答复过了。"), code="leave_answered")
    row.standing = Standing.ON_LEAVE if grant else Standing.LEAVE_REFUSED
    row.how, row.marked_by, row.marked_at = How.HAND, actor, now or timezone.now()
    row.save()
    _tell_marked(row, found, actor, row.standing, now)
    return row


@transaction.atomic
def open_check_in(*, actor: User, gathering: Gathering, now: datetime | None = None) -> Gathering:
    """Check-in begins, with a secret of its own for the codes. Opening twice is opening once.

    Raises `NotAllowed`; `Conflict` when it is over or too early.
    """
    found = held_gathering(gathering)
    require_officer(actor, found.organisation)
    moment = now or timezone.now()
    if found.state == GatheringState.OPEN:
        return found
    if found.state != GatheringState.PLANNED:
        raise Conflict(_("已经结束或取消了。"), code="gathering_over")
    if moment < found.starts_at - OPENS_BEFORE:
        raise Conflict(_("开始前两小时才能开签到。"), code="too_early")
    found.state, found.opened_at, found.code_seed = GatheringState.OPEN, moment, new_seed()
    found.save(update_fields=["state", "opened_at", "code_seed"])
    record(CheckInOpened(gathering_id=found.pk), subject=found, actor=actor, at=now)
    return found


def code_for(*, actor: User, gathering: Gathering, now: datetime | None = None) -> Shown:
    """The code to be shown in the room. Raises `NotAllowed`, `Conflict` while nobody can check in."""
    require_officer(actor, gathering.organisation)
    moment = now or timezone.now()
    if not gathering.takes_codes_at(moment):
        raise Conflict(_("现在没有开签到。"), code="not_open")
    return shown_code(gathering, moment, seconds_of(gathering))


def seconds_of(gathering: Gathering) -> int:
    """How long a code is shown there."""
    return int(setting_for(gathering.organisation.territory, CODE_SECONDS))


def check_in(*, actor: User, gathering: Gathering, code: str, now: datetime | None = None) -> Attendance:
    """Somebody shows by the code in the room that they are there. Doing it twice is doing it once.

    A wrong code is counted whatever becomes of the rest, so this opens its own transactions. Raises `NotAllowed`,
    `Conflict`, `Invalid` (field "code"), `TooOften`.
    """
    moment = now or timezone.now()
    _require_invited(actor, gathering)
    _check_code(actor, gathering, code, moment)
    with transaction.atomic():
        found = held_gathering(gathering)
        if not found.takes_codes_at(moment):
            raise Conflict(_("签到已经结束，请现场的工作人员帮您登记。"), code="not_open")
        row = Attendance(gathering=found, user=actor, standing=Standing.PRESENT, how=How.CODE, marked_at=moment)
        # Written without looking first: of two at once one writes nothing, and both are told that they are there.
        Attendance.objects.bulk_create([row], ignore_conflicts=True)
        kept = Attendance.objects.filter(gathering=found, user=actor).earliest("pk")
        if kept.standing != Standing.PRESENT:
            kept.standing, kept.how, kept.reason, kept.marked_by = Standing.PRESENT, How.CODE, "", None
            kept.marked_at = moment
            kept.save()
    return kept


def _check_code(actor: User, gathering: Gathering, code: str, now: datetime) -> None:
    """Counts each try before it is looked at. Raises `TooOften`, `Conflict`, `Invalid`."""
    if not gathering.takes_codes_at(now):
        raise Conflict(_("现在没有开签到，请等现场的工作人员开始。"), code="not_open")
    with transaction.atomic():
        new = CheckInGuess(gathering=gathering, user=actor, count=0, since=now)
        CheckInGuess.objects.bulk_create([new], ignore_conflicts=True)
        tries = CheckInGuess.objects.select_for_update().get(gathering=gathering, user=actor)
        if tries.since + GUESSES_IN <= now:
            tries.count, tries.since = 0, now
        exhausted = tries.count >= GUESSES
        right = not exhausted and is_right(gathering, code, now, seconds_of(gathering))
        if not right and not exhausted:
            tries.count += 1
        tries.save()
    if exhausted:
        raise TooOften(_("输错太多次了，请过五分钟再试，或请现场的工作人员帮您登记。"), code="too_many_guesses")
    if not right:
        raise Invalid(_("签到码不对或已经换了，请看屏幕上现在的六位数。"), code="wrong_code", field="code")


@transaction.atomic
def mark(
    *,
    actor: User,
    gathering: Gathering,
    user: User,
    standing: str,
    reason: str = "",
    now: datetime | None = None,
) -> Attendance:
    """An officer notes by hand who is there, on leave or absent; once check-in is closed only with a reason.

    Raises `NotAllowed`, `Invalid`, `Conflict`.
    """
    found = held_gathering(gathering)
    require_officer(actor, found.organisation)
    if found.state not in (GatheringState.OPEN, GatheringState.CLOSED):
        raise Conflict(_("还没有开始签到，或者已经取消。"), code="not_open")
    if standing not in (Standing.PRESENT, Standing.ON_LEAVE, Standing.ABSENT):
        raise Invalid(_("请选到了、请假还是没到。"), field="standing")
    closed = found.state == GatheringState.CLOSED
    words = clean_text(reason)[:200]
    if closed and not words:
        raise Invalid(_("签到已经结束，更正要写明原因。"), field="reason")
    row = Attendance.objects.filter(gathering=found, user=user).first()
    if row is None and not invited(found).filter(pk=user.pk).exists():
        raise Invalid(_("这次没有请这位同志。"), field="user")
    before = row.standing if row is not None else None
    row = row or Attendance(gathering=found, user=user)
    row.standing, row.how, row.reason = standing, How.HAND, words
    row.marked_by, row.marked_at = actor, now or timezone.now()
    row.save()
    if closed:
        _recount(found, before, standing)
    _tell_marked(row, found, actor, str(standing), now, words)
    return row


def _tell_marked(
    row: Attendance, found: Gathering, actor: User, standing: str, now: datetime | None, words: str = ""
) -> None:
    closed = found.state == GatheringState.CLOSED
    event = AttendanceMarked(attendance_id=row.pk, standing=standing, after_closing=closed)
    record(event, subject=found, actor=actor, text=words, at=now)


def _recount(found: Gathering, before: str | None, after: str) -> None:
    """The numbers of a closed gathering move with one correction; they were counted with rows that may be gone."""
    found.expected += before is None
    found.present += (after == Standing.PRESENT) - (before == Standing.PRESENT)
    found.on_leave += (after == Standing.ON_LEAVE) - (before == Standing.ON_LEAVE)
    found.save(update_fields=["expected", "present", "on_leave"])


@transaction.atomic
def close_check_in(*, actor: User, gathering: Gathering, now: datetime | None = None) -> Gathering:
    """Check-in ends and the numbers are counted: who asked for leave is on leave, who did nothing is absent.

    Raises `NotAllowed`, `Conflict`.
    """
    found = held_gathering(gathering)
    require_officer(actor, found.organisation)
    if found.state != GatheringState.OPEN:
        raise Conflict(_("没有在签到。"), code="not_open")
    close(found, actor=actor, now=now or timezone.now())
    return found


def close(found: Gathering, *, actor: User | None, now: datetime) -> None:
    """Counts a gathering whose row is held; without an actor where nobody else has ended check-in."""
    rows = {row.user_id: row for row in found.attendances.all()}
    asked = [row for row in rows.values() if row.standing == Standing.LEAVE_ASKED]
    Attendance.objects.filter(pk__in=[row.pk for row in asked]).update(standing=Standing.ON_LEAVE)
    found.attendances.filter(standing=Standing.LEAVE_REFUSED).update(standing=Standing.ABSENT)
    missing = [
        Attendance(gathering=found, user=user, standing=Standing.ABSENT, how=How.CLOSING, marked_at=now)
        for user in invited(found)
        if user.pk not in rows
    ]
    Attendance.objects.bulk_create(missing)
    found.expected = len(rows) + len(missing)
    found.present = sum(row.standing == Standing.PRESENT for row in rows.values())
    found.on_leave = sum(row.standing == Standing.ON_LEAVE for row in rows.values()) + len(asked)
    found.state, found.closed_at = GatheringState.CLOSED, now
    found.save(update_fields=["expected", "present", "on_leave", "state", "closed_at"])
    CheckInGuess.objects.filter(gathering=found).delete()
    record(GatheringClosed(gathering_id=found.pk), subject=found, actor=actor, at=now)


@transaction.atomic
def reveal_roll(*, actor: User, gathering: Gathering, reason: str) -> dict[int, str]:
    """The full names on the roll, by user, of those whom this officer may look at; each look is written down.

    Raises `NotAllowed`, `Invalid` (field "why").
    """
    require_officer(actor, gathering.organisation)
    if not clean_text(reason):
        raise Invalid(_("请写明为什么要看。"), field="why")
    members = PartyMember.objects.filter(user__in=invited(gathering)).select_related("user", "organisation__territory")
    names = {}
    for member in members.defer("organisation__territory__boundary"):
        if may_reveal(actor, member):
            reveal(actor=actor, member=member, reason=reason)
            names[member.user_id] = member.user.legal_name or member.user.display_name
    return names


def _require_invited(actor: User, gathering: Gathering) -> None:
    part = part_of(actor)
    if part is None or not part.is_invited(gathering):
        raise NotAllowed(_("这次没有请您参加。"))
