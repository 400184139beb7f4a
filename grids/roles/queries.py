"""Who may be asked, and what a person is, in one query per person and request."""

from collections.abc import Iterable
from datetime import date
from functools import cache
from typing import Any, TypeAlias

from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from grids.roles.domain import Held, ResidencyStatus, Role
from grids.roles.models import Appointment, DutyCover, Residency
from grids.territory.domain import STEP, Level, ancestor_paths
from grids.territory.models import Territory
from portal.accounts.models import User
from portal.columns import Columns

Person: TypeAlias = User | AnonymousUser

_CACHE = "_roles_held"
_HOME_CACHE = "_home"


# Asked by every page, so it is written out: putting it together would cost more than answering it.
_HELD = """
SELECT a.role, a.territory_id, t.path, t.level
FROM grids_appointment a JOIN grids_territory t ON t.id = a.territory_id
WHERE a.user_id = %(user)s AND a.starts_on <= %(day)s AND (a.ends_on IS NULL OR a.ends_on > %(day)s)
UNION ALL
SELECT 'resident', r.community_id, t.path, t.level
FROM grids_residency r JOIN grids_territory t ON t.id = r.community_id
WHERE r.user_id = %(user)s AND r.status = %(lives)s
UNION ALL
SELECT a.role, a.territory_id, t.path, t.level
FROM grids_dutycover d
JOIN portal_user s ON s.id = d.cover_id AND s.is_staff
JOIN grids_appointment a ON a.id = d.appointment_id
JOIN grids_territory t ON t.id = a.territory_id
WHERE d.cover_id = %(user)s AND d.starts_on <= %(day)s AND d.ends_on > %(day)s
  AND a.starts_on <= %(day)s AND (a.ends_on IS NULL OR a.ends_on > %(day)s)
"""


def held_by(user: Person, on: date | None = None) -> tuple[Held, ...]:
    """Every role the person holds on the day (today in Shanghai unless told), remembered on the user object.

    That is: appointments, the residency, and what the person covers for a colleague on leave.
    """
    if not isinstance(user, User) or not user.is_active:
        return ()
    day = on or timezone.localdate()
    known: dict[date, tuple[Held, ...]] = user.__dict__.setdefault(_CACHE, {})
    if day not in known:
        with connection.cursor() as cursor:
            cursor.execute(_HELD, {"user": user.pk, "day": day, "lives": str(ResidencyStatus.APPROVED)})
            rows = cursor.fetchall()
        known[day] = _as_held(rows)
    return known[day]


def _as_held(rows: Iterable[tuple[str, int, str, int]]) -> tuple[Held, ...]:
    return tuple(Held(Role(role), pk, path, Level(level)) for role, pk, path, level in rows)


def forget(user: Person) -> None:
    """Drops what is remembered on this user object, after a change of roles."""
    user.__dict__.pop(_CACHE, None)
    user.__dict__.pop(_HOME_CACHE, None)


def holds(user: Person, roles: Iterable[Role], territory: Territory, *, on: date | None = None) -> bool:
    """Whether the person holds one of the roles in the place or above it."""
    wanted = frozenset(roles)
    return any(held.role in wanted and held.covers(str(territory.path)) for held in held_by(user, on))


def holds_anywhere(user: Person, roles: Iterable[Role], *, on: date | None = None) -> bool:
    """Whether the person holds one of the roles in any place."""
    wanted = frozenset(roles)
    return any(held.role in wanted for held in held_by(user, on))


def paths_of(user: Person, roles: Iterable[Role], *, on: date | None = None) -> list[str]:
    """Paths of the places in which the person holds one of the roles; a path inside another is left out."""
    wanted = frozenset(roles)
    paths: list[str] = []
    for path in sorted({held.path for held in held_by(user, on) if held.role in wanted}):
        if not any(path.startswith(wider) for wider in paths):
            paths.append(path)
    return paths


def holders(roles: Iterable[Role], territory: Territory, *, on: date | None = None) -> QuerySet[User]:
    """Active people appointed to one of the roles in the place or above it; residents are not appointed."""
    appointed = Appointment.objects.in_force(on).filter(
        role__in=list(roles), territory__path__in=ancestor_paths(str(territory.path))
    )
    covering = DutyCover.objects.in_force(on).filter(appointment__in=appointed, cover__is_staff=True)
    serving = Q(pk__in=appointed.values("user_id")) | Q(pk__in=covering.values("cover_id"))
    people: QuerySet[User] = User.objects.filter(serving, is_active=True)
    return people.order_by("pk")


def serving(roles: Iterable[Role], paths: Iterable[str], *, on: date | None = None) -> list[tuple[User, str]]:
    """Who holds one of the roles in one of these places, or stands in there, with role and place in words.

    The narrowest places first. Somebody may stand in it more than once.
    """
    terms = Appointment.objects.in_force(on).filter(role__in=list(roles), territory__path__in=list(paths))
    related = ("appointment__user", "appointment__territory", "cover")
    covers = DutyCover.objects.in_force(on).filter(appointment__in=terms, cover__is_active=True, cover__is_staff=True)
    found = [
        (one.user, one.territory, f"{one.get_role_display()} · {one.territory.name}")
        for one in terms.filter(user__is_active=True).select_related("user", "territory").defer("territory__boundary")
    ]
    for duty in covers.select_related(*related).defer("appointment__territory__boundary"):
        assert duty.cover is not None
        office = duty.appointment
        words = _("代%(role)s · %(place)s") % {"role": office.get_role_display(), "place": office.territory.name}
        found.append((duty.cover, office.territory, words))
    found.sort(key=lambda each: (-each[1].depth, str(each[1].path), each[0].pk))
    return [(user, words) for user, _place, words in found]


# Asked for every wish that is sent, so it is written out.
_PERSON = Columns(User, "u")
_NEAREST = f"""
WITH appointed AS (
    -- Who is on leave is passed over, and who covers for them stands in their place.
    SELECT u.id AS user_id, t.depth FROM grids_appointment a JOIN grids_territory t ON t.id = a.territory_id
    LEFT JOIN grids_dutycover d ON d.appointment_id = a.id AND d.starts_on <= %(day)s AND d.ends_on > %(day)s
    JOIN portal_user u ON u.is_active
      AND u.id = CASE WHEN d.id IS NULL THEN a.user_id ELSE d.cover_id END AND (d.id IS NULL OR u.is_staff)
    WHERE a.role IN ({{roles}}) AND t.path = ANY (%(above)s)
      AND a.starts_on <= %(day)s AND (a.ends_on IS NULL OR a.ends_on > %(day)s)
)
SELECT {_PERSON.sql}, (
    SELECT json_agg(json_build_array(held.role, held.territory_id, held.path, held.level))
    FROM ({_HELD.replace("%(user)s", "u.id")}) AS held
)
FROM portal_user u
WHERE u.id IN (SELECT user_id FROM appointed WHERE depth = (SELECT max(depth) FROM appointed)) ORDER BY u.id
"""  # noqa: S608 - names of columns


@cache
def _nearest(roles: frozenset[Role]) -> str:
    """With the roles in its text: the planner knows then how few hold them, and keeps one plan for all places."""
    return _NEAREST.format(roles=", ".join(f"'{role}'" for role in sorted(map(str, roles))))


def nearest_holders(roles: Iterable[Role], territory: Territory, *, on: date | None = None) -> list[User]:
    """People with one of the roles at the nearest place, going up from here, that has any; with all they hold."""
    day = on or timezone.localdate()
    asked: dict[str, Any] = {
        "above": ancestor_paths(str(territory.path)),
        "day": day,
        "lives": str(ResidencyStatus.APPROVED),
    }
    with connection.cursor() as cursor:
        cursor.execute(_nearest(frozenset(roles)), asked)
        rows = cursor.fetchall()
    people = []
    for row in rows:
        values = iter(row)
        person = _PERSON.take(values)
        assert person is not None
        person.__dict__[_CACHE] = {day: _as_held(next(values))}
        people.append(person)
    return people


def residency_of(user: Person) -> Residency | None:
    """The person's confirmed residency."""
    if not isinstance(user, User):
        return None
    return (
        Residency.objects.filter(user=user, status=ResidencyStatus.APPROVED)
        .select_related("community", "building")
        .first()
    )


# The places above the community and, where a building or a grid is named, the grid: the part of its path down to there.
_PLACE = Columns(Territory, "t", without=("boundary",))
_HOME = f"""
SELECT {_PLACE.sql} FROM grids_territory t
WHERE t.path = ANY (%(above)s || ARRAY(
    SELECT substr(b.path, 1, %(grid)s)::text FROM grids_residency r JOIN grids_territory b ON b.id = r.building_id
    WHERE r.user_id = %(user)s AND r.community_id = %(home)s AND r.status = %(lives)s
))
ORDER BY t.path
"""  # noqa: S608 - the names above


def home_of(user: Person) -> tuple[Territory, ...]:
    """The places the person lives in, the widest first, down to the grid where it is known; without boundaries.

    Empty for who has no confirmed residency. Remembered on the user object, since page and frame both ask.
    """
    at = next((held for held in held_by(user) if held.role == Role.RESIDENT), None)
    if at is None or not isinstance(user, User):
        return ()
    known: tuple[Territory, ...] | None = user.__dict__.get(_HOME_CACHE)
    if known is None:
        asked: dict[str, Any] = {
            "above": ancestor_paths(at.path),
            "grid": STEP * Level.GRID,
            "user": user.pk,
            "home": at.territory_id,
            "lives": str(ResidencyStatus.APPROVED),
        }
        with connection.cursor() as cursor:
            cursor.execute(_HOME, asked)
            places = (_PLACE.take(iter(row)) for row in cursor.fetchall())
            known = user.__dict__[_HOME_CACHE] = tuple(place for place in places if place is not None)
    return known


def lives_in(user: Person, community_id: int | None) -> bool:
    """Whether this community is that of the person's confirmed residency."""
    return any(held.role == Role.RESIDENT and held.territory_id == community_id for held in held_by(user))


def community_of(user: Person) -> Territory | None:
    """The community of the person's confirmed residency."""
    return next((place for place in home_of(user) if place.level == Level.COMMUNITY), None)
