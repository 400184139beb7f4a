"""What becomes of the people of a grid that is taken up by another: their office ends, or goes on there."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from grids.roles.domain import ResidencyStatus, Role
from grids.roles.events import Appointed, AppointmentEnded
from grids.roles.models import Appointment, AppointmentQuerySet, DutyCover, Residency
from grids.roles.services import roles_changed
from grids.territory.models import Territory
from portal.accounts.models import User
from portal.errors import NotAllowed
from portal.outbox.services import record


@dataclass(frozen=True, slots=True)
class Relocation:
    """How many appointments went on in the other grid, and how many ended with the old one."""

    carried: int
    ended: int


def lasting(grid: Territory, today: date) -> AppointmentQuerySet:
    """Appointments of the grid that hold now or will hold."""
    return Appointment.objects.filter(territory=grid).filter(Q(ends_on__isnull=True) | Q(ends_on__gt=today))


def role_carried(appointment: Appointment, into: Territory) -> Role:
    """The role in which somebody goes on: a head becomes a member where the other grid has a head in that time."""
    role = Role(appointment.role)
    if role != Role.GRID_HEAD:
        return role
    heads = Appointment.objects.filter(territory=into, role=Role.GRID_HEAD).exclude(
        ends_on__lte=max(appointment.starts_on, timezone.localdate())
    )
    if appointment.ends_on is not None:
        heads = heads.filter(starts_on__lt=appointment.ends_on)
    return Role.GRID_MEMBER if heads.exists() else role


def relocate_staff(
    *, actor: User, grid: Territory, into: Territory, carry: Collection[int], reason: str, now: datetime | None = None
) -> Relocation:
    """Ends every appointment of a grid and goes on with those named in `carry` in the other grid, from today.

    Both grids are held by the caller, in whose transaction this runs. Nobody gets a role they did not hold. Raises
    NotAllowed where the actor would carry over an office of their own.
    """
    today = timezone.localdate(now)
    held = lasting(grid, today).select_for_update(of=("self",)).select_related("user", "territory").order_by("pk")
    carried = ended = 0
    for appointment in held:
        goes_on = appointment.pk in carry
        if goes_on and appointment.user_id == actor.pk:
            raise NotAllowed(_("不能把自己的职务带到别的网格，请让安全管理员任命。"))
        last_day = appointment.ends_on
        if goes_on:
            _go_on(appointment, into, actor=actor, reason=reason, until=last_day, today=today, now=now)
            carried += 1
        else:
            ended += 1
        _end(appointment, actor=actor, reason=reason, today=today, now=now)
        roles_changed(appointment.user, actor=actor, now=now)
    return Relocation(carried, ended)


def _go_on(
    appointment: Appointment,
    into: Territory,
    *,
    actor: User,
    reason: str,
    until: date | None,
    today: date,
    now: datetime | None,
) -> None:
    role, begins = role_carried(appointment, into), max(appointment.starts_on, today)
    same = Appointment.objects.filter(territory=into, user=appointment.user, role=role).exclude(ends_on__lte=begins)
    if (same.filter(starts_on__lt=until) if until is not None else same).exists():
        return  # They hold it there already.
    new = Appointment.objects.create(
        user=appointment.user,
        role=role,
        territory=into,
        starts_on=begins,
        ends_on=until,
        appointed_by=actor,
        reason=reason[:200],
        public_phone=appointment.public_phone,
    )
    DutyCover.objects.filter(appointment=appointment, ends_on__gt=today).update(appointment=new)
    record(
        Appointed(appointment_id=new.pk, user_id=new.user_id, role=str(role), territory_code=into.code),
        subject=new,
        actor=actor,
        text=reason,
        at=now,
    )


def _end(appointment: Appointment, *, actor: User, reason: str, today: date, now: datetime | None) -> None:
    appointment.ends_on = max(today, appointment.starts_on)
    appointment.ended_by = actor
    appointment.save(update_fields=["ends_on", "ended_by"])
    record(
        AppointmentEnded(
            appointment_id=appointment.pk,
            user_id=appointment.user_id,
            role=appointment.role,
            territory_code=appointment.territory.code,
        ),
        subject=appointment,
        actor=actor,
        text=reason,
        at=now,
    )


def residents_of(buildings: Collection[int]) -> list[int]:
    """People whose confirmed home is in one of these buildings."""
    rows = Residency.objects.filter(building__in=buildings, status=ResidencyStatus.APPROVED)
    return list(rows.values_list("user_id", flat=True))


def move_residencies(grid: Territory, into: Territory) -> None:
    """Who gave a dissolved grid as home, and no building, lives in the other one; buildings take theirs along."""
    Residency.objects.filter(building=grid).update(building=into)
