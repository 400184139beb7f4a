"""What a grid looks like on a coming day: somebody is there, a colleague stands in, or nobody is.

No rows and no requests: the board is worked out from offices and absences that somebody has read.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

# How far ahead the board looks, in days; a notice a week tells of the same days.
DAYS_AHEAD = 14


class Presence(TextChoices):
    """Whether somebody does an office of a grid on a day; the last two are gaps."""

    THERE = "there", _("在岗")
    COVERED = "covered", _("有人代")
    AWAY = "away", _("请假没人代")
    VACANT = "vacant", _("没有人")


GAPS = frozenset({Presence.AWAY, Presence.VACANT})


@dataclass(frozen=True, slots=True)
class Absence:
    """Days on which an office is not done by who holds it; `ends` is the first day on which it is again."""

    starts: date
    ends: date
    cover: str = ""

    def holds(self, day: date) -> bool:
        """Whether it is one of its days."""
        return self.starts <= day < self.ends


@dataclass(frozen=True, slots=True)
class Office:
    """Somebody's term in a grid; `ends` is the first day on which it is over."""

    name: str
    starts: date
    ends: date | None
    absences: tuple[Absence, ...] = ()

    def on(self, day: date) -> "tuple[Presence, str]":
        """What the office is on a day, and who does it."""
        if day < self.starts or (self.ends is not None and day >= self.ends):
            return Presence.VACANT, ""
        absence = next((each for each in self.absences if each.holds(day)), None)
        if absence is None:
            return Presence.THERE, self.name
        return (Presence.COVERED, absence.cover) if absence.cover else (Presence.AWAY, self.name)


@dataclass(frozen=True, slots=True)
class Cell:
    """A grid's offices on one day: the head, and the members together."""

    day: date
    head: Presence
    head_name: str
    members: Presence
    member_names: tuple[str, ...] = ()

    @property
    def is_gap(self) -> bool:
        """Whether the grid has no head, or nobody at all beside them, on this day."""
        return self.head in GAPS or self.members in GAPS


@dataclass(frozen=True)
class GridRow:
    """One grid over the days of the board."""

    code: str
    name: str
    cells: list[Cell] = field(default_factory=list)

    @property
    def gaps(self) -> list[Cell]:
        """Days on which somebody is missing."""
        return [cell for cell in self.cells if cell.is_gap]


@dataclass(frozen=True, slots=True)
class Span:
    """Days in a row that look alike, for a list: from the first to the last, both among them."""

    first: date
    last: date
    head: Presence
    head_name: str
    members: Presence
    member_names: tuple[str, ...]

    @property
    def length(self) -> int:
        """How many days."""
        return (self.last - self.first).days + 1

    @property
    def is_gap(self) -> bool:
        """Whether somebody is missing on these days."""
        return self.head in GAPS or self.members in GAPS


def days_from(first: date, count: int = DAYS_AHEAD) -> list[date]:
    """So many days in a row."""
    return [first + timedelta(days=number) for number in range(count)]


def cell_of(day: date, heads: Iterable[Office], members: Iterable[Office]) -> Cell:
    """A grid on one day. One head at a time is the database's care; of several members one is enough."""
    head, head_name = _best(day, heads)[0]
    found = _best(day, members)
    names = tuple(name for presence, name in found if presence == found[0][0])
    return Cell(day, head, head_name, found[0][0], names)


def _best(day: date, offices: Iterable[Office]) -> list[tuple[Presence, str]]:
    order = list(Presence)
    found = sorted((office.on(day) for office in offices), key=lambda each: order.index(each[0]))
    return found or [(Presence.VACANT, "")]


def row_of(
    code: str, name: str, days: Sequence[date], offices: Mapping[str, Sequence[Office]], *, head: str, member: str
) -> GridRow:
    """A grid over these days; `head` and `member` name the offices."""
    cells = [cell_of(day, offices.get(head, ()), offices.get(member, ())) for day in days]
    return GridRow(code, name, cells)


def spans_of(cells: Sequence[Cell]) -> list[Span]:
    """Days in a row that look alike, as one line each."""
    spans: list[Span] = []
    for cell in cells:
        looks = (cell.head, cell.head_name, cell.members, cell.member_names)
        last = spans[-1] if spans else None
        if last is not None and (last.head, last.head_name, last.members, last.member_names) == looks:
            spans[-1] = Span(last.first, cell.day, *looks)
        else:
            spans.append(Span(cell.day, cell.day, *looks))
    return spans
