"""Appointing many people at once, as a district does it: the rules of `appoint`, in a handful of statements."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from grids.roles import policies
from grids.roles.domain import STAFF_ROLES, Role
from grids.roles.events import Appointed, AppointmentEnded
from grids.roles.models import Appointment
from grids.roles.queries import forget
from grids.roles.services import check_grant, overlap_of, roles_changed
from grids.territory.models import Territory
from grids.territory.tree import hold_places, require_living
from portal.accounts.models import User
from portal.errors import DomainError, NotAllowed
from portal.outbox.services import Fact, record_many


@dataclass(frozen=True, slots=True)
class Office:
    """An appointment about to be given; `ends_on` is the first day on which it no longer holds."""

    user: User
    role: Role
    territory: Territory
    starts_on: date
    ends_on: date | None = None
    public_phone: str = ""
    reason: str = ""


@transaction.atomic
def appoint_many(
    *, actor: User, offices: Sequence[Office], told_at: datetime | None = None, now: datetime | None = None
) -> list[Appointment | DomainError]:
    """For each office the appointment, or why it was refused: one refusal holds up none of the others.

    Those appointed are told no earlier than `told_at`.
    """
    places = hold_places([office.territory for office in offices])
    users = {office.user.pk for office in offices}
    held = {user.pk: user for user in User.objects.select_for_update().filter(pk__in=users).order_by("pk")}
    answers: list[Appointment | DomainError | None] = [None] * len(offices)
    rows: list[tuple[int, Appointment]] = []
    for at, office in enumerate(offices):
        place, user = places[office.territory.pk], held[office.user.pk]
        try:
            if not policies.may_appoint(actor, policies.Grant(user, office.role, place)):
                raise NotAllowed(_("您不能在这里任命这个角色；也不能任命自己。"))
            require_living(place)
            check_grant(user, office.role, place, office.starts_on, office.ends_on)
        except DomainError as refusal:
            answers[at] = refusal
        else:
            rows.append((at, _row(actor, office, user, place)))
    for at, saved in _saved(rows):
        answers[at] = saved
    given = [answer for answer in answers if isinstance(answer, Appointment)]
    _reckon_staff(given, actor=actor, now=now)
    facts = [Fact(_event(Appointed, one), one, text=one.reason) for one in given]
    record_many(facts, actor=actor, at=now, told_at=told_at)
    return [answer for answer in answers if answer is not None]


def _row(actor: User, office: Office, user: User, place: Territory) -> Appointment:
    return Appointment(
        user=user,
        role=office.role,
        territory=place,
        starts_on=office.starts_on,
        ends_on=office.ends_on,
        appointed_by=actor,
        reason=office.reason.strip()[:200],
        public_phone=office.public_phone.strip(),
    )


def _saved(rows: list[tuple[int, Appointment]]) -> list[tuple[int, Appointment | DomainError]]:
    """All at once; where the database refuses one of them, one by one, to learn which and why."""
    try:
        with transaction.atomic():
            Appointment.objects.bulk_create([row for _at, row in rows])
    except IntegrityError:
        return [(at, _saved_alone(row)) for at, row in rows]
    return list(rows)


def _saved_alone(row: Appointment) -> Appointment | DomainError:
    try:
        with transaction.atomic():
            row.pk = None
            row.save(force_insert=True)
    except IntegrityError as error:
        refusal = overlap_of(error)
        if not isinstance(refusal, DomainError):
            raise
        return refusal
    return row


def _reckon_staff(appointments: Sequence[Appointment], *, actor: User, now: datetime | None) -> None:
    """Whether they are staff follows from their roles; who has sessions loses them, as with any change of roles."""
    people = {one.user_id: one.user for one in appointments}
    for user in people.values():
        if user.last_login is not None:
            roles_changed(user, actor=actor, now=now)
    fresh = [user.pk for user in people.values() if user.last_login is None]
    today = timezone.localdate(now)
    serving = Appointment.objects.filter(user__in=fresh, role__in=list(STAFF_ROLES)).exclude(ends_on__lte=today)
    staff = set(serving.values_list("user_id", flat=True))
    User.objects.filter(pk__in=staff, is_staff=False).update(is_staff=True)
    User.objects.filter(pk__in=set(fresh) - staff, is_staff=True, is_superuser=False).update(is_staff=False)
    for user in people.values():
        forget(user)


def take_back(
    *, actor: User, appointments: Collection[int], reason: str, now: datetime | None = None
) -> list[Appointment]:
    """Ends appointments that should not have been given, from today, whoever gave them; returns those that it ended.

    Nobody gains a role by it. The caller decides who may do it, and has a transaction open.
    """
    today = timezone.localdate(now)
    rows = Appointment.objects.select_for_update(of=("self",)).filter(pk__in=appointments).exclude(ends_on__lte=today)
    ended = list(rows.select_related("user", "territory").defer("territory__boundary").order_by("pk"))
    for one in ended:
        one.ends_on, one.ended_by = max(today, one.starts_on), actor
    Appointment.objects.bulk_update(ended, ["ends_on", "ended_by"], batch_size=500)
    _reckon_staff(ended, actor=actor, now=now)
    record_many([Fact(_event(AppointmentEnded, one), one, text=reason) for one in ended], actor=actor, at=now)
    return ended


def _event(kind: type[Appointed] | type[AppointmentEnded], one: Appointment) -> Appointed | AppointmentEnded:
    return kind(appointment_id=one.pk, user_id=one.user_id, role=str(one.role), territory_code=str(one.territory.code))
