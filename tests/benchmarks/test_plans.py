"""No page, API list or sweep reads a large table from one end to the other.

The real queries of each are written down while it works, on a database large enough that PostgreSQL prefers an index
wherever one fits, and explained.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import quote

import pytest
from django.db import connection, connections
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from grids.gatherings.services import ask_what_became, end_check_ins
from grids.visits.dues import keep_dues
from grids.visits.keeping import forget_words
from portal.accounts.models import User
from portal.deadlines.sweeping import sweep_clocks
from portal.notifications import sending
from portal.notifications.digests import assemble_due
from portal.outbox import services as outbox
from portal.outbox.sealing import seal_pending
from portal.photos.services import waiting_photos
from tests.benchmarks.plans import EXPLAINED, captured, explain
from tests.benchmarks.seed import Seeded, seed
from tests.wishes.wishes.pages import client_of
from wishes.wishes.models import Wish
from wishes.wishes.tasks import auto_confirm

pytestmark = pytest.mark.django_db

WISHES = 12_000
DATABASE = "plans"
# A table of so many rows grows with use; reading it whole costs more every year.
LARGE = 4_000
SCANNED = re.compile(r"Seq Scan on (\w+)")

# What the seed leaves out, since nothing shows it: everybody was told of everything.
TOLD = """
INSERT INTO portal_delivery (event_id, handler, state, attempts, next_attempt_at, last_error, done_at)
    SELECT id, 'wishes.tell_author', 'done', 0, occurred_at, '', occurred_at FROM portal_event;
INSERT INTO portal_notice (event_id, kind, recipient_id, params, url, created_at, read_at)
    SELECT e.id, 'wishes.claimed', w.author_id, '{}', '/', e.occurred_at, e.occurred_at
    FROM portal_event e JOIN wishes_wish w ON w.id = e.subject_id WHERE e.type = 'wishes.wish.claimed';
INSERT INTO portal_channeldelivery (notice_id, recipient_id, channel, standing, in_bulk, urgent, attempts,
        next_attempt_at, token, settled_at, provider_id, detail, rhythm)
    SELECT id, recipient_id, 'sms', 'sent', false, false, 0, created_at, gen_random_uuid(), created_at, '', '',
        'at_once'
    FROM portal_notice;
INSERT INTO portal_seal (sequence, event_id, previous, digest, sealed_at)
    SELECT row_number() OVER (ORDER BY id), id, '', '', occurred_at FROM portal_event;
"""

# Two buildings a grid with ten flats each, every other one paired with a member of the community.
HOMES = """
INSERT INTO grids_territory (path, depth, numchild, code, name, official_name, level, boundary_is_illustrative)
    SELECT g.path || '00' || n, 7, 0, g.code || '00' || n, n || '栋', '', 7, false
    FROM grids_territory g, generate_series(1, 2) n WHERE g.level = 6;
INSERT INTO grids_household (building_id, door, care, is_paired)
    SELECT b.id, (100 + d)::text, '', d % 2 = 0 FROM grids_territory b, generate_series(1, 10) d WHERE b.level = 7;
INSERT INTO grids_buildingcount (building_id, households, paired)
    SELECT building_id, count(*), count(*) FILTER (WHERE is_paired) FROM grids_household GROUP BY 1;
INSERT INTO grids_partyorganisation (name, rank, kind, unit, territory_id, phone, is_active)
    SELECT '社区党委', 1, 'place', '', id, '', true FROM grids_territory WHERE level = 5;
INSERT INTO grids_partymember (user_id, organisation_id, unit_branch, is_mobile, station, is_backbone, shown_to,
        state, reported_at, reason, correction, decided_by_id, decided_at)
    SELECT u.id, o.id, '', false, '', false, 'staff', 'confirmed', now(), 'x', '', u.id, now()
    FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM portal_user) u
    JOIN (SELECT id, row_number() OVER (ORDER BY id) AS n FROM grids_partyorganisation) o ON o.n = u.n % 40 + 1
    WHERE u.n <= 400;
INSERT INTO grids_pairing (lead_id, household_id, since, paired_by_id)
    SELECT m.id, h.id, current_date, m.user_id FROM (
        SELECT id, row_number() OVER (ORDER BY id) AS n FROM grids_household WHERE is_paired
    ) h JOIN (SELECT id, user_id, row_number() OVER (ORDER BY id) AS n FROM grids_partymember) m ON m.n = h.n % 400 + 1;
INSERT INTO grids_pairingload (member_id, households, members)
    SELECT lead_id, count(*), 0 FROM grids_pairing GROUP BY 1;
"""

# Every fifth household in care, four visits to each household in two months, and what organisations held in two years.
VISITS = """
INSERT INTO grids_caredue (household_id, building_id, every, began_on, counted_from, due_from, due_on, standing, told)
    SELECT id, building_id, 7, current_date - 60, met, met + 5, met + 7,
        CASE WHEN current_date > met + 7 THEN 'overdue' WHEN current_date > met + 4 THEN 'due' ELSE 'rested' END, 0
    FROM grids_household, LATERAL (SELECT current_date - (id % 9)::int AS met) m WHERE id % 5 = 0;
INSERT INTO grids_visit (key, household_id, building_id, visitor_id, kind, topics, words, visited_at, logged_at)
    SELECT gen_random_uuid(), h.id, h.building_id, m.user_id, 'home', '{}', 'x', at, at
    FROM grids_household h, generate_series(0, 3) n,
        LATERAL (SELECT now() - make_interval(days => n * 15 + (h.id % 15)::int, mins => (h.id % 500)::int) AS at) w,
        LATERAL (SELECT user_id FROM grids_partymember ORDER BY id OFFSET h.id % 400 LIMIT 1) m;
INSERT INTO grids_gathering (organisation_id, kind, title, starts_at, ends_at, held_on, place, topics, audience, state,
        planned_by_id, planned_at, cancel_reason, uid, code_seed, expected, present, on_leave)
    SELECT o.id, k.kind, 'x', day + time '19:00', day + time '21:00', day, 'x', '', 'all', 'closed', u.id, now(), '',
        gen_random_uuid(), '', 6, 5, 0
    FROM grids_partyorganisation o, unnest(ARRAY['theme_day', 'lesson', 'branch_meeting']) AS k(kind),
        generate_series(0, 49) n, LATERAL (SELECT current_date - n * 14 - 1 AS day) d,
        LATERAL (SELECT id FROM portal_user ORDER BY id LIMIT 1) u;
"""


@dataclass(frozen=True)
class Town:
    """A seeded database and what its pages are about."""

    seeded: Seeded
    large: frozenset[str]
    numbers: list[str]

    def someone(self, role: str) -> User:
        return User.objects.get(pk=getattr(self.seeded, f"{role}_id"))


@pytest.fixture(scope="module")
def town(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Town]:
    """A database of its own, made from the empty one of the tests and dropped in the end."""
    with django_db_blocker.unblock():
        name = connection.settings_dict["NAME"]
        mine = f"{name}_{DATABASE}"
        # In the database of the other tests PostgreSQL has learnt that the tables are empty, and fills them slowly.
        untouched = connection.settings_dict["TEST"].get("TEMPLATE") or name
        connection.close()
        # Not from within the database that is copied.
        _administer(f'CREATE DATABASE "{mine}" TEMPLATE "{untouched}"')
        connection.settings_dict["NAME"] = mine
        try:
            with connection.cursor() as cursor:
                # As PostgreSQL thinks unless told otherwise; the settings of tests tell it to be quick.
                cursor.execute("SET join_collapse_limit = 8")
                # As on the disks of today, and in script/bench.
                cursor.execute("SET random_page_cost = 1.1")
                seeded = seed(wishes=WISHES, progress=False)
                cursor.execute("SET session_replication_role = replica")
                cursor.execute(TOLD)
                cursor.execute(HOMES)
                cursor.execute(VISITS)
                cursor.execute("SET session_replication_role = origin")
                cursor.execute("ANALYZE")
                cursor.execute("SELECT relname FROM pg_class WHERE relkind = 'r' AND reltuples >= %s", [LARGE])
                large = frozenset(row[0] for row in cursor.fetchall() if not row[0].startswith("pg_"))
            numbers = list(Wish.objects.public().order_by("pk").values_list("number", flat=True)[::3000])
            yield Town(seeded, large, numbers)
        finally:
            connection.close()
            connection.settings_dict["NAME"] = name
            _administer(f'DROP DATABASE "{mine}" WITH (FORCE)')


def _administer(statement: str) -> None:
    with connections["default"]._nodb_cursor() as cursor:
        cursor.execute(statement)


def scans(town: Town, work: Callable[[], object]) -> list[str]:
    """The queries of this work that read a large table whole."""
    with captured() as found:
        work()
    assert found.queries
    worst = []
    for sql, params in found.queries:
        if EXPLAINED.match(sql) and set(SCANNED.findall(plan := explain(sql, params, analyze=False))) & town.large:
            worst.append(f"{sql}\n{plan}")
    return worst


PAGES = {
    "list": ("resident", "/wishes/"),
    "list of everybody": ("resident", "/wishes/?place=all"),
    "list of visitors": (None, "/wishes/"),
    "deep page": ("resident", "/wishes/?place=all&after=300"),
    "deep page of a place": ("resident", "/wishes/?after=300"),
    "list of a state": ("resident", "/wishes/?place=all&state=met"),
    "list of a category": ("resident", "/wishes/?place=all&category=plumbing"),
    "list of a kind": ("resident", "/wishes/?place=all&kind=goods"),
    "search, one character": ("resident", f"/wishes/?place=all&q={quote('水')}"),
    "search, two characters": ("resident", f"/wishes/?place=all&q={quote('水管')}"),
    "search by a cadre": ("worker", f"/wishes/?place=all&q={quote('水管')}&among=work"),
    "map": ("resident", "/wishes/map/"),
    "statistics": (None, "/statistics/"),
    "statistics of a cadre": ("worker", "/statistics/work/"),
    "my wishes": ("resident", "/wishes/mine/"),
    "wishes I help with": ("volunteer", "/wishes/mine/?tab=helping"),
    "home": ("resident", "/"),
    "home of a visitor": (None, "/"),
    "home of a cadre": ("worker", "/"),
    "inbox": ("resident", "/messages/"),
    "work list": ("worker", "/wishes/desk/"),
    "work list, filtered": ("worker", "/wishes/desk/?show=unclaimed"),
    "work list of a street": ("street_officer", "/wishes/desk/"),
    "coverage": ("worker", "/grids/pairing/"),
    "coverage of a street": ("street_officer", "/grids/pairing/"),
    "grids without a cell": ("street_officer", "/grids/pairing/grids/"),
    "households without a pair": ("street_officer", "/grids/pairing/households/"),
    "households, all": ("street_officer", "/grids/pairing/households/?show=all"),
    "households, later": ("street_officer", "/grids/pairing/households/?after=032001005001001005001~105~1"),
    "members with too many": ("street_officer", "/grids/pairing/members/?show=over"),
    "visits, late": ("worker", "/grids/visits/"),
    "visits, all in care": ("worker", "/grids/visits/?show=care"),
    "visits of the month": ("worker", "/grids/visits/?show=done"),
    "visits of the month, later": ("worker", "/grids/visits/?show=done&after=2026-11-20T08:00:00+00:00~900"),
    "visits, numbers of a street": ("street_officer", "/grids/visits/"),
    "today's visits": ("worker", "/grids/visits/today/"),
    "Party life of a month": ("worker", "/grids/party/gatherings/"),
    "completion": ("street_officer", "/grids/party/gatherings/completion/"),
    "completion of a community": ("worker", "/grids/party/gatherings/completion/?show=owing"),
    "at a glance": ("street_officer", "/grids/overview/"),
    "at a glance, map": ("worker", "/grids/overview/320105001001/shapes/?show=incidents"),
    "grids without a head": ("street_officer", "/grids/overview/320105001/grids/"),
    "in hand": ("worker", "/grids/overview/320105001001/staff/"),
    "work list of a community": ("street_officer", "/wishes/desk/?grid=320105001001&show=late"),
    "API households": ("street_officer", "/api/v1/pairing/households/"),
    "API list": ("resident", "/api/v1/wishes/"),
    "API notices": ("resident", "/api/v1/notices/"),
}


@pytest.mark.parametrize(("who", "path"), PAGES.values(), ids=PAGES.keys())
def test_page_reads_no_large_table_whole(town: Town, who: str | None, path: str) -> None:
    client = client_of(town.someone(who) if who else None)
    answers: list[int] = []
    worst = scans(town, lambda: answers.append(client.get(path).status_code))
    assert answers == [200]
    assert not worst, "\n\n".join(worst)


@pytest.mark.parametrize("who", ["resident", "worker", None])
def test_detail_reads_no_large_table_whole(town: Town, who: str | None) -> None:
    client: Client = client_of(town.someone(who) if who else None)
    for number in town.numbers:
        worst = scans(town, lambda number=number: client.get(reverse("wish_detail", args=[number])))  # type: ignore[misc]
        assert not worst, "\n\n".join(worst)


SWEEPS: dict[str, Callable[[], object]] = {
    "visits due": keep_dues,
    "words of visits": forget_words,
    "check-ins": end_check_ins,
    "gatherings nobody spoke of": ask_what_became,
    "relay": lambda: outbox.relay(seconds=0.01),
    "seal": seal_pending,
    "send": lambda: sending.send_waiting(in_bulk=False, seconds=0.01),
    "send in bulk": lambda: sending.send_waiting(in_bulk=True, seconds=0.01),
    "give up": sending.give_up_stale,
    "digests": assemble_due,
    "clocks": lambda: sweep_clocks(now=timezone.now() - timedelta(days=3000)),
    "confirm": auto_confirm,
    "photos": lambda: waiting_photos(older_than=timedelta(seconds=30), limit=10),
}


@pytest.mark.parametrize("sweep", SWEEPS.values(), ids=SWEEPS.keys())
def test_sweep_reads_no_large_table_whole(town: Town, sweep: Callable[[], object]) -> None:
    worst = scans(town, sweep)
    assert not worst, "\n\n".join(worst)


def test_a_scan_would_be_found(town: Town) -> None:
    assert {"grids_household", "grids_pairing", "grids_visit", "grids_gathering"} <= town.large
    assert {"wishes_wish", "wishes_claim", "portal_event", "portal_delivery", "portal_notice"} <= town.large
    assert scans(town, lambda: list(Wish.objects.filter(details__contains="无处可寻")[:20]))
