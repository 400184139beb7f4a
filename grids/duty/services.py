"""Use cases of the duty board: somebody is away, somebody stands in, somebody is back."""

from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from grids.duty import policies
from grids.duty.events import CoverNamed, LeaveArranged, LeaveEnded
from grids.roles.domain import COVERED_ROLES, HANDLER_ROLES, AbsenceKind
from grids.roles.models import Appointment, DutyCover
from grids.roles.queries import held_by
from grids.roles.services import roles_changed
from portal.accounts.models import User
from portal.errors import Conflict, Invalid, NotAllowed
from portal.outbox.services import record

LONGEST_DAYS = 366


@transaction.atomic
def arrange_leave(
    *,
    actor: User,
    appointment: Appointment,
    starts_on: date,
    ends_on: date,
    kind: str = AbsenceKind.LEAVE,
    cover: User | None = None,
    now: datetime | None = None,
) -> DutyCover:
    """Notes that somebody is away from `starts_on` until they are back on `ends_on`, and who stands in, if known.

    Who holds the office says it themselves, without a cover, or the community says it. Raises NotAllowed, Invalid
    (starts_on, ends_on, cover), Conflict where these days are arranged already.
    """
    appointment = _held(appointment.pk)
    if not policies.may_take_leave(actor, appointment):
        raise NotAllowed(_("只有本人和社区的工作人员可以登记请假。"))
    _check_days(appointment, starts_on, ends_on, timezone.localdate(now))
    if kind not in AbsenceKind.values:
        raise Invalid(_("请从列表里选。"), field="kind")
    if cover is not None:
        _check_cover(actor, appointment, cover)
    try:
        with transaction.atomic():
            duty = DutyCover.objects.create(
                appointment=appointment,
                cover=cover,
                kind=kind,
                starts_on=starts_on,
                ends_on=ends_on,
                arranged_by=actor,
            )
    except IntegrityError as error:
        if "one_absence_at_a_time" not in str(error):
            raise
        raise Conflict(_("这几天里有的日子已经登记过请假了。"), code="leave_arranged", field="starts_on") from error
    if cover is not None:
        roles_changed(cover, actor=actor, now=now)
    event = LeaveArranged(
        duty_id=duty.pk,
        appointment_id=appointment.pk,
        cover_id=cover.pk if cover else None,
        territory_code=appointment.territory.code,
    )
    record(event, subject=duty, actor=actor, at=now)
    return duty


@transaction.atomic
def name_cover(*, actor: User, duty: DutyCover, cover: User, now: datetime | None = None) -> DutyCover:
    """Says who stands in, or who does instead. Raises NotAllowed, Invalid (cover), Conflict where it is over."""
    duty = _locked(duty, now)
    _check_cover(actor, duty.appointment, cover)
    before = duty.cover
    if before is not None and before.pk == cover.pk:
        return duty
    duty.cover = cover
    duty.save(update_fields=["cover"])
    for person in (before, cover):
        if person is not None:
            roles_changed(person, actor=actor, now=now)
    event = CoverNamed(
        duty_id=duty.pk,
        before_id=before.pk if before else None,
        cover_id=cover.pk,
        territory_code=duty.appointment.territory.code,
    )
    record(event, subject=duty, actor=actor, at=now)
    return duty


@transaction.atomic
def end_leave(*, actor: User, duty: DutyCover, now: datetime | None = None) -> DutyCover:
    """Somebody is back today, or does not go at all. Raises NotAllowed, Conflict where it is over."""
    duty = _locked(duty, now)
    if not policies.may_take_leave(actor, duty.appointment):
        raise NotAllowed(_("只有本人和社区的工作人员可以登记请假。"))
    duty.ends_on = max(timezone.localdate(now), duty.starts_on)
    duty.save(update_fields=["ends_on"])
    if duty.cover is not None:
        roles_changed(duty.cover, actor=actor, now=now)
    event = LeaveEnded(duty_id=duty.pk, cover_id=duty.cover_id, territory_code=duty.appointment.territory.code)
    record(event, subject=duty, actor=actor, at=now)
    return duty


def _held(pk: int) -> Appointment:
    """The office, locked, so that it does not end or go elsewhere meanwhile."""
    rows = Appointment.objects.select_for_update(of=("self",)).select_related("user", "territory")
    return rows.defer("territory__boundary").get(pk=pk)


def _locked(duty: DutyCover, now: datetime | None) -> DutyCover:
    _held(duty.appointment_id)
    rows = DutyCover.objects.select_for_update(of=("self",)).select_related(
        "cover", "appointment__user", "appointment__territory"
    )
    found = rows.get(pk=duty.pk)
    if found.ends_on <= timezone.localdate(now) or found.ends_on == found.starts_on:
        raise Conflict(_("这次请假已经结束了。"), code="leave_over")
    return found


def _check_days(appointment: Appointment, starts_on: date, ends_on: date, today: date) -> None:
    if appointment.role not in COVERED_ROLES:
        raise Invalid(_("只有网格长和网格员要登记请假。"), field="appointment")
    if starts_on < today:
        raise Invalid(_("请从今天或以后的日子开始。"), field="starts_on")
    if ends_on <= starts_on:
        raise Invalid(_("恢复的日子要晚于开始的日子。"), field="ends_on")
    if (ends_on - starts_on).days > LONGEST_DAYS:
        raise Invalid(_("一次最多登记一年。"), field="ends_on")
    if starts_on < appointment.starts_on or (appointment.ends_on is not None and ends_on > appointment.ends_on):
        raise Invalid(_("这几天超出了任期，请核对日期。"), field="ends_on")


def _check_cover(actor: User, appointment: Appointment, cover: User) -> None:
    """Only a colleague of the same community stands in, so that nobody becomes staff by it."""
    if not policies.may_arrange(actor, appointment.territory):
        raise NotAllowed(_("请谁代班，由社区的工作人员安排。"))
    if cover.pk == appointment.user_id:
        raise Invalid(_("不能自己代自己，请另选一位。"), field="cover")
    if cover.pk == actor.pk:
        raise NotAllowed(_("不能安排自己代班，请另一位同志来安排。"))
    community = str(appointment.territory.path)[: -appointment.territory.steplen]
    here = any(held.role in HANDLER_ROLES and held.path.startswith(community) for held in held_by(cover))
    if not (here and cover.is_active and cover.is_staff):
        raise Invalid(_("代班的要是本社区的工作人员。"), field="cover")
