"""What the work list may be narrowed by. Filters stand in the address, so that a list can be kept, sent on and
exported; whatever is not on the list of known values is left out of account."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Q, Value
from django.db.models.functions import Coalesce, JSONObject, NullIf
from django.http import QueryDict
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grids.roles.domain import HANDLER_ROLES
from grids.roles.queries import holds
from grids.territory.domain import path_of
from grids.territory.models import Territory
from portal.accounts.models import User
from portal.formats import day_words
from wishes.wishes.domain import SpecialGroup, State, Urgency
from wishes.wishes.models import Category, Wish
from wishes.wishes.querysets import WishQuerySet
from wishes.wishes.searching import Search
from wishes.wishes.sources import ON_BEHALF, from_source, source_choices, systems
from wishes.wishes.views.filters import active_categories

PARAMETERS = ("show", "grid", "category", "urgency", "who", "group", "source", "from", "until", "paper", "q")
MOST_GRIDS = 100
MOST_PEOPLE = 60
LONGEST_WORDS = 40
NOBODY, ME, ANY_GROUP = "nobody", "me", "any"

Words = str | Promise
NAME = Coalesce(NullIf("legal_name", Value("")), "display_name")


@dataclass(frozen=True)
class Place:
    """A place to choose."""

    pk: int
    code: str
    name: str


def kept_query(query: str) -> str:
    """The filters of an address, in one order, without pages and whatever is no filter."""
    given = QueryDict(query[:2000])
    kept = QueryDict(mutable=True)
    for name in PARAMETERS:
        if value := given.get(name, "").strip()[:LONGEST_WORDS]:
            kept[name] = value
    return kept.urlencode()[:500]


def scopes(user: User, now: datetime) -> Mapping[str, tuple[Words, Q]]:
    """The selections that stand as pills above the list."""
    end_of_day = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return {
        "": (gettext_lazy("全部"), Q()),
        "mine": (gettext_lazy("我负责的"), Q(responsible=user)),
        "late": (gettext_lazy("超时"), Q(due_at__lte=now)),
        "today": (gettext_lazy("今天到期"), Q(due_at__gt=now, due_at__lt=end_of_day)),
        "verify": (gettext_lazy("待核实"), Q(state=State.VERIFYING)),
        "accept": (gettext_lazy("待受理"), Q(state=State.SUBMITTED)),
        "unclaimed": (gettext_lazy("未认领"), Q(state=State.PUBLISHED)),
        "helping": (gettext_lazy("有人在办"), Q(state=State.CLAIMED)),
        "waiting": (gettext_lazy("等居民答复"), Q(waiting_since__isnull=False)),
    }


@dataclass
class DeskFilters:
    """The filters of one address for one cadre."""

    user: User
    params: QueryDict
    now: datetime

    @cached_property
    def everything(self) -> WishQuerySet:
        """All open wishes of the places the cadre answers for."""
        return Wish.objects.open().handled_by(self.user)

    @cached_property
    def scopes(self) -> Mapping[str, tuple[Words, Q]]:
        return scopes(self.user, self.now)

    @property
    def drawn_from(self) -> str:
        """All that the fields show: what there is to choose and what is chosen."""
        chosen = [(name, self.params.get(name, "")) for name in PARAMETERS]
        return repr((self.grids, self.people, self._choices[2], chosen))

    @cached_property
    def scope(self) -> str:
        value = self.params.get("show", "")
        return value if value in self.scopes else ""

    @cached_property
    def _choices(self) -> tuple[list[dict[str, Any]], list[dict[str, Any]], list[dict[str, Any]]]:
        """Places, people and other systems to choose from, all in one query."""
        wishes = self.everything.order_by()
        places = Territory.objects.filter(pk__in=wishes.values("territory")).order_by("path")
        people = User.objects.filter(pk__in=wishes.values("responsible")).exclude(pk=self.user.pk)
        found = User.objects.filter(pk=self.user.pk).values_list(
            ArraySubquery(places.values(one=JSONObject(pk="pk", code="code", name="name"))[:MOST_GRIDS]),
            ArraySubquery(people.order_by("legal_name").values(one=JSONObject(pk="pk", name=NAME))[:MOST_PEOPLE]),
            ArraySubquery(systems().values(one=JSONObject(pk="pk", name="name"))),
        )
        # Of somebody who answers for no place nothing is asked, which is None.
        places_found, people_found, systems_found = (each or [] for each in found.get())
        return places_found, people_found, systems_found

    @cached_property
    def grids(self) -> list[Place]:
        """The places that open wishes stand in, and a wider one where the list is narrowed to that."""
        found = [Place(**each) for each in self._choices[0]]
        wider = self._wider(found)
        return [wider, *found] if wider else found

    def _wider(self, offered: list[Place]) -> Place | None:
        """The place of the address, where it is none of those offered but one in which the cadre handles matters."""
        code = self.params.get("grid", "")
        if not (code.isascii() and code.isdecimal()) or any(each.code == code for each in offered):
            return None
        place = Territory.objects.filter(code=code).defer("boundary").first()
        if place is None or not holds(self.user, HANDLER_ROLES, place):
            return None
        return Place(place.pk, str(place.code), str(place.name))

    @cached_property
    def grid(self) -> Place | None:
        return next((each for each in self.grids if each.code == self.params.get("grid")), None)

    @cached_property
    def categories(self) -> list[Category]:
        return active_categories()

    @cached_property
    def category(self) -> Category | None:
        return next((each for each in self.categories if each.code == self.params.get("category")), None)

    @cached_property
    def people(self) -> list[tuple[str, str]]:
        """Those who answer for open wishes here, as (key, name)."""
        named = [(str(one["pk"]), one["name"]) for one in self._choices[1]]
        return [(ME, _("我")), (NOBODY, _("还没有人")), *named]

    @cached_property
    def who(self) -> str:
        value = self.params.get("who", "")
        return value if value and value in dict(self.people) else ""

    @cached_property
    def urgency(self) -> str:
        value = self.params.get("urgency", "")
        return value if value in Urgency.values else ""

    @cached_property
    def group(self) -> str:
        value = self.params.get("group", "")
        return value if value == ANY_GROUP or (value and value in SpecialGroup.values) else ""

    @cached_property
    def since(self) -> date | None:
        return _day(self.params.get("from", ""))

    @cached_property
    def until(self) -> date | None:
        return _day(self.params.get("until", ""))

    @cached_property
    def sources(self) -> list[tuple[str, Words]]:
        return source_choices((one["pk"], one["name"]) for one in self._choices[2])

    @cached_property
    def source(self) -> str:
        """Where the wishes come from. Views from before there were several still say `paper=1`."""
        value = self.params.get("source", "") or (ON_BEHALF if self.params.get("paper") == "1" else "")
        return value if value and value in dict(self.sources) else ""

    @cached_property
    def words(self) -> str:
        return self.params.get("q", "").strip()[:LONGEST_WORDS].replace("\x00", "")

    @cached_property
    def search(self) -> Search:
        """What is looked for in the wishes and their numbers, also in what only staff read."""
        return Search(self.words, internal=True)

    @property
    def urgencies(self) -> list[tuple[str, Words]]:
        return list(Urgency.choices)

    @property
    def groups(self) -> list[tuple[str, Words]]:
        return [(ANY_GROUP, _("任何一种")), *((value, words) for value, words in SpecialGroup.choices if value)]

    @property
    def narrowed(self) -> bool:
        """Whether anything is chosen at all."""
        return bool(self.scope or self.chosen)

    @property
    def more_chosen(self) -> bool:
        """Whether one of the fields is filled in that are folded away."""
        return bool(self.urgency or self.group or self.since or self.until or self.source)

    @property
    def chosen(self) -> list[str]:
        """What is chosen in the form, in words."""
        people = dict(self.people) if self.params.get("who") else {}
        return [
            words
            for words in (
                self.grid.name if self.grid else "",
                self.category.name if self.category else "",
                str(people.get(self.who, "")),
                str(dict(Urgency.choices).get(self.urgency, "")),
                str(dict(self.groups).get(self.group, "")) and _("特殊人群"),
                _("{day}起").format(day=day_words(self.since)) if self.since else "",
                _("到{day}").format(day=day_words(self.until)) if self.until else "",
                str(dict(self.sources)[self.source]) if self.source else "",
                f"“{self.words}”" if self.words else "",
            )
            if words
        ]

    @property
    def in_words(self) -> str:
        """All of it in words."""
        return " · ".join([str(self.scopes[self.scope][0]), *self.chosen])

    def wishes(self) -> WishQuerySet:
        """The wishes that are chosen."""
        return self.everything.filter(self.condition())

    def condition(self) -> Q:
        """All of it as one condition on wishes."""
        condition = self.scopes[self.scope][1]
        if self.grid:
            condition &= Q(path__startswith=path_of(self.grid.code))
        if self.category:
            condition &= Q(category=self.category) | Q(category__parent=self.category)
        if self.urgency:
            condition &= Q(urgency=self.urgency)
        if self.who == NOBODY:
            condition &= Q(responsible=None)
        elif self.who:
            condition &= Q(responsible=self.user.pk if self.who == ME else int(self.who))
        if self.group:
            condition &= ~Q(special_group="") if self.group == ANY_GROUP else Q(special_group=self.group)
        if self.since:
            condition &= Q(submitted_at__gte=_midnight(self.since))
        if self.until:
            condition &= Q(submitted_at__lt=_midnight(self.until) + timedelta(days=1))
        if (source := from_source(self.source)) is not None:
            condition &= source
        if self.search:
            condition &= self.search.condition()
        return condition


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 2000 <= day.year <= 2100 else None


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))
