"""Who may bring a district in: the net is the system administrator's, offices are the security administrator's."""

import rules

from grids.districts.domain import Part
from grids.districts.models import IMPORTERS, DistrictImport
from grids.roles.domain import Role
from grids.roles.queries import Person, holds, holds_anywhere

_OF_PART = {Part.NET: Role.SYSTEM_ADMINISTRATOR, Part.STAFF: Role.SECURITY_ADMINISTRATOR}


@rules.predicate
def may_upload(user: Person) -> bool:
    """Either of the two may have a list looked over; nothing changes by it."""
    return holds_anywhere(user, IMPORTERS)


def may_bring_in(user: Person, batch: DistrictImport, part: Part) -> bool:
    """Whether the person's word brings this part in."""
    return holds(user, {_OF_PART[part]}, batch.territory)


def may_undo(user: Person, batch: DistrictImport) -> bool:
    """Either of the two, of that place: undoing gives nobody anything."""
    return holds(user, IMPORTERS, batch.territory)
