"""Which bodies act in a place, for which of them a person may act, and who is responsible for a unit."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection

from grids.bodies.domain import BodyKind
from grids.bodies.models import Body, BodyMember, UnitOffice
from grids.roles.queries import Person
from grids.territory.domain import ancestor_paths
from grids.territory.models import Territory
from portal.accounts.models import User

_CACHE = "_acts_for"


def acting_for(user: Person) -> tuple[Body, ...]:
    """The bodies this person may act for today, with their place; remembered on the user object."""
    if not isinstance(user, User) or not user.is_active:
        return ()
    known: tuple[Body, ...] | None = user.__dict__.get(_CACHE)
    if known is None and not _acts_at_all(user):
        known = user.__dict__[_CACHE] = ()
    if known is None:
        members = BodyMember.objects.in_force().filter(user=user).select_related("body__territory")
        known = tuple(one.body for one in members.defer("body__territory__boundary").order_by("body__name"))
        user.__dict__[_CACHE] = known
    return known


# Whether somebody acts for any body: asked by every page of a wish, within its own statement, and hardly anybody does.
ACTS = "EXISTS (SELECT 1 FROM grids_bodymember m WHERE m.user_id = {user})"


def remember_acts_for_none(user: Person) -> None:
    """This person acts for no body, as whoever has asked `ACTS` has found."""
    user.__dict__.setdefault(_CACHE, ())


def _acts_at_all(user: User) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {ACTS.format(user='%s')}", [user.pk])
        return bool(cursor.fetchone()[0])


def bodies_for(user: Person, path: str) -> list[Body]:
    """The bodies this person may act for in the place with that path."""
    return [body for body in acting_for(user) if path and path.startswith(str(body.territory.path))]


def bodies_at(territory: Territory) -> list[Body]:
    """The bodies that take part in this place: its own and those of wider places around it."""
    around = Body.objects.filter(is_active=True, territory__path__in=ancestor_paths(str(territory.path)))
    return list(around.select_related("territory").defer("territory__boundary").order_by("kind", "name", "id"))


def nearest_body(kind: BodyKind, path: str) -> Body | None:
    """The body of this kind that answers for a place: the nearest on the way up."""
    around = Body.objects.filter(is_active=True, kind=kind, territory__path__in=ancestor_paths(path))
    return around.select_related("territory").defer("territory__boundary").order_by("-territory__depth", "id").first()


def people_of(body: Body) -> list[User]:
    """Who may act for the body today, the longest-serving first."""
    members = BodyMember.objects.in_force().filter(body=body).select_related("user").order_by("starts_on", "id")
    return [one.user for one in members]


@dataclass(frozen=True, slots=True)
class UnitStaff:
    """An instructor or liaison officer of a unit, as shown to everybody; a private number never stands here."""

    role: str
    name: str
    phone: str


def staff_of_units(bodies: Iterable[int]) -> dict[int, list[UnitStaff]]:
    """Instructors and liaison officers in office today, by the ids of these bodies; instructors first."""
    offices = UnitOffice.objects.in_force().filter(body__in=list(bodies)).select_related("appointment__user")
    found: dict[int, list[UnitStaff]] = {}
    for office in offices.order_by("appointment__role", "appointment__starts_on", "pk"):
        one = office.appointment
        name = one.user.legal_name or one.user.public_name
        found.setdefault(office.body_id, []).append(UnitStaff(str(one.get_role_display()), name, one.public_phone))
    return found
