"""What a list may be narrowed by. Filters stand in the address, so that a list can be kept and sent on; whatever is
not on the list of known values is left out of account."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from urllib.parse import urlencode

from django.db.models import Q
from django.http import HttpRequest, QueryDict
from django.utils.dateparse import parse_date
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from grids.territory.browsing import search_places
from grids.territory.domain import Level
from grids.territory.models import Territory
from portal.keyset import BY_ID, PAGING, Key, read_id, read_moment
from wishes.wishes.domain import PUBLIC_ENDS, End, Kind, State
from wishes.wishes.models import Category
from wishes.wishes.querysets import in_place, submitted_between
from wishes.wishes.searching import Search
from wishes.wishes.words import fold

MAX_PLACES = 8
LONGEST_WORDS = 40
PLACE_LEVELS = (Level.STREET, Level.COMMUNITY, Level.GRID)
# Within dates a list runs by the date, so that its pages are read from where the dates begin.
BY_DATE = (Key("submitted_at", read_moment, datetime.isoformat), Key("id", read_id))

STATES: dict[str, tuple[str | Promise, Q]] = {
    "published": (_("等人认领"), Q(state=State.PUBLISHED)),
    "claimed": (_("有人在帮"), Q(state=State.CLAIMED)),
    "fulfilled": (_("等确认"), Q(state=State.FULFILLED)),
    "met": (_("已实现"), Q(state=State.CLOSED, end=End.FULFILLED)),
    "ended": (
        _("其他结果"),
        Q(state=State.CLOSED, end__in=[str(end) for end in PUBLIC_ENDS if end is not End.FULFILLED]),
    ),
}


@dataclass(frozen=True)
class Pill:
    """One choice of a filter: a word and the list it leads to."""

    label: str | Promise
    url: str
    current: bool


def link(params: QueryDict, **changes: str) -> str:
    """The same list with these parameters changed (empty: removed), from its first page."""
    params = params.copy()
    for name in PAGING:
        params.pop(name, None)
    for name, value in changes.items():
        if value:
            params[name] = value
        else:
            params.pop(name, None)
    return f"?{params.urlencode()}" if params else "?"


def active_categories() -> list[Category]:
    """The categories in use, parents with their names fetched along."""
    return list(Category.objects.filter(is_active=True).select_related("parent"))


def in_category(category: Category, categories: Iterable[Category]) -> Q:
    """Wishes of the category or of those below it."""
    keys = [each.pk for each in categories if category.pk in (each.pk, each.parent_id)]
    return Q(category=keys[0]) if len(keys) == 1 else Q(category__in=keys)


def _date(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:  # such as February 31st
        return None


@dataclass
class WishFilters:
    """The filters of one request. `is_staff`: of somebody who answers for places."""

    request: HttpRequest
    home: Territory | None = None
    is_staff: bool = False

    @cached_property
    def params(self) -> QueryDict:
        return self.request.GET

    @property
    def drawn_from(self) -> str:
        """What is asked for, by whom as far as it matters: two requests with the same see the same filters."""
        asked = [(name, values) for name, values in self.params.lists() if name not in PAGING]
        return repr((asked, self.home.pk if self.home else 0, self.is_staff))

    @cached_property
    def state(self) -> str:
        value = self.params.get("state", "")
        return value if value in STATES else ""

    @cached_property
    def kind(self) -> str:
        value = self.params.get("kind", "")
        return value if value in Kind.values else ""

    @cached_property
    def categories(self) -> list[Category]:
        return active_categories()

    @cached_property
    def category(self) -> Category | None:
        code = self.params.get("category", "")
        return next((each for each in self.categories if each.code == code), None) if code else None

    @cached_property
    def place(self) -> Territory | None:
        """The place chosen; without a choice, the community one lives in; with `place=all`, none."""
        code = self.params.get("place", "")
        if not code:
            return self.home
        places = Territory.objects.at(*PLACE_LEVELS).defer("boundary")
        found: Territory | None = places.filter(code=code).first() if code.isdecimal() and code.isascii() else None
        return found

    @cached_property
    def search(self) -> Search:
        """What is looked for in the wishes themselves, and in their number."""
        return Search(self.params.get("q", "").strip()[:LONGEST_WORDS], internal=self.for_staff)

    @cached_property
    def for_staff(self) -> bool:
        """Whether staff look through all wishes of their places, public or not."""
        return self.is_staff and self.params.get("among") == "work"

    @cached_property
    def since(self) -> date | None:
        return _date(self.params.get("since", ""))

    @cached_property
    def until(self) -> date | None:
        return _date(self.params.get("until", ""))

    @property
    def keys(self) -> Sequence[Key]:
        """The order of the list, the newest first."""
        return BY_DATE if self.since or self.until else BY_ID

    @cached_property
    def words(self) -> str:
        """Part of the name of a place somebody is looking for."""
        return self.params.get("where", "").strip()[:LONGEST_WORDS]

    @cached_property
    def places_found(self) -> list[Territory]:
        """Places whose name has these words."""
        if len(self.words) < 2:
            return []
        named = Territory.objects.named_like(self.words).at(*PLACE_LEVELS)
        return list(named.defer("boundary").order_by("path")[:MAX_PLACES])

    @property
    def narrowed(self) -> bool:
        """Whether anything but the place is chosen."""
        return bool(self.search or self.state or self.kind or self.category or self.since or self.until)

    @property
    def chosen(self) -> bool:
        """Whether a field of the form is filled in, so that it is shown open. The place stands below it anyway."""
        return bool(self.words or self.kind or self.category or self.since or self.until)

    def condition(self) -> Q:
        """All of it as one condition on wishes."""
        condition = STATES[self.state][1] if self.state else Q()
        if self.kind:
            condition &= Q(kind=self.kind)
        if self.category:
            condition &= in_category(self.category, self.categories)
        if self.place:
            condition &= in_place(str(self.place.path))
        return condition & submitted_between(self.since, self.until)

    @cached_property
    def without_place(self) -> str:
        """The same list of all places."""
        return link(self.params, place="all", where="")

    @cached_property
    def without_filters(self) -> str:
        """The same words everywhere, whatever became of the wishes."""
        return f"?{urlencode({'q': self.search.query, 'place': 'all'})}"

    def term_links(self) -> list[Pill]:
        """Each of several words alone, for when all of them together find nothing."""
        terms = self.search.query.split()
        return [Pill(term, link(self.params, q=term), False) for term in terms] if len(terms) > 1 else []

    def like_categories(self) -> list[Pill]:
        """Categories whose name has one of the words."""
        named = [each for each in self.categories if any(term in fold(each.name) for term in self.search.terms)]
        return [Pill(each.name, link(self.params, q="", category=each.code), False) for each in named[:MAX_PLACES]]

    def like_places(self) -> list[Pill]:
        """Places whose name has the words."""
        if len(self.search.query) < 2:
            return []
        found = search_places(self.search.query, PLACE_LEVELS, limit=MAX_PLACES)
        return [
            Pill(
                " ".join(filter(None, (each.where, each.place.name))),
                link(self.params, q="", place=each.place.code),
                False,
            )
            for each in found
        ]

    def state_pills(self) -> list[Pill]:
        """The states as pills, the first one for all of them."""
        pills = [Pill(_("全部"), link(self.params, state=""), not self.state)]
        return pills + [
            Pill(words, link(self.params, state=key), key == self.state) for key, (words, _q) in STATES.items()
        ]

    def among_pills(self) -> list[Pill]:
        """Staff look through what everybody sees, or through all of their own places."""
        public, work = link(self.params, among=""), link(self.params, among="work", state="")
        return [
            Pill(_("公开的心愿"), public, not self.for_staff),
            Pill(_("我负责的地方，含没公开的"), work, self.for_staff),
        ]

    @property
    def kinds(self) -> list[tuple[str, str | Promise]]:
        """Kinds as (value, words)."""
        return list(Kind.choices)
