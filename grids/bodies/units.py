"""Instructors (党建指导员) and liaison officers (党建联络员) of member units: for which unit one is appointed."""

from collections.abc import Collection, Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from grids.bodies.domain import UNIT_KINDS, UNIT_ROLES
from grids.bodies.events import UnitOfficeGiven, UnitOfficeTaken
from grids.bodies.models import Body, UnitOffice
from grids.roles.domain import Role
from grids.roles.models import Appointment
from grids.roles.policies import Grant, may_appoint
from grids.territory.domain import CODE_LENGTHS, Level, clean_name
from grids.territory.models import Territory
from portal.accounts.models import User
from portal.errors import Conflict, Invalid, NotAllowed
from portal.formats import list_words
from portal.outbox.services import Fact, record, record_many

# How many units a refusal names, so that it can be mended at once.
MOST_NAMED = 8


class NoSuchUnit(Invalid):
    """No unit of the community is meant for certain: `problem` says why, `mend` what to write."""

    def __init__(self, problem: str, mend: str) -> None:
        super().__init__(_("%(problem)s%(mend)s") % {"problem": problem, "mend": mend}, code="no_unit", field="unit")
        self.problem, self.mend = problem, mend


class Units:
    """The units of some communities, as whoever appoints writes them: by name, or by number where names repeat."""

    def __init__(self, communities: Iterable[Territory]) -> None:
        where = Q(pk__in=[])
        for place in communities:
            where |= Q(territory__path__startswith=place.path)
        found = Body.objects.filter(where, is_active=True, kind__in=list(UNIT_KINDS)).select_related("territory")
        self.of: dict[str, list[Body]] = {}
        for body in found.defer("territory__boundary").order_by("territory__path", "name", "pk"):
            self.of.setdefault(str(body.territory.code)[: CODE_LENGTHS[Level.COMMUNITY]], []).append(body)

    def named(self, community: Territory, text: str) -> Body:
        """The unit in this community that is meant. Raises `NoSuchUnit`."""
        here, name = self.of.get(str(community.code), []), clean_name(text)
        same = [body for body in here if body.name == name]
        if not same and name.isascii() and name.isdigit():
            same = [body for body in here if str(body.pk) == name]
        if len(same) == 1:
            return same[0]
        words = {"community": community.name, "unit": name[:30]}
        if same:
            numbers = list_words(
                _("%(number)d（%(place)s）") % {"number": body.pk, "place": body.territory.name} for body in same
            )
            raise NoSuchUnit(_("“%(community)s”有几个单位都叫“%(unit)s”。") % words, _("改写编号：%s。") % numbers)
        problem = _("“%(community)s”没有登记单位“%(unit)s”。") % words
        if not here:
            raise NoSuchUnit(problem, _("先请系统管理员登记在“组织和单位”里；没有登记的写在任命说明里。"))
        known = list_words(body.name for body in here[:MOST_NAMED])
        if len(here) > MOST_NAMED:
            raise NoSuchUnit(problem, _("核对名称，例如：%s。没有登记的写在任命说明里。") % known)
        raise NoSuchUnit(problem, _("可以写：%s。没有登记的写在任命说明里。") % known)


@transaction.atomic
def set_unit(
    *, actor: User, appointment: Appointment, unit: Body | None, now: datetime | None = None
) -> UnitOffice | None:
    """Says for which unit an instructor or liaison officer is appointed; for none with None.

    Called in the transaction that appoints, or later. Raises NotAllowed; Invalid (unit, territory) for another role,
    an appointment of a grid, a unit of elsewhere.
    """
    found = Appointment.objects.select_for_update(of=("self",)).select_related("user", "territory")
    office = found.defer("territory__boundary").get(pk=appointment.pk)
    if not may_appoint(actor, Grant(office.user, Role(office.role), office.territory)):
        raise NotAllowed(_("您不能在这里任命这个角色；也不能任命自己。"))
    was = UnitOffice.objects.filter(appointment=office).first()
    if unit is not None:
        # Held as it is now: moved or laid to rest at another desk, it is seen here.
        unit = Body.objects.select_for_update(of=("self",)).select_related("territory").get(pk=unit.pk)
        check_unit(Role(office.role), office.territory, unit)
    if (was.body_id if was else None) == (unit.pk if unit else None):
        return was
    if was is not None:
        leave_units(actor=actor, appointments=[office.pk], now=now)
    if unit is None:
        return None
    given = UnitOffice.objects.create(appointment=office, body=unit)
    record(UnitOfficeGiven(appointment_id=office.pk, body_id=unit.pk), subject=unit, actor=actor, at=now)
    return given


def check_unit(role: Role, territory: Territory, unit: Body) -> None:
    """Whether somebody with this role in this place can be for the unit. Raises Invalid."""
    if role not in UNIT_ROLES:
        raise Invalid(_("只有党建指导员、党建联络员可以派到单位。"), field="unit")
    if territory.level != Level.COMMUNITY:
        raise Invalid(_("派到单位的，设在单位所在的社区。"), field="territory")
    if not str(unit.territory.path).startswith(str(territory.path)):
        words = {"unit": unit.name, "community": territory.name}
        raise Invalid(_("“%(unit)s”不在“%(community)s”。") % words, field="unit")
    if not unit.is_active or unit.kind not in UNIT_KINDS:
        raise Invalid(_("只能派到还在参加服务的共建单位、社会组织或党组织。"), field="unit")


def leave_units(*, actor: User, appointments: Collection[int], now: datetime | None = None) -> int:
    """These appointments are for no unit any more, as when they were given by mistake; how many were.

    The caller decides who may do it, and has a transaction open.
    """
    offices = list(UnitOffice.objects.filter(appointment__in=appointments).select_related("body").order_by("pk"))
    UnitOffice.objects.filter(pk__in=[one.pk for one in offices]).delete()
    record_many(
        [Fact(UnitOfficeTaken(appointment_id=one.appointment_id, body_id=one.body_id), one.body) for one in offices],
        actor=actor,
        at=now,
    )
    return len(offices)


def require_same_community(unit: Body) -> None:
    """A unit that has instructors or liaison officers stays in their community. Raises Conflict (territory)."""
    today = timezone.localdate()
    offices = UnitOffice.objects.filter(body=unit).exclude(appointment__ends_on__lte=today)
    for office in offices.select_related("appointment__territory").defer("appointment__territory__boundary"):
        place = office.appointment.territory
        if not str(unit.territory.path).startswith(str(place.path)):
            words = _("它在“%s”有党建指导员或党建联络员，先结束他们的任职，再移到别处。") % place.name
            raise Conflict(words, code="unit_has_offices", field="territory")


def unit_of(appointment: Appointment) -> Body | None:
    """The unit that an appointment is for."""
    office: UnitOffice | None = getattr(appointment, "unit_office", None)
    return office.body if office is not None else None
