"""A district of the size of Tianjin Heping (docs/domain.md §5) beside the seeded wishes, and the outlines of a city.

`seed_net()` adds 63 communities with 629 grids, their staff, 100,000 households and who looks after them. Like the
wishes it is the same on every machine, and no trigger runs: what they keep is counted at the end.
"""

import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from grids.roles.models import Appointment, Role
from grids.territory.domain import Level
from grids.territory.models import Grid, Territory
from grids.territory.services import locate_grid
from portal.accounts.models import User
from tests.benchmarks import phrases

DISTRICT, STREETS = "120101", 6
COMMUNITIES, GRIDS, HOUSEHOLDS = 63, 629, 100_000
# A grid in so many has no cell, and one in so many others no head.
WITHOUT_CELL, WITHOUT_HEAD = 12, 20
FLATS = 20
SIDE = 0.004  # degrees, the side of an invented square grid


@dataclass(frozen=True)
class SeededNet:
    """Who asks about it, and which place each answers for."""

    administrator_id: int
    officer_id: int
    secretary_id: int
    district: str
    street: str
    community: str


PEOPLE = """
INSERT INTO portal_user (password, is_superuser, username, phone, phone_verified_at, email, legal_name, display_name,
    language, elder_mode, is_active, is_staff, date_joined, under_14, session_epoch)
SELECT '!', false, NULL, '+86138' || lpad(n::text, 8, '0'), now(), '',
    substr(%(surnames)s, n %% 20 + 1, 1) || (%(given)s::text[])[n / 20 %% 12 + 1],
    '党员' || n, 'zh-hans', false, true, false, now() - interval '3 years', false, 0
FROM generate_series(1, %(members)s) AS n
"""
BUILDINGS = """
INSERT INTO grids_territory (path, depth, numchild, code, name, official_name, level, boundary_is_illustrative)
SELECT g.path || lpad(n::text, 3, '0'), 7, 0, g.code || lpad(n::text, 3, '0'), n || '栋', '', 7, false
FROM grids_territory g, generate_series(1, %(buildings)s) n WHERE g.level = 6 AND g.path LIKE %(under)s
"""
# Four in five are looked after.
FLATS_OF = """
INSERT INTO grids_household (building_id, door, care, is_paired)
SELECT id, 100 + d, CASE WHEN d = 1 THEN 'solitary' ELSE '' END, (n * 20 + d) %% 5 > 0
FROM (
    SELECT id, row_number() OVER (ORDER BY path) AS n FROM grids_territory WHERE level = 7 AND path LIKE %(under)s
) b, generate_series(1, %(flats)s) d ORDER BY n, d LIMIT %(households)s
"""
COUNTS = """
INSERT INTO grids_buildingcount (building_id, households, paired)
SELECT h.building_id, count(*), count(*) FILTER (WHERE h.is_paired)
FROM grids_household h JOIN grids_territory b ON b.id = h.building_id WHERE b.path LIKE %(under)s GROUP BY 1
"""
ORGANISATIONS = """
INSERT INTO grids_partyorganisation (name, rank, kind, unit, territory_id, phone, is_active)
SELECT name || '党组织', CASE level WHEN 5 THEN 1 ELSE 4 END, 'place', '', id, '', true FROM (
    SELECT id, name, level, row_number() OVER (PARTITION BY level ORDER BY path) AS n
    FROM grids_territory WHERE level IN (5, 6) AND path LIKE %(under)s
) t WHERE level = 5 OR n %% %(without_cell)s > 0
"""
# Members serve in turn in the communities, so that each has some hundred and sixty.
MEMBERS = """
INSERT INTO grids_partymember (user_id, organisation_id, unit_branch, is_mobile, station, is_backbone, shown_to,
        state, reported_at, reason, correction, decided_by_id, decided_at)
SELECT u.id, o.id, '机关第一党支部', false, '', u.n %% 4 = 0, 'staff', 'confirmed', now(), '已核对', '', u.id, now()
FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM portal_user WHERE phone LIKE '+86138%%') u
JOIN (
    SELECT o.id, row_number() OVER (ORDER BY t.path) AS n
    FROM grids_partyorganisation o JOIN grids_territory t ON t.id = o.territory_id
    WHERE t.path LIKE %(under)s AND o.rank = 1
) o ON o.n = u.n %% %(communities)s + 1
"""
PAIRINGS = """
INSERT INTO grids_pairing (lead_id, household_id, since, paired_by_id)
SELECT m.id, h.id, current_date - 90, m.user_id FROM (
    SELECT h.id, left(b.path, 15) AS at, row_number() OVER (PARTITION BY left(b.path, 15) ORDER BY h.id) AS n
    FROM grids_household h JOIN grids_territory b ON b.id = h.building_id
    WHERE h.is_paired AND b.path LIKE %(under)s
) h JOIN (
    SELECT m.id, m.user_id, left(t.path, 15) AS at, row_number() OVER (PARTITION BY t.path ORDER BY m.id) - 1 AS n,
        count(*) OVER (PARTITION BY t.path) AS colleagues
    FROM grids_partymember m JOIN grids_partyorganisation o ON o.id = m.organisation_id
    JOIN grids_territory t ON t.id = o.territory_id WHERE t.path LIKE %(under)s
) m ON m.at = h.at AND m.n = h.n %% m.colleagues
"""
LOADS = """
INSERT INTO grids_pairingload (member_id, households, members)
SELECT p.lead_id, count(*), 0 FROM grids_pairing p JOIN grids_household h ON h.id = p.household_id
JOIN grids_territory b ON b.id = h.building_id WHERE b.path LIKE %(under)s GROUP BY 1
"""
STEPS = (PEOPLE, BUILDINGS, FLATS_OF, COUNTS, ORGANISATIONS, MEMBERS, PAIRINGS, LOADS)


def seed_net(communities: int = COMMUNITIES, grids: int = GRIDS, households: int = HOUSEHOLDS) -> SeededNet:
    """Adds the district; needs a superuser's connection."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        places = list(_places(communities, grids))
        Territory.objects.bulk_create(places)
        Grid.objects.bulk_create(
            Grid(territory=place, household_count=households // grids) for place in places if place.level == Level.GRID
        )
        staff = _staff(places)
        under = next(str(place.path) for place in places if place.level == Level.DISTRICT)
        asked: dict[str, Any] = {
            "under": f"{under}%",
            "surnames": phrases.SURNAMES,
            "given": list(phrases.GIVEN),
            "members": households // 10,
            "communities": communities,
            "buildings": -(-households // (grids * FLATS)),
            "flats": FLATS,
            "households": households,
            "without_cell": WITHOUT_CELL,
        }
        for statement in STEPS:
            cursor.execute(statement, asked)
        cursor.execute("SET LOCAL session_replication_role = origin")
    street = min(place.code for place in places if place.level == Level.STREET)
    community = min(place.code for place in places if place.level == Level.COMMUNITY)
    return SeededNet(
        administrator_id=staff[DISTRICT],
        officer_id=staff[street],
        secretary_id=staff[community],
        district=DISTRICT,
        street=street,
        community=community,
    )


def _places(communities: int, grids: int) -> Iterator[Territory]:
    """The district with its streets; communities fall to streets, and grids to communities, in turn."""

    def place(code: str, name: str, below: int, **fields: Any) -> Territory:
        made = Territory(code=code, name=name, official_name=name, numchild=below, **fields)
        made.place()
        return made

    streets = [f"{DISTRICT}{number + 1:03d}" for number in range(STREETS)]
    for code, name, below in (("12", "天津市", 1), ("1201", "市辖区", 1), (DISTRICT, "和平区", STREETS)):
        yield place(code, name, below)
    for number, code in enumerate(streets):
        yield place(code, f"第{number + 1}街道", len(range(number, communities, STREETS)))
    for number in range(communities):
        code = f"{streets[number % STREETS]}{number // STREETS + 1:03d}"
        below = len(range(number, grids, communities))
        yield place(code, f"第{number + 1}社区", below)
        for turn in range(below):
            west, south = 117.0 + turn * SIDE, 39.0 + number * SIDE
            fields = {"boundary": _square(west, south), "boundary_is_illustrative": True}
            yield place(f"{code}{turn + 1:03d}", f"第{turn + 1:03d}网格", 0, **fields)


def _square(west: float, south: float) -> dict[str, Any]:
    east, north = west + SIDE, south + SIDE
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def _staff(places: list[Territory]) -> dict[str, int]:
    """Who answers for each place from the district to the grid, and a member beside each head; ids by code."""
    roles = {
        Level.DISTRICT: [Role.DISTRICT_ADMINISTRATOR],
        Level.STREET: [Role.STREET_OFFICER],
        Level.COMMUNITY: [Role.COMMUNITY_SECRETARY, Role.COMMUNITY_WORKER],
        Level.GRID: [Role.GRID_HEAD, Role.GRID_MEMBER],
    }
    posts = [(place, role) for place in places for role in roles.get(Level(place.level), ())]
    posts = [post for turn, post in enumerate(posts) if post[1] != Role.GRID_HEAD or turn // 2 % WITHOUT_HEAD]
    people = [
        User(username=f"bench-{place.code}-{role}", password="!", legal_name=phrases.SURNAMES[turn % 20], is_staff=True)
        for turn, (place, role) in enumerate(posts)
    ]
    User.objects.bulk_create(people)
    since = timezone.localdate() - timedelta(days=400)
    Appointment.objects.bulk_create(
        Appointment(user=person, role=role, territory=place, starts_on=since)
        for person, (place, role) in zip(people, posts, strict=True)
    )
    first: dict[str, int] = {}
    for person, (place, _role) in zip(people, posts, strict=True):
        first.setdefault(place.code, person.pk)
    return first


def locating(grids: int = 10_000, lookups: int = 2_000) -> dict[str, float]:
    """How long a look-up of a point takes with so many grids on the map, as the portal makes it, in milliseconds.

    `build` is what a process spends once after a boundary has changed. The grids are gone afterwards.
    """
    chosen = random.Random(1)
    across = int(grids**0.5) + 1
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
        places = []
        for number in range(grids):
            west, south = 100.0 + number % across * SIDE, 20.0 + number // across * SIDE
            code = f"990101{number // 900 + 1:03d}001{number % 900 + 1:03d}"
            made = Territory(code=code, name="网格", boundary=_square(west, south))
            made.place()
            places.append(made)
        Territory.objects.bulk_create(places)
        with connection.cursor() as cursor:
            # As the trigger would, which is off here; after tests that commit there is no row.
            cursor.execute(
                "INSERT INTO grids_gridmapstamp (singleton, stamp) VALUES (true, gen_random_uuid()) "
                "ON CONFLICT (singleton) DO UPDATE SET stamp = excluded.stamp"
            )
        began = time.perf_counter()
        assert locate_grid(100.0 + SIDE / 2, 20.0 + SIDE / 2) is not None
        build = time.perf_counter() - began
        side = SIDE * (grids // across)
        points = [(100 + chosen.random() * side, 20 + chosen.random() * side) for _ in range(lookups)]
        taken = []
        for longitude, latitude in points:
            began = time.perf_counter()
            found = locate_grid(longitude, latitude)
            taken.append(time.perf_counter() - began)
            assert found is not None
        transaction.set_rollback(True)
    taken.sort()
    return {
        "grids": float(grids),
        "build": 1000 * build,
        "p50": 1000 * taken[len(taken) // 2],
        "p95": 1000 * taken[int(len(taken) * 0.95)],
    }
