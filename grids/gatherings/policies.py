"""Who arranges Party life, who takes part, and who looks on from above."""

from grids.cells.models import PartyOrganisation
from grids.gatherings.audience import Part, above
from grids.gatherings.models import Gathering
from grids.members.policies import DECIDERS
from grids.roles.domain import Role
from grids.roles.queries import Person, holds, paths_of
from portal.accounts.models import User
from portal.photos.models import Photo
from portal.photos.policies import Viewer, register_photo_policy

PHOTO_PURPOSE = "grids.gathering"
# The community's secretary and workers, who confirm its members.
OFFICERS = DECIDERS
# Those of the street and the district, who answer for what stands below.
SUPERIORS = frozenset({Role.STREET_OFFICER, Role.DISTRICT_ADMINISTRATOR})
# Numbers of organisations only, never names or minutes.
WATCHERS = OFFICERS | SUPERIORS | {Role.SUPERVISOR}


def part_of(user: Person) -> Part | None:
    """What the person is in Party organisations, remembered on the user object."""
    if not isinstance(user, User) or not user.is_active:
        return None
    part: Part | None = user.__dict__.get("_party_part")
    if part is None:
        part = user.__dict__["_party_part"] = Part(user)
    return part


def may_organise(user: Person, organisation: PartyOrganisation) -> bool:
    """Who leads the organisation, and the staff of the community in which it stands."""
    part = part_of(user)
    if part is None:
        return False
    return organisation.pk in part.leads or holds(user, OFFICERS, organisation.territory)


def may_oversee(user: Person, organisation: PartyOrganisation) -> bool:
    """Who leads an organisation above it; the street's and the district's officers there."""
    part = part_of(user)
    if part is None:
        return False
    if holds(user, SUPERIORS, organisation.territory):
        return True
    return bool(part.leads) and not part.leads.isdisjoint(above(organisation.pk) - {organisation.pk})


def may_look(user: Person, organisation: PartyOrganisation) -> bool:
    """Who sees what an organisation has planned and held: its officers, its members, those above it."""
    part = part_of(user)
    if part is None:
        return False
    mine = organisation.pk in part.belongs
    return mine or may_organise(user, organisation) or may_oversee(user, organisation)


def may_see(user: Person, gathering: Gathering) -> bool:
    """Whom a gathering is for, and who sees what its organisation holds."""
    part = part_of(user)
    return part is not None and (part.is_invited(gathering) or may_look(user, gathering.organisation))


def may_read_minutes(user: Person, gathering: Gathering) -> bool:
    """The organisation's members and those above it, once they are signed; a draft is its officers' alone."""
    if may_organise(user, gathering.organisation):
        return True
    minutes = getattr(gathering, "minutes", None)
    return minutes is not None and minutes.signed_at is not None and may_see(user, gathering)


def watched_paths(user: Person) -> list[str]:
    """Paths of the places whose organisations this person sees the numbers of."""
    return paths_of(user, WATCHERS)


def sees_small_groups(user: Person, organisation: PartyOrganisation) -> bool:
    """Rates of a handful of people are for those who were in the room with them."""
    return may_organise(user, organisation)


def may_see_gathering_photo(user: Viewer, photo: Photo) -> bool:
    """Its owner, and who reads the minutes it belongs to."""
    if user.pk is not None and user.pk == photo.owner_id:
        return True
    shown = Gathering.objects.with_organisation().select_related("minutes").filter(photos__photo=photo).first()
    return shown is not None and may_read_minutes(user, shown)


register_photo_policy(PHOTO_PURPOSE, may_see_gathering_photo)
