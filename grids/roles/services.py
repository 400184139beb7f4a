"""Use cases of residency and appointments."""

from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from grids.roles import policies
from grids.roles.domain import ADMINISTRATOR_ROLES, ROLE_LEVELS, STAFF_ROLES, ResidencyStatus, Role
from grids.roles.events import (
    AddressRevealed,
    Appointed,
    AppointmentEnded,
    ResidencyApproved,
    ResidencyEnded,
    ResidencyRefused,
    ResidencyRequested,
)
from grids.roles.models import Appointment, Residency
from grids.roles.queries import forget
from grids.territory.domain import Level
from grids.territory.models import Territory
from grids.territory.tree import hold_place, require_living
from portal.accounts.models import User
from portal.accounts.services import end_sessions
from portal.errors import Conflict, Invalid, NotAllowed
from portal.outbox.services import record


@transaction.atomic
def request_residency(
    *,
    actor: User,
    community: Territory,
    building: Territory | None = None,
    address: str = "",
    on_behalf_of: User | None = None,
    now: datetime | None = None,
) -> Residency:
    """Asks the community to confirm that the person lives there; `building` is a building or a grid of it.

    A member of that community's staff may ask on behalf of a resident. Raises Invalid, Conflict, NotAllowed.
    """
    person = on_behalf_of or actor
    if community.level != Level.COMMUNITY:
        raise Invalid(_("请选到社区这一级。"), field="community")
    if building is not None and not (community.covers(building) and building.level in (Level.GRID, Level.BUILDING)):
        raise Invalid(_("请选这个社区里的网格或楼栋。"), field="building")
    if building is not None:
        require_living(hold_place(building))
    residency = Residency(
        user=person, community=community, building=building, address=address.strip(), requested_at=now or timezone.now()
    )
    if on_behalf_of is not None and not policies.may_decide_residency(actor, residency):
        raise NotAllowed(_("只有这个社区的工作人员可以代居民申请。"))
    User.objects.select_for_update().get(pk=person.pk)
    open_ones = Residency.objects.filter(user=person)
    if open_ones.filter(status=ResidencyStatus.REQUESTED).exists():
        raise Conflict(_("您已经申请过了，社区正在确认，请等一等。"), code="residency_waiting")
    if open_ones.filter(status=ResidencyStatus.APPROVED, community=community).exists():
        raise Conflict(_("您已经是这个社区的居民了。"), code="already_resident")
    residency.save()
    record(
        ResidencyRequested(residency_id=residency.pk, community_code=community.code),
        subject=residency,
        actor=actor,
        on_behalf_of=on_behalf_of,
        at=now,
    )
    return residency


@transaction.atomic
def approve_residency(*, actor: User, residency: Residency, reason: str, now: datetime | None = None) -> Residency:
    """Confirms a residency with the reason; an earlier one elsewhere ends. Raises NotAllowed, Conflict, Invalid."""
    found = _decide(actor, residency, ResidencyStatus.APPROVED, reason, now)
    record(
        ResidencyApproved(residency_id=found.pk, community_code=found.community.code),
        subject=found,
        actor=actor,
        text=found.reason,
        at=now,
    )
    return found


@transaction.atomic
def refuse_residency(*, actor: User, residency: Residency, reason: str, now: datetime | None = None) -> Residency:
    """Does not confirm a residency, and says why. Raises NotAllowed, Conflict, Invalid."""
    found = _decide(actor, residency, ResidencyStatus.REFUSED, reason, now)
    record(
        ResidencyRefused(residency_id=found.pk, community_code=found.community.code),
        subject=found,
        actor=actor,
        text=found.reason,
        at=now,
    )
    return found


def _decide(actor: User, residency: Residency, status: ResidencyStatus, reason: str, now: datetime | None) -> Residency:
    # The person's row is locked first: two requests of one person, or two deciders, queue up behind it.
    User.objects.select_for_update().get(pk=residency.user_id)
    found = Residency.objects.select_for_update(of=("self",)).select_related("community").get(pk=residency.pk)
    if not policies.may_decide_residency(actor, found):
        raise NotAllowed(_("只有这个社区的工作人员可以确认，而且不能确认自己的。"))
    if found.status != ResidencyStatus.REQUESTED:
        raise Conflict(_("这个申请已经有人处理了。"), code="residency_decided")
    if not reason.strip():
        raise Invalid(_("请写一句理由，居民会看到。"), field="reason")
    if status == ResidencyStatus.APPROVED:
        for earlier in Residency.objects.filter(user_id=found.user_id, status=ResidencyStatus.APPROVED):
            _end(earlier, actor=actor, reason=_("搬到了新的社区"), now=now)
    found.status = status
    found.reason = reason.strip()[:200]
    found.decided_by = actor
    found.decided_at = now or timezone.now()
    found.save(update_fields=["status", "reason", "decided_by", "decided_at"])
    forget(found.user)
    return found


@transaction.atomic
def end_residency(*, actor: User, residency: Residency, reason: str = "", now: datetime | None = None) -> Residency:
    """Ends a residency or takes back a request: by the person, or by the community's staff with a reason.

    Raises NotAllowed, Conflict, Invalid.
    """
    User.objects.select_for_update().get(pk=residency.user_id)
    found = Residency.objects.select_for_update(of=("self",)).select_related("community").get(pk=residency.pk)
    if not policies.may_end_residency(actor, found):
        raise NotAllowed(_("只有本人或这个社区的工作人员可以结束。"))
    if found.status not in (ResidencyStatus.REQUESTED, ResidencyStatus.APPROVED):
        raise Conflict(_("这个居民身份已经结束了。"), code="residency_over")
    if actor.pk != found.user_id and not reason.strip():
        raise Invalid(_("请写一句理由，居民会看到。"), field="reason")
    _end(found, actor=actor, reason=reason.strip(), now=now)
    return found


def _end(residency: Residency, *, actor: User, reason: str, now: datetime | None) -> None:
    residency.status = ResidencyStatus.ENDED
    residency.ended_at = now or timezone.now()
    residency.save(update_fields=["status", "ended_at"])
    forget(residency.user)
    record(
        ResidencyEnded(residency_id=residency.pk, community_code=residency.community.code),
        subject=residency,
        actor=actor,
        text=reason,
        at=now,
    )


@transaction.atomic
def reveal_address(*, actor: User, residency: Residency, reason: str) -> str:
    """The address, to those who decide about it; the look is written to the audit log. Raises NotAllowed, Invalid."""
    if policies.is_own_residency(actor, residency):
        return residency.address
    if not policies.may_reveal_address(actor, residency):
        raise NotAllowed(_("只有这个社区的工作人员可以查看住址。"))
    if not reason.strip():
        raise Invalid(_("请写明为什么要看住址。"), field="reason")
    record(
        AddressRevealed(residency_id=residency.pk, owner_id=residency.user_id),
        subject=residency,
        actor=actor,
        text=reason.strip(),
    )
    return residency.address


@transaction.atomic
def appoint(
    *,
    actor: User,
    user: User,
    role: Role,
    territory: Territory,
    starts_on: date | None = None,
    ends_on: date | None = None,
    reason: str = "",
    public_phone: str = "",
    now: datetime | None = None,
) -> Appointment:
    """Gives a person a role in a place; sessions of the person end, so that the new powers need a fresh login.

    `ends_on` is the first day on which it no longer holds. Raises NotAllowed, Invalid, Conflict (the grid has a head
    already, the person holds this role already).
    """
    if not policies.may_appoint(actor, policies.Grant(user, role, territory)):
        raise NotAllowed(_("您不能在这里任命这个角色；也不能任命自己。"))
    require_living(hold_place(territory))
    User.objects.select_for_update().get(pk=user.pk)
    starts_on = starts_on or timezone.localdate(now)
    check_grant(user, role, territory, starts_on, ends_on)
    try:
        with transaction.atomic():
            appointment = Appointment.objects.create(
                user=user,
                role=role,
                territory=territory,
                starts_on=starts_on,
                ends_on=ends_on,
                appointed_by=actor,
                reason=reason.strip()[:200],
                public_phone=public_phone.strip(),
            )
    except IntegrityError as error:
        raise overlap_of(error) from error
    roles_changed(user, actor=actor)
    record(
        Appointed(appointment_id=appointment.pk, user_id=user.pk, role=str(role), territory_code=territory.code),
        subject=appointment,
        actor=actor,
        text=appointment.reason,
        at=now,
    )
    return appointment


def check_grant(user: User, role: Role, territory: Territory, starts_on: date, ends_on: date | None) -> None:
    """Whether the role can be held by the person in such a place. Raises Invalid, Conflict."""
    if not user.is_active:
        raise Invalid(_("这个账号已经停用。"), field="user")
    if territory.level not in ROLE_LEVELS[role] or role == Role.RESIDENT:
        raise Invalid(
            _("%(role)s不能设在%(level)s这一级。") % {"role": role.label, "level": Level(territory.level).label},
            field="territory",
        )
    if ends_on is not None and ends_on < starts_on:
        raise Invalid(_("卸任日期不能早于任职日期。"), field="ends_on")
    others = ADMINISTRATOR_ROLES - {role}
    if role in ADMINISTRATOR_ROLES:
        overlapping = Appointment.objects.filter(user=user, role__in=others).exclude(ends_on__lte=starts_on)
        if ends_on is not None:
            overlapping = overlapping.filter(starts_on__lt=ends_on)
        if overlapping.exists():
            raise Conflict(_("系统、安全、审计三种管理员不能由同一个人担任。"), code="separate_powers")


def overlap_of(error: IntegrityError) -> Exception:
    """What the database refused, in words; the error itself where it is about something else."""
    if "one_grid_head_at_a_time" in str(error):
        return Conflict(_("这个网格在这段时间已经有网格长了。"), code="grid_has_head")
    if "same_appointment_once" in str(error):
        return Conflict(_("这位同志在这段时间已经担任这个角色了。"), code="already_appointed")
    return error


@transaction.atomic
def end_appointment(
    *, actor: User, appointment: Appointment, on: date | None = None, reason: str = "", now: datetime | None = None
) -> Appointment:
    """Ends an appointment from a day on (today unless told); the person's sessions end. Raises NotAllowed, Conflict."""
    found = (
        Appointment.objects.select_for_update(of=("self",)).select_related("user", "territory").get(pk=appointment.pk)
    )
    if not policies.may_appoint(actor, policies.Grant(found.user, Role(found.role), found.territory)):
        raise NotAllowed(_("您不能在这里免去这个角色；也不能免去自己。"))
    day = on or timezone.localdate(now)
    if found.ends_on is not None and found.ends_on <= day:
        raise Conflict(_("这项任职已经结束了。"), code="appointment_over")
    found.ends_on = max(day, found.starts_on)
    found.ended_by = actor
    found.save(update_fields=["ends_on", "ended_by"])
    roles_changed(found.user, actor=actor)
    record(
        AppointmentEnded(
            appointment_id=found.pk, user_id=found.user_id, role=found.role, territory_code=found.territory.code
        ),
        subject=found,
        actor=actor,
        text=reason.strip(),
        at=now,
    )
    return found


def lapse_appointments(*, now: datetime | None = None) -> int:
    """Takes staff standing and sessions from those whose last staff office has come to its day; how many people.

    Their powers ended with the day by themselves; this ends what a login still remembers.
    """
    today = timezone.localdate(now)
    office = Appointment.objects.filter(user=OuterRef("pk"), role__in=list(STAFF_ROLES))
    lapsed = User.objects.filter(
        Exists(office.filter(ends_on__lte=today)),
        ~Exists(office.exclude(ends_on__lte=today)),
        is_staff=True,
        is_superuser=False,
    )
    count = 0
    for pk in list(lapsed.values_list("pk", flat=True)):
        with transaction.atomic():
            user = lapsed.select_for_update(skip_locked=True).filter(pk=pk).first()
            if user is not None:
                roles_changed(user, actor=None, now=now)
                count += 1
    return count


def roles_changed(user: User, *, actor: User | None, now: datetime | None = None) -> None:
    """Whether the person is staff follows from the roles that hold now or will hold; every session ends."""
    today = timezone.localdate(now)
    office = Appointment.objects.filter(user=user, role__in=list(STAFF_ROLES)).exclude(ends_on__lte=today)
    staff = user.is_superuser or office.exists()
    if user.is_staff != staff:
        user.is_staff = staff
        user.save(update_fields=["is_staff"])
    forget(user)
    end_sessions(user=user, actor=actor, reason="role_change")
