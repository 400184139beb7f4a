"""What a list may be narrowed by. Filters stand in the address, so that a list can be kept and sent on; whatever is
not on the list of known values is left out of account."""

from dataclasses import dataclass
from functools import cached_property

from django.db.models import Q
from django.http import HttpRequest, QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from grids.territory.domain import Level
from grids.territory.models import Territory
from wishes.wishes.domain import PUBLIC_ENDS, End, Kind, State
from wishes.wishes.models import Category

MAX_PLACES = 8
LONGEST_WORDS = 40

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
    for name in ("after", "before"):
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


@dataclass
class WishFilters:
    """The filters of one request."""

    request: HttpRequest
    home: Territory | None = None

    @cached_property
    def params(self) -> QueryDict:
        return self.request.GET

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
        places = Territory.objects.at(Level.STREET, Level.COMMUNITY, Level.GRID).defer("boundary")
        found: Territory | None = places.filter(code=code).first() if code.isdecimal() and code.isascii() else None
        return found

    @cached_property
    def words(self) -> str:
        """Part of the name of a place somebody is looking for."""
        return self.params.get("where", "").strip()[:LONGEST_WORDS]

    @cached_property
    def places_found(self) -> list[Territory]:
        """Places whose name has these words."""
        if len(self.words) < 2:
            return []
        named = Territory.objects.named_like(self.words).at(Level.STREET, Level.COMMUNITY, Level.GRID)
        return list(named.defer("boundary").order_by("path")[:MAX_PLACES])

    @property
    def narrowed(self) -> bool:
        """Whether anything but the place is chosen."""
        return bool(self.state or self.kind or self.category)

    @property
    def chosen(self) -> bool:
        """Whether a field of the form is filled in, so that it is shown open. The place stands below it anyway."""
        return bool(self.words or self.kind or self.category)

    def condition(self) -> Q:
        """All of it as one condition on wishes."""
        condition = STATES[self.state][1] if self.state else Q()
        if self.kind:
            condition &= Q(kind=self.kind)
        if self.category:
            condition &= Q(category=self.category) | Q(category__parent=self.category)
        if self.place:
            condition &= Q(path__startswith=self.place.path)
        return condition

    def state_pills(self) -> list[Pill]:
        """The states as pills, the first one for all of them."""
        pills = [Pill(_("全部"), link(self.params, state=""), not self.state)]
        return pills + [
            Pill(words, link(self.params, state=key), key == self.state) for key, (words, _q) in STATES.items()
        ]

    @property
    def kinds(self) -> list[tuple[str, str | Promise]]:
        """Kinds as (value, words)."""
        return list(Kind.choices)
