"""What a staff page is narrowed to, read from its address: place, span of months, category. Unknown values are left out
of account; a place that is not the reader's does not exist for them."""

import re
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.http import Http404, QueryDict
from django.utils.translation import gettext as _

from grids.territory.domain import ancestor_paths, path_of
from grids.territory.models import Territory
from portal.accounts.models import User
from portal.formats import month_words
from wishes.statistics.domain import LEVELS, month_of, months_back
from wishes.statistics.policies import may_read, reading_paths
from wishes.wishes.models import Category

LAST_TWELVE = "12"
NARROWEST_LEVEL = LEVELS[-1]
_MONTH = re.compile(r"(20[0-9]{2})-(0[1-9]|1[0-2])")
_YEAR = re.compile(r"20[0-9]{2}")


@dataclass(frozen=True)
class Span:
    """Whole months, both included. `key` stands in addresses: 12 (the last twelve), 2026, 2026-11."""

    key: str
    first: date
    last: date

    @property
    def words(self) -> str:
        if self.key == LAST_TWELVE:
            return _("最近 12 个月")
        if self.first == self.last:
            return month_words(self.first)
        return _("{year}年").format(year=self.first.year)


def span_of(key: str, today: date) -> Span:
    """The span of this key; the last twelve months for anything else."""
    this_month = month_of(today)
    if found := _MONTH.fullmatch(key):
        month = date(int(found[1]), int(found[2]), 1)
        return Span(key, month, month)
    if _YEAR.fullmatch(key):
        return Span(key, date(int(key), 1, 1), date(int(key), 12, 1))
    return Span(LAST_TWELVE, months_back(this_month, 11), this_month)


@dataclass
class Scope:
    """What one member of staff looks at."""

    user: User
    params: QueryDict
    today: date

    @cached_property
    def paths(self) -> list[str]:
        """The widest places whose numbers this person reads. Raises NotAllowed where there are none."""
        return reading_paths(self.user)

    @cached_property
    def places(self) -> list[Territory]:
        """The place asked for (without one, the person's own) after all those above it, in one query.

        Raises Http404 for a place that is not theirs.
        """
        code = self.params.get("place", "")
        try:
            path = path_of(code) if code else min(self.paths, key=len)
        except ValueError as error:
            raise Http404 from error
        found = list(Territory.objects.filter(path__in=ancestor_paths(path)).defer("boundary").order_by("path"))
        if not found or found[-1].path != path or found[-1].level > NARROWEST_LEVEL:
            raise Http404
        if not may_read(self.user, found[-1]):
            raise Http404
        return found

    @property
    def place(self) -> Territory:
        """The place looked at."""
        return self.places[-1]

    @property
    def above(self) -> list[Territory]:
        """The places above it that this person reads too."""
        return [place for place in self.places[:-1] if may_read(self.user, place)]

    @cached_property
    def span(self) -> Span:
        """The months asked for."""
        return span_of(self.params.get("period", ""), self.today)

    @cached_property
    def categories(self) -> list[Category]:
        """Every category, in its order."""
        return list(Category.objects.order_by("position", "pk"))

    @property
    def category(self) -> Category | None:
        """The category or group of categories asked for."""
        code = self.params.get("category", "")
        return next((each for each in self.categories if each.code == code), None)
