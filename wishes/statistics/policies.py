"""Who reads exact numbers: staff, of the places they answer for or watch over; and who reads those of colleagues."""

from django.utils.translation import gettext as _

from grids.roles.domain import Role
from grids.roles.queries import Person, holds, paths_of
from grids.territory.models import Territory
from portal.errors import NotAllowed
from wishes.wishes.domain import READING_ROLES

# Appraisal is the work of those who lead and of those who watch; everybody else finds themselves alone in the table.
APPRAISING_ROLES: frozenset[Role] = frozenset(
    {Role.COMMUNITY_SECRETARY, Role.STREET_OFFICER, Role.DISTRICT_ADMINISTRATOR, Role.SUPERVISOR}
)
# Who gets the weekly digest of the place their office is in, and who may read it beside them.
DIGEST_ROLES: frozenset[Role] = frozenset({Role.COMMUNITY_SECRETARY, Role.STREET_OFFICER})
DIGEST_READERS: frozenset[Role] = APPRAISING_ROLES


def reading_paths(user: Person) -> list[str]:
    """The places whose numbers this person reads. Raises NotAllowed where there are none."""
    paths = paths_of(user, READING_ROLES)
    if not paths:
        raise NotAllowed(_("这里是工作人员看的统计。大家都能看的统计在“心愿统计”页。"))
    return paths


def may_read(user: Person, place: Territory) -> bool:
    """Whether the exact numbers of this place are this person's to read."""
    return holds(user, READING_ROLES, place)


def may_appraise(user: Person, place: Territory) -> bool:
    """Whether this person reads the numbers of all who answer for wishes there."""
    return holds(user, APPRAISING_ROLES, place)


def digest_paths(user: Person) -> list[str]:
    """The places whose digests this person reads. Raises NotAllowed where there are none."""
    paths = paths_of(user, DIGEST_READERS)
    if not paths:
        raise NotAllowed(_("一周摘要是给社区书记和街道干部看的。"))
    return paths
