"""Inside one seeded portal: who asks for what. Run as a process of its own, since each size has its own database.

python -m tests.benchmarks.stage seed 10000 300      fills the database, prints what to ask (JSON)
python -m tests.benchmarks.stage plans FILE          prints queries and plans of each page in FILE (JSON)
python -m tests.benchmarks.stage claims              prints the claims that can be made now (JSON)
python -m tests.benchmarks.stage locating            prints how long looking up the grid of a point takes (JSON)
"""

import json
import sys
from collections.abc import Iterable
from dataclasses import asdict
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import quote

import django

django.setup()

from allauth.account.internal.flows.login import (  # noqa: E402 (needs the settings)
    _AUTHENTICATION_METHODS_USER_SESSION_KEY,
    AUTHENTICATION_METHODS_SESSION_KEY,
)
from django.conf import settings  # noqa: E402
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.contrib.sessions.models import Session  # noqa: E402
from django.db import connection  # noqa: E402
from django.urls import NoReverseMatch, reverse  # noqa: E402
from django.utils import timezone  # noqa: E402

from grids.roles.models import Appointment, Residency, Role  # noqa: E402
from grids.territory.domain import STEP, Level  # noqa: E402
from grids.territory.models import Territory  # noqa: E402
from portal.accounts.consents import text_in_force  # noqa: E402
from portal.accounts.models import Consent, ConsentText, User  # noqa: E402
from portal.outbox.services import drain  # noqa: E402
from tests.benchmarks import phrases  # noqa: E402
from tests.benchmarks.load import Ask  # noqa: E402
from tests.benchmarks.net import SeededNet, locating, seed_net  # noqa: E402
from tests.benchmarks.seed import seed  # noqa: E402
from wishes.statistics.recounting import repair  # noqa: E402 (needs the settings, as all above)
from wishes.wishes import services  # noqa: E402
from wishes.wishes.domain import State, Urgency  # noqa: E402
from wishes.wishes.models import Category, Wish  # noqa: E402

WORD = quote("水管")
DETAILS = 200
ON_THE_DESK = 200
# From so many wishes on the net beside them is that of a whole district; runs on fewer are no measurement.
MEASURED = 2_000
POSTER = {
    "title": "请帮忙修一下厨房的水龙头",
    "place": "北门附近",
    "contact_name": "居民",
    "contact_phone": "+8613900000000",
}


def sessions(users: Iterable[User]) -> dict[int, str]:
    """A session for each of them, as after signing in with all that is asked for; its key by the user's id."""
    store = import_module(settings.SESSION_ENGINE).SessionStore
    rows, keys = [], {}
    for user in users:
        session = store()
        session._session_key = session._get_new_session_key()
        content = {
            SESSION_KEY: str(user.pk),
            BACKEND_SESSION_KEY: "portal.accounts.backends.AccountBackend",
            HASH_SESSION_KEY: user.get_session_auth_hash(),
            AUTHENTICATION_METHODS_SESSION_KEY: [{"method": "mfa", "at": timezone.now().timestamp(), "type": "totp"}],
            _AUTHENTICATION_METHODS_USER_SESSION_KEY: str(user.pk),
        }
        expires = timezone.now() + timedelta(days=1)
        rows.append(Session(session_key=session.session_key, session_data=session.encode(content), expire_date=expires))
        keys[user.pk] = str(session.session_key)
    Session.objects.bulk_create(rows)
    return keys


def consent(users: Iterable[User]) -> None:
    """They have agreed to both texts in force."""
    texts = [text for kind in ConsentText.Kind.values if (text := text_in_force(kind))]
    now = timezone.now()
    given = [Consent(user=user, text=text, given_at=now) for user in users for text in texts]
    Consent.objects.bulk_create(given, ignore_conflicts=True)


def bare_table() -> None:
    """The yardstick's table: a row for each wish."""
    from tests.benchmarks.bare.models import Note

    with connection.schema_editor() as editor:
        editor.create_model(Note)
    table = Note._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (author_id, title, created_at) "
            "SELECT author_id, title, created_at FROM wishes_wish ORDER BY id"
        )
        cursor.execute(f"VACUUM ANALYZE {table}")


def set_up(wishes: int, posts: int) -> dict[str, Any]:
    """Seed, and say what each subject asks."""
    seeded = seed(wishes=wishes)
    fill_desk(seeded.community_code, min(ON_THE_DESK, wishes // 50))
    repair()
    net = seed_net() if wishes >= MEASURED else seed_net(communities=6, grids=12, households=600)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    bare_table()
    return {
        "wishes": wishes,
        "asks": pages(**asdict(seeded)) | net_pages(net),
        "posts": drafts(posts),
        "facts": facts(),
    }


def fill_desk(community_code: str, wanted: int) -> None:
    """The cadre whose work list is asked for has so many open wishes at every size, half of them in one category.

    Few of the seeded wishes are open: a page of two lines would be compared with a full one.
    """
    place = Territory.objects.defer("boundary").get(code=community_code)
    homes = list(Residency.objects.filter(community=place).select_related("user").order_by("pk")[:wanted])
    grids = list(Territory.objects.under(place).at(Level.GRID).defer("boundary"))
    category = Category.objects.filter(parent__isnull=False, needs_verification=False, needs_moderation=False)
    both = [category.filter(parent=first_category())[0], category.exclude(parent=first_category())[0]]
    missing = max(wanted - Wish.objects.open().filter(path__startswith=place.path).count(), 0)
    for number in range(missing):
        turn, at = homes[number % len(homes)], timezone.now() - timedelta(days=number // len(homes))
        draft = services.start_draft(actor=turn.user, at=at)
        given: dict[str, Any] = {
            **POSTER,
            "title": f"楼道的灯坏了{phrases.ASKS[number % len(phrases.ASKS)]}",
            "category": both[number % 2],
        }
        services.save_draft(actor=turn.user, wish=draft, territory=grids[number % len(grids)], **given)
        services.submit_wish(actor=turn.user, wish=draft, at=at)
    drain()


def first_category() -> Category:
    """The category by which the work list is narrowed."""
    found = Category.objects.filter(parent__isnull=False).order_by("pk")[0].parent
    assert found
    return found


def pages(*, resident_id: int, worker_id: int, newest_wish_id: int, **_: Any) -> dict[str, list[dict[str, Any]]]:
    """Reading subjects by name."""
    resident, worker = User.objects.get(pk=resident_id), User.objects.get(pk=worker_id)
    consent([resident, worker])
    keys = sessions([resident, worker])
    step = max(newest_wish_id // DETAILS, 1)
    numbers = [
        nearest.number
        for pk in range(newest_wish_id, 0, -step)
        if (nearest := Wish.objects.public().filter(pk__lte=pk).order_by("-pk").only("number").first())
    ]
    listed = reverse("wish_list")
    found: dict[str, list[Ask]] = {
        "list": [Ask(listed, keys[resident_id])],
        "deep page": [Ask(f"{listed}?place=all&after={max(newest_wish_id // 50, 50)}", keys[resident_id])],
        "search, two characters": [Ask(f"{listed}?place=all&q={WORD}", keys[resident_id])],
        "work list, filtered": [
            Ask(f"{reverse('wish_desk')}?show=unclaimed&category={first_category().code}", keys[worker_id])
        ],
        "detail": [Ask(reverse("wish_detail", args=[number]), keys[resident_id]) for number in numbers],
    }
    for route in ("statistics_public", "wish_statistics", "statistics"):
        try:
            found["statistics"] = [Ask(reverse(route), keys[resident_id])]
        except NoReverseMatch:
            continue
        break
    bare = [Ask("/notes/", keys[resident_id])]
    return {name: [asdict(ask) for ask in asks] for name, asks in {**found, "bare page": bare}.items()}


def net_pages(net: SeededNet) -> dict[str, list[dict[str, Any]]]:
    """Reading subjects about the net of grids, asked by who answers for all of the district."""
    administrator = User.objects.get(pk=net.administrator_id)
    consent([administrator])
    key = sessions([administrator])[administrator.pk]
    found = {
        "coverage": [Ask(f"{reverse('pairing')}?place={net.district}", key)],
        "at a glance": [Ask(reverse("overview_place", args=[net.district]), key)],
    }
    return {name: [asdict(ask) for ask in asks] for name, asks in found.items()}


def drafts(count: int) -> list[dict[str, Any]]:
    """Complete drafts of as many residents, each one form away from being sent."""
    homes = list(Residency.objects.select_related("user", "community").order_by("pk")[:count])
    users = [home.user for home in homes]
    consent(users)
    keys = sessions(users)
    category = Category.objects.filter(
        parent__isnull=False, kind="service", needs_verification=False, needs_moderation=False, urgency=Urgency.WEEK
    ).order_by("pk")[0]
    below = Territory.objects.at(Level.GRID).defer("boundary").order_by("-path")
    grids = {grid.path[: STEP * Level.COMMUNITY]: grid for grid in below}
    Wish.objects.bulk_create(
        Wish(
            author=home.user,
            territory=grids[home.community.path],
            community=home.community,
            path=grids[home.community.path].path,
            category=category,
            draft_step="check",
            **POSTER,
        )
        for home in homes
    )
    pks = dict(Wish.objects.filter(author__in=users, state=State.DRAFT).values_list("author_id", "pk"))
    return [
        asdict(Ask(reverse("wish_draft", kwargs={"draft_id": pks[user.pk], "step": "check"}), keys[user.pk], ""))
        for user in users
    ]


def claims() -> list[dict[str, Any]]:
    """What the posts have put up, each with a volunteer of its community who may take it on."""
    wishes = list(Wish.objects.filter(state=State.PUBLISHED, title=POSTER["title"]).order_by("pk"))
    helpers: dict[int, list[User]] = {}
    for term in Appointment.objects.in_force().filter(role=Role.VOLUNTEER).select_related("user").order_by("-pk"):
        helpers.setdefault(term.territory_id, []).append(term.user)
    chosen = {}
    for turn, wish in enumerate(wishes):
        fit = [user for user in helpers.get(wish.community_id or 0, []) if user.pk != wish.author_id]
        if fit:
            chosen[wish] = fit[turn % len(fit)]
    people = list({user.pk: user for user in chosen.values()}.values())
    consent(people)
    keys = sessions(people)
    return [
        asdict(Ask(f"{reverse('wish_detail', args=[wish.number])}claim/", keys[user.pk], "message="))
        for wish, user in chosen.items()
    ]


def facts() -> dict[str, int]:
    """How many rows the large tables hold."""
    tables = (
        "wishes_wish",
        "wishes_claim",
        "wishes_rating",
        "portal_event",
        "portal_clock",
        "portal_user",
        "grids_household",
    )
    counts = {}
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"SELECT count(*) FROM {table}")
            counts[table] = int(cursor.fetchone()[0])
    return counts


def main(arguments: list[str]) -> None:
    what, *rest = arguments
    if what == "seed":
        result: object = set_up(int(rest[0]), int(rest[1]))
    elif what == "claims":
        result = claims()
    elif what == "locating":
        result = locating()
    else:
        from tests.benchmarks.plans import plans_of

        asked = json.loads(Path(rest[0]).read_text())
        result = {name: plans_of(Ask(**ask)) for name, ask in asked.items()}
    print(json.dumps(result, ensure_ascii=False))


if __name__ == "__main__":
    main(sys.argv[1:])
