"""The numbers of one line of a table, exact to staff, with gaps to the public: for pages, API and downloads."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from wishes.statistics.domain import END_MEASURES, MEASURES, Rate, Tally
from wishes.wishes.domain import End

# The columns of downloads and of the API, in their order.
COLUMNS: Mapping[str, Any] = {
    "submitted": MEASURES["submitted"],
    "open": _("还在办"),
    **{name: MEASURES[name] for name in END_MEASURES.values()},
    "answered_in_time": MEASURES["answered_in_time"],
    "answered_late": MEASURES["answered_late"],
    "unanswered": MEASURES["unanswered"],
    "in_time": MEASURES["in_time"],
    "late": MEASURES["late"],
    "reopened": MEASURES["reopened"],
    "satisfied": MEASURES["satisfied"],
    "unsatisfied": MEASURES["unsatisfied"],
    "unrated": MEASURES["unrated"],
}
RATES: Mapping[str, Any] = {
    "response": _("响应率"),
    "resolution": _("解决率"),
    "satisfaction": _("满意率"),
    "timeliness": _("按时率"),
}


@dataclass(frozen=True)
class Figures:
    """Numbers by name; None where one is not told. Rates are reckoned from numbers that are told, or not at all."""

    numbers: Mapping[str, int | None]
    response: Rate | None = None
    resolution: Rate | None = None
    satisfaction: Rate | None = None
    timeliness: Rate | None = None
    stars: float | None = None

    @classmethod
    def exact(cls, tally: Tally) -> "Figures":
        """All of it, for staff."""
        return cls(
            {name: _number(tally, name) for name in COLUMNS} | {"awaiting": tally["awaiting"], "low": tally["low"]},
            response=tally.response,
            resolution=tally.resolution,
            satisfaction=tally.satisfaction,
            timeliness=tally.timeliness,
            stars=tally.stars,
        )

    def __getitem__(self, name: str) -> int | None:
        """The number of this name, None where it is not told. Raises KeyError for a name that is none."""
        if name not in COLUMNS and name not in self.numbers:
            raise KeyError(name)
        return self.numbers.get(name)

    @property
    def ends(self) -> list[tuple[End, str, int | None]]:
        """Every end with the name of its measure and its number."""
        return [(end, name, self[name]) for end, name in END_MEASURES.items()]

    @property
    def rates(self) -> list[tuple[str, str | Promise, Rate | None]]:
        """Every rate with its name."""
        return [(name, words, getattr(self, name)) for name, words in RATES.items()]


def _number(tally: Tally, name: str) -> int:
    return tally.open if name == "open" else tally[name]
