"""Finding a place without a map: by name, or step by step down the tree."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from django.core.cache import cache as shared_cache
from django.db.models import F
from django.db.models.functions import Left
from opencc import OpenCC

from grids.territory.domain import STEP, Level, ancestor_paths
from grids.territory.models import Grid, Territory

MOST_RESULTS = 20
SERVED_KEY = "grids.served_districts"
SERVED_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Finding:
    """A place found, and where it lies in words (district, street, community)."""

    place: Territory
    where: str


@cache
def _simplifier() -> OpenCC:
    return OpenCC("t2s")


def searchable(words: str) -> str:
    """What a person typed, in the writing of the official list: NFKC, simplified, no spaces, 30 characters at most."""
    folded = unicodedata.normalize("NFKC", words)
    return str(_simplifier().convert("".join(folded.split())))[:30]


def search_places(words: str, levels: Iterable[Level], *, limit: int = MOST_RESULTS) -> list[Finding]:
    """Places of these levels with the words in their name; a code finds its place."""
    wanted = searchable(words)
    if not wanted:
        return []
    found = Territory.objects.at(*levels).living().defer("boundary")
    found = found.filter(code=wanted) if wanted.isdigit() and len(wanted) > 2 else found.named_like(wanted)
    return with_whereabouts(list(found.order_by("level", "path")[:limit]))


def with_whereabouts(places: list[Territory]) -> list[Finding]:
    """Each place with the names above it from the district down, all in one query."""
    paths = {path for place in places for path in ancestor_paths(str(place.path))[:-1]}
    names = dict(Territory.objects.filter(path__in=paths, level__gte=Level.DISTRICT).values_list("path", "name"))
    return [
        Finding(place, " ".join(names[path] for path in ancestor_paths(str(place.path))[:-1] if path in names))
        for place in places
    ]


def children(place: Territory) -> list[Territory]:
    """Places one level below, in the order of their codes; no dissolved grids."""
    return list(Territory.objects.children_of(place).living().defer("boundary"))


def starting_places() -> list[Territory]:
    """Where somebody begins to look: districts that have grids; the provinces while no grid exists."""
    paths = shared_cache.get(SERVED_KEY)
    if paths is None:
        district = Left(F("territory__path"), STEP * Level.DISTRICT)
        paths = list(Grid.objects.annotate(district=district).values_list("district", flat=True).distinct())
        shared_cache.set(SERVED_KEY, paths, SERVED_SECONDS)
    if paths:
        return list(Territory.objects.filter(path__in=paths).defer("boundary"))
    return list(Territory.objects.at(Level.PROVINCE).defer("boundary"))


def forget_starting_places() -> None:
    """A new grid may have opened a new district."""
    shared_cache.delete(SERVED_KEY)
