"""Party organisations of a place, as a tree; who leads one."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from grids.bodies.models import Body
from grids.bodies.queries import UnitStaff, staff_of_units
from grids.cells.domain import OrganisationKind
from grids.cells.models import LeadershipTerm, PartyOrganisation
from grids.territory.domain import STEP, Level
from grids.territory.models import Territory

# A page shows no more; a street has a page for each of its communities.
MOST = 120


@dataclass(frozen=True, slots=True)
class Branch:
    """An organisation in the tree, and how far below the first it stands."""

    organisation: PartyOrganisation
    depth: int


def organisations_at(place: Territory) -> list[PartyOrganisation]:
    """Those of a community or grid with all that is below; of a wider place only its own."""
    found = PartyOrganisation.objects.filter(is_active=True).select_related("territory", "body", "parent")
    if place.level < Level.COMMUNITY:
        found = found.filter(territory=place)
    else:
        found = found.filter(territory__path__startswith=str(place.path))
    return list(found.defer("territory__boundary").order_by("rank", "territory__path", "name", "id")[:MOST])


def as_tree(organisations: Iterable[PartyOrganisation]) -> list[Branch]:
    """Each one behind the one it stands below; those whose parent is not among them come first in the order given."""
    known = {one.pk: one for one in organisations}
    below: dict[int | None, list[PartyOrganisation]] = defaultdict(list)
    for one in known.values():
        below[one.parent_id if one.parent_id in known else None].append(one)

    def walk(parent: int | None, depth: int) -> list[Branch]:
        return [each for one in below[parent] for each in (Branch(one, depth), *walk(one.pk, depth + 1))]

    return walk(None, 0)


def above(organisation: PartyOrganisation) -> list[PartyOrganisation]:
    """The organisations it stands below, the widest first."""
    found: list[PartyOrganisation] = []
    at = organisation.parent
    while at is not None:
        found.insert(0, at)
        at = at.parent
    return found


def with_parents() -> QuerySet[PartyOrganisation]:
    """Organisations with everything above them loaded: the tree is as deep as there are ranks and wide places."""
    return PartyOrganisation.objects.select_related("territory", "body", "parent__parent__parent__parent__parent")


def leaders_of(organisation: PartyOrganisation) -> list[LeadershipTerm]:
    """Who leads it today, the secretary first."""
    order = {"secretary": 0, "deputy": 1}
    terms = organisation.terms.in_force().select_related("user")
    return sorted(terms, key=lambda term: (order.get(term.post, 2), term.post, term.pk))


def staff_of(organisation: PartyOrganisation) -> list[UnitStaff]:
    """Instructors and liaison officers of the body it acts as, and of the unit it is the organisation of.

    The unit of an organisation is known by name: the body of that name in its community.
    """
    where = Q(pk=organisation.body_id)
    if organisation.kind == OrganisationKind.UNIT and organisation.territory.level >= Level.COMMUNITY:
        community = str(organisation.territory.path)[: STEP * Level.COMMUNITY]
        where |= Q(name=organisation.unit, territory__path__startswith=community)
    bodies = list(Body.objects.filter(where, is_active=True).order_by("pk").values_list("pk", flat=True))
    found = staff_of_units(bodies) if bodies else {}
    return [one for pk in bodies for one in found.get(pk, [])]
