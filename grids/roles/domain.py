"""Who a person is in a place: the roles, where each can be held, and which belong together (docs/domain.md §1, §7)."""

from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from grids.territory.domain import Level


class Role(TextChoices):
    """A role is held in a territory and covers all below it."""

    RESIDENT = "resident", _("居民")
    VOLUNTEER = "volunteer", _("志愿者")
    PARTY_MEMBER = "party_member", _("党员")
    GRID_MEMBER = "grid_member", _("网格员")
    GRID_HEAD = "grid_head", _("网格长")
    INFORMANT = "informant", _("信息员")
    BUILDING_HEAD = "building_head", _("楼栋长")
    INSTRUCTOR = "instructor", _("党建指导员")
    LIAISON_OFFICER = "liaison_officer", _("党建联络员")
    COMMUNITY_WORKER = "community_worker", _("社区工作者")
    COMMUNITY_SECRETARY = "community_secretary", _("社区党委书记")
    STREET_OFFICER = "street_officer", _("街道干部")
    DISTRICT_ADMINISTRATOR = "district_administrator", _("区级管理员")
    SUPERVISOR = "supervisor", _("监督员")
    SYSTEM_ADMINISTRATOR = "system_administrator", _("系统管理员")
    SECURITY_ADMINISTRATOR = "security_administrator", _("安全管理员")
    AUDIT_ADMINISTRATOR = "audit_administrator", _("审计管理员")


# Those who look after residents' matters, from the grid up.
HANDLER_ROLES: frozenset[Role] = frozenset(
    {
        Role.GRID_MEMBER,
        Role.GRID_HEAD,
        Role.COMMUNITY_WORKER,
        Role.COMMUNITY_SECRETARY,
        Role.STREET_OFFICER,
        Role.DISTRICT_ADMINISTRATOR,
    }
)
ADMINISTRATOR_ROLES: frozenset[Role] = frozenset(
    {Role.SYSTEM_ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR, Role.AUDIT_ADMINISTRATOR}
)
# Those who enter with a password and a second factor.
STAFF_ROLES: frozenset[Role] = HANDLER_ROLES | ADMINISTRATOR_ROLES | {Role.SUPERVISOR}
# Those a grid publishes with its area.
GRID_STAFF_ROLES: frozenset[Role] = frozenset(
    {
        Role.GRID_HEAD,
        Role.GRID_MEMBER,
        Role.INFORMANT,
        Role.BUILDING_HEAD,
        Role.INSTRUCTOR,
        Role.LIAISON_OFFICER,
    }
)

_WIDE = frozenset({Level.PROVINCE, Level.CITY, Level.DISTRICT, Level.STREET, Level.COMMUNITY})
ROLE_LEVELS: dict[Role, frozenset[Level]] = {
    Role.RESIDENT: frozenset({Level.COMMUNITY}),
    Role.VOLUNTEER: frozenset({Level.DISTRICT, Level.STREET, Level.COMMUNITY, Level.GRID}),
    Role.PARTY_MEMBER: frozenset({Level.DISTRICT, Level.STREET, Level.COMMUNITY, Level.GRID}),
    Role.GRID_MEMBER: frozenset({Level.GRID}),
    Role.GRID_HEAD: frozenset({Level.GRID}),
    Role.INFORMANT: frozenset({Level.GRID}),
    Role.BUILDING_HEAD: frozenset({Level.BUILDING}),
    # Of a grid; of a member unit, in the community where the unit is.
    Role.INSTRUCTOR: frozenset({Level.COMMUNITY, Level.GRID}),
    Role.LIAISON_OFFICER: frozenset({Level.COMMUNITY, Level.GRID}),
    Role.COMMUNITY_WORKER: frozenset({Level.COMMUNITY}),
    Role.COMMUNITY_SECRETARY: frozenset({Level.COMMUNITY}),
    Role.STREET_OFFICER: frozenset({Level.STREET}),
    Role.DISTRICT_ADMINISTRATOR: frozenset({Level.DISTRICT}),
    Role.SUPERVISOR: _WIDE,
    Role.SYSTEM_ADMINISTRATOR: _WIDE,
    Role.SECURITY_ADMINISTRATOR: _WIDE,
    Role.AUDIT_ADMINISTRATOR: _WIDE,
}


# Offices of a grid in which somebody stands in for a colleague on leave.
COVERED_ROLES: frozenset[Role] = frozenset({Role.GRID_HEAD, Role.GRID_MEMBER})


class AbsenceKind(TextChoices):
    """Why somebody does not do their office for some days; nothing more is asked."""

    LEAVE = "leave", _("休假")
    AWAY = "away", _("外出学习或办事")
    HANDOVER = "handover", _("交接")


class ResidencyStatus(TextChoices):
    """The way of a residency: asked for, decided with a reason, ended."""

    REQUESTED = "requested", _("等社区确认")
    APPROVED = "approved", _("已确认")
    REFUSED = "refused", _("没有通过")
    ENDED = "ended", _("已结束")


@dataclass(frozen=True, slots=True)
class Held:
    """One role held now: in which place, given by its path and level."""

    role: Role
    territory_id: int
    path: str
    level: Level

    def covers(self, path: str) -> bool:
        """Whether the place with that path is this one or lies below it."""
        return path.startswith(self.path)
