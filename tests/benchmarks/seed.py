"""A portal of any size for measuring: people, wishes, claims, ratings, clocks and events in proportion, in minutes.

`seed(wishes=1_000_000)` fills an empty, migrated database by set-wise SQL. The same size gives the same rows on every
machine, ages aside: they end today. Triggers rest while rows are loaded, so what they keep is counted at the end; the
events have no seals, because a chain of millions is not made of one go.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from tqdm import tqdm

from grids.roles.models import Appointment, Role
from grids.territory.domain import Level
from grids.territory.models import Grid, Territory
from portal.accounts.models import User
from tests.benchmarks import phrases
from tests.benchmarks.statements import PICK, STEPS, WISHES
from wishes.wishes.catalogue import ensure_default_categories
from wishes.wishes.models import Category, Wish

CHUNK = 20_000
DISTRICT = "320105"
GRIDS_EACH = 10
DAYS = 1095
SIDE = 0.004  # degrees, the side of an invented square grid


@dataclass(frozen=True)
class Seeded:
    """Who and what a measurement starts from."""

    resident_id: int
    worker_id: int
    volunteer_id: int
    street_officer_id: int
    community_code: str
    newest_wish_id: int


def seed(wishes: int = 10_000, *, progress: bool = True) -> Seeded:
    """Fills the database. Raises RuntimeError when it holds wishes already."""
    if Wish.objects.exists():
        raise RuntimeError("The database holds wishes already; seed an empty one.")
    people = max(wishes // 6, 400)
    with transaction.atomic(), _without_triggers():
        ensure_default_categories()
        _places()
        _staff()
        _residents(people)
        _volunteers(max(people // 20, 120))
        _wishes(wishes, people, progress=progress)
    _tidy_up()
    return _seeded()


@contextmanager
def _without_triggers() -> Iterator[None]:
    """Guards, counters and foreign keys rest until the transaction ends; needs a superuser's connection."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        yield
        cursor.execute("SET LOCAL session_replication_role = origin")


def _run(sql: str, parameters: Sequence[Any] | dict[str, Any] = ()) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters or None)


def _places() -> None:
    """One district of 5 streets, 40 communities and 400 grids, drawn as a chequerboard."""
    places: list[Territory] = []

    def add(code: str, name: str, below: int, **fields: Any) -> None:
        place = Territory(code=code, name=name, official_name=name, numchild=below, **fields)
        place.place()
        places.append(place)

    for code, name in (("32", "江苏省"), ("3201", "南京市"), (DISTRICT, "建邺区")):
        add(code, name, len(phrases.STREETS) if code == DISTRICT else 1)
    for s, street in enumerate(phrases.STREETS, 1):
        add(f"{DISTRICT}{s:03d}", street, len(phrases.COMMUNITIES))
        for c, community in enumerate(phrases.COMMUNITIES, 1):
            code = f"{DISTRICT}{s:03d}{c:03d}"
            add(code, f"{street[:2]}{community}社区", GRIDS_EACH)
            for g in range(GRIDS_EACH):
                west, south = 118.6 + (c * 5 + g % 5) * SIDE, 31.9 + (s * 2 + g // 5) * SIDE
                ring = [[west, south], [west + SIDE, south], [west + SIDE, south + SIDE], [west, south + SIDE]]
                boundary = {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}
                add(f"{code}{g + 1:03d}", f"第{g + 1:03d}网格", 0, boundary=boundary, boundary_is_illustrative=True)
    Territory.objects.bulk_create(places)
    Grid.objects.bulk_create(
        Grid(territory=place, household_count=400) for place in places if place.level == Level.GRID
    )


def _residents(people: int) -> None:
    """People with a confirmed residency, spread evenly over the communities."""
    words = {"people": people, "surnames": phrases.SURNAMES, "given": list(phrases.GIVEN)}
    for statement in STEPS["residents"]:
        _run(statement, words)


def _staff() -> None:
    """A head for each grid, a worker for each community, an officer for each street."""
    roles = {Level.GRID: Role.GRID_HEAD, Level.COMMUNITY: Role.COMMUNITY_WORKER, Level.STREET: Role.STREET_OFFICER}
    places = list(Territory.objects.filter(level__in=list(roles)).defer("boundary"))
    people = [
        User(
            username=f"bench-{place.code}",
            password="!",
            legal_name=f"{phrases.SURNAMES[n % 20]}{phrases.GIVEN[n % 12]}",
            display_name="工作人员",
            is_staff=True,
        )
        for n, place in enumerate(places)
    ]
    User.objects.bulk_create(people)
    since = timezone.localdate() - timedelta(days=DAYS)
    Appointment.objects.bulk_create(
        Appointment(user=person, role=roles[Level(place.level)], territory=place, starts_on=since)
        for person, place in zip(people, places, strict=True)
    )


def _volunteers(count: int) -> None:
    """Some residents help in the community they live in."""
    for statement in STEPS["volunteers"]:
        _run(statement, {"count": count})


def _wishes(wishes: int, people: int, *, progress: bool) -> None:
    """The wishes themselves, chunk by chunk, then the index over their words in one go."""
    leaves = {leaf.code: leaf.pk for leaf in Category.objects.filter(parent__isnull=False)}
    codes = [code for code, share in phrases.SHARES.items() for _ in range(share)]
    _run(PICK)
    known = {
        "wishes": wishes,
        "people": people,
        "days": DAYS,
        "codes": codes,
        "categories": [leaves[code] for code in codes],
        "asks": list(phrases.ASKS),
        "whose": list(phrases.WHOSE),
        "stories": list(phrases.STORIES),
        "near": list(phrases.NEAR),
        "rare": [word for word, _ in phrases.RARE],
        "one_in": [number for _, number in phrases.RARE],
        "matter_codes": [code for code, matters in phrases.MATTERS.items() for _ in matters],
        "matters": [matter for matters in phrases.MATTERS.values() for matter in matters],
        "now": timezone.now(),
    }
    for statement in STEPS["before"]:
        _run(statement, known)
    with tqdm(total=wishes, unit="wish", unit_scale=True, disable=not progress) as bar:
        for first in range(1, wishes + 1, CHUNK):
            last = min(first + CHUNK - 1, wishes)
            for statement in WISHES:
                _run(statement, known | {"first": first, "last": last})
            bar.update(last - first + 1)
        bar.set_description("indexing words")
        for statement in STEPS["after"]:
            _run(statement, known)


def _tidy_up() -> None:
    """What the planner knows, and which rows everybody may see, as autovacuum would have found out by and by."""
    _run("ANALYZE" if connection.in_atomic_block else "VACUUM ANALYZE")


def _seeded() -> Seeded:
    community = Territory.objects.filter(level=Level.COMMUNITY).order_by("path").defer("boundary")[0]

    def holder(role: Role, code: str) -> int:
        return Appointment.objects.filter(role=role, territory__code=code).order_by("pk").values_list("user_id")[0][0]

    volunteer = holder(Role.VOLUNTEER, community.code)
    newest = Wish.objects.order_by("-pk").values_list("pk", flat=True)[0]
    home = User.objects.filter(residencies__community=community).exclude(pk=volunteer).order_by("pk")
    return Seeded(
        resident_id=home.values_list("pk", flat=True)[0],
        worker_id=holder(Role.COMMUNITY_WORKER, community.code),
        volunteer_id=volunteer,
        street_officer_id=holder(Role.STREET_OFFICER, community.code[:9]),
        community_code=community.code,
        newest_wish_id=newest,
    )
