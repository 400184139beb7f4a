"""What kinds of bodies take part in a place (docs/domain.md §1)."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from grids.roles.domain import Role


class BodyKind(TextChoices):
    """What a body is; wishes open to one kind after the other (按层级认领), except to departments."""

    TEAM = "team", _("志愿服务队")
    SOCIAL_ORGANISATION = "social_organisation", _("社会组织")
    CO_BUILDING_UNIT = "co_building_unit", _("共建单位")
    PARTY_ORGANISATION = "party_organisation", _("党组织")
    # Claims no wishes; the street summons it to incidents (街道吹哨、部门报到).
    DEPARTMENT = "department", _("职能部门")


UNIT_ROLES: frozenset[Role] = frozenset({Role.INSTRUCTOR, Role.LIAISON_OFFICER})
"""Who is appointed for a grid or for a member unit (docs/domain.md §1)."""

UNIT_KINDS: frozenset[BodyKind] = frozenset(
    {BodyKind.CO_BUILDING_UNIT, BodyKind.SOCIAL_ORGANISATION, BodyKind.PARTY_ORGANISATION}
)
"""Bodies that such an appointment can be for; a team of volunteers or a department has none."""
