"""The seven-step loop of an incident (七步闭环) as data: its states, and who may take which step (docs/domain.md §5).

Collect 采集, file 立案, dispatch 派遣, handle 处置, report back 反馈, verify 核查, evaluate 考评. Nothing here reads
the database or the clock. Services lock an incident, ask `policies.can` and apply the row of `TRANSITIONS` found here;
pages read the same table to know which buttons to offer.
"""

import enum
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from grids.roles.domain import Role
from grids.territory.domain import Level


class State(TextChoices):
    """Where an incident stands in the loop."""

    COLLECTED = "collected", _("等立案")
    FILED = "filed", _("等派遣")
    DISPATCHED = "dispatched", _("等处置")
    HANDLING = "handling", _("正在处置")
    CO_HANDLING = "co_handling", _("部门会办")
    REPORTED = "reported", _("等核查")
    VERIFIED = "verified", _("已办好")
    EVALUATED = "evaluated", _("已结案")
    REJECTED = "rejected", _("不予立案")
    MERGED = "merged", _("已并案")


# Somebody still has to do something about the matter itself.
OPEN_STATES: frozenset[State] = frozenset(
    {State.COLLECTED, State.FILED, State.DISPATCHED, State.HANDLING, State.CO_HANDLING}
)
# What staff have on their lists: the matter, or that somebody looks at what was done.
WORK_STATES: frozenset[State] = OPEN_STATES | {State.REPORTED}
SETTLED_STATES: frozenset[State] = frozenset({State.VERIFIED, State.EVALUATED})
# What everybody may know of: never what nobody has looked at yet, or what was none.
PUBLIC_STATES: frozenset[State] = (WORK_STATES - {State.COLLECTED}) | SETTLED_STATES


class Sort(TextChoices):
    """What kind of thing an incident is about: something that stands there, or something that happens."""

    COMPONENT = "component", _("部件")
    EVENT = "event", _("事件")


class Group(TextChoices):
    """The classes of components and of events (docs/domain.md §5)."""

    PUBLIC = "public", _("公用设施")
    TRAFFIC = "traffic", _("道路交通")
    SANITATION = "sanitation", _("环境卫生")
    GREENING = "greening", _("园林绿化")
    OTHER_COMPONENT = "other_component", _("其他部件")
    APPEARANCE = "appearance", _("市容环境")
    ADVERTISING = "advertising", _("宣传广告")
    CONSTRUCTION = "construction", _("施工管理")
    EMERGENCY = "emergency", _("突发事件")
    STREET_ORDER = "street_order", _("街面秩序")
    OTHER_EVENT = "other_event", _("其他事件")


COMPONENT_GROUPS: frozenset[Group] = frozenset(
    {Group.PUBLIC, Group.TRAFFIC, Group.SANITATION, Group.GREENING, Group.OTHER_COMPONENT}
)


def sort_of(group: str) -> Sort:
    """Whether a class is one of components or of events. Raises ValueError for no class."""
    return Sort.COMPONENT if Group(group) in COMPONENT_GROUPS else Sort.EVENT


class PhotoRole(TextChoices):
    """What a photo of an incident shows: the matter as it was found, or after it was handled."""

    BEFORE = "before", _("处置前")
    AFTER = "after", _("处置后")


class SummonsState(TextChoices):
    """How far a department is that was called (吹哨单)."""

    WAITING = "waiting", _("等报到")
    REPORTED_IN = "reported_in", _("已报到")
    ANSWERED = "answered", _("已答复")
    CALLED_OFF = "called_off", _("不用了")


LIVE_SUMMONS: frozenset[SummonsState] = frozenset({SummonsState.WAITING, SummonsState.REPORTED_IN})


class Grade(TextChoices):
    """What whoever evaluates finds (考评): how well it was handled, apart from whether it was in time."""

    GOOD = "good", _("好")
    FAIR = "fair", _("合格")
    POOR = "poor", _("不合格")


class Action(enum.Enum):
    """A step somebody can take. The value names it in addresses and in the API."""

    FILE = "file"
    REJECT = "reject"
    DISPATCH = "dispatch"
    TAKE = "take"
    PASS_UP = "pass-up"  # noqa: S105 - a step, no password
    SOLVE = "solve"
    REPORT_BACK = "report-back"
    VERIFY = "verify"
    FAIL = "fail"
    REOPEN = "reopen"
    EVALUATE = "evaluate"
    PAUSE = "pause"
    RESUME = "resume"
    WHISTLE = "whistle"
    REPORT_IN = "report-in"
    ANSWER = "answer"
    CALL_OFF = "call-off"
    MERGE = "merge"

    @property
    def label(self) -> str:
        """What the button says."""
        return str(_LABELS[self])


_LABELS = {
    Action.FILE: _("立案"),
    Action.REJECT: _("不予立案"),
    Action.DISPATCH: _("派遣"),
    Action.TAKE: _("我来处置"),
    Action.PASS_UP: _("上报上一级"),
    Action.SOLVE: _("当场办好"),
    Action.REPORT_BACK: _("办好了，反馈"),
    Action.VERIFY: _("核查通过"),
    Action.FAIL: _("核查没通过"),
    Action.REOPEN: _("还没好，请再办"),
    Action.EVALUATE: _("考评结案"),
    Action.PAUSE: _("暂停计时"),
    Action.RESUME: _("恢复计时"),
    Action.WHISTLE: _("吹哨，请部门报到"),
    Action.REPORT_IN: _("报到"),
    Action.ANSWER: _("部门答复"),
    Action.CALL_OFF: _("不用这个部门了"),
    Action.MERGE: _("和另一件是同一件事"),
}


class Relation(enum.Enum):
    """What somebody is to an incident; one person can be several of these."""

    REPORTER = "reporter"
    STAFF = "staff"  # a handler role covers the place
    IN_CHARGE = "in_charge"  # a handler role covers the place that answers for it now
    HANDLER = "handler"  # took it, and is at it
    SENIOR = "senior"  # community, street or district, at or above the place that answers for it
    STREET = "street"  # street or district, over the place
    SUMMONED = "summoned"  # acts for a department that was called and has not answered
    JUDGE = "judge"  # secretary, street, district or supervisor over the place


SENIOR_ROLES: frozenset[Role] = frozenset(
    {Role.COMMUNITY_WORKER, Role.COMMUNITY_SECRETARY, Role.STREET_OFFICER, Role.DISTRICT_ADMINISTRATOR}
)
JUDGE_ROLES: frozenset[Role] = frozenset(
    {Role.COMMUNITY_SECRETARY, Role.STREET_OFFICER, Role.DISTRICT_ADMINISTRATOR, Role.SUPERVISOR}
)
STREET_ROLES: frozenset[Role] = frozenset({Role.STREET_OFFICER, Role.DISTRICT_ADMINISTRATOR})
# Those who walk the grid: what they report is seen by trained eyes, but only handlers file it by reporting it.
COLLECTOR_ROLES: frozenset[Role] = frozenset({Role.INFORMANT, Role.BUILDING_HEAD})
# Who hears that it is late: the grid, then the community, then the street.
ESCALATION_ROLES: Mapping[int, tuple[Role, ...]] = {
    1: (Role.GRID_HEAD, Role.GRID_MEMBER),
    2: (Role.COMMUNITY_WORKER, Role.COMMUNITY_SECRETARY),
    3: (Role.STREET_OFFICER,),
}
# Whom a level has for handling, and to which it passes what it cannot handle.
ROLES_OF_LEVEL: Mapping[Level, tuple[Role, ...]] = {
    Level.GRID: (Role.GRID_HEAD, Role.GRID_MEMBER),
    Level.COMMUNITY: (Role.COMMUNITY_WORKER, Role.COMMUNITY_SECRETARY),
    Level.STREET: (Role.STREET_OFFICER,),
    Level.DISTRICT: (Role.DISTRICT_ADMINISTRATOR,),
}
ABOVE: Mapping[Level, Level] = {
    Level.BUILDING: Level.GRID,
    Level.GRID: Level.COMMUNITY,
    Level.COMMUNITY: Level.STREET,
}


@dataclass(frozen=True)
class Step:
    """One row of the table: who may, and where it leads."""

    to: frozenset[State]
    by: frozenset[Relation]


S, R = State, Relation


def _table() -> dict[tuple[State, Action], Step]:
    rows: list[tuple[Action, tuple[State, ...], tuple[State, ...], tuple[Relation, ...]]] = [
        # Filing dispatches at once where the category says to whom and there is somebody.
        (Action.FILE, (S.COLLECTED,), (S.FILED, S.DISPATCHED), (R.STAFF,)),
        (Action.REJECT, (S.COLLECTED,), (S.REJECTED,), (R.STAFF,)),
        (Action.DISPATCH, (S.FILED, S.DISPATCHED, S.HANDLING), (S.DISPATCHED,), (R.SENIOR,)),
        (Action.TAKE, (S.DISPATCHED,), (S.HANDLING,), (R.IN_CHARGE,)),
        (Action.PASS_UP, (S.DISPATCHED,), (S.DISPATCHED,), (R.IN_CHARGE,)),
        (Action.PASS_UP, (S.HANDLING,), (S.DISPATCHED,), (R.HANDLER, R.SENIOR)),
        (Action.SOLVE, (S.COLLECTED, S.FILED, S.DISPATCHED), (S.REPORTED,), (R.STAFF,)),
        (Action.REPORT_BACK, (S.HANDLING,), (S.REPORTED,), (R.HANDLER,)),
        # The street whistles, departments report; when all have answered, it is done.
        (Action.WHISTLE, (S.DISPATCHED, S.HANDLING, S.CO_HANDLING), (S.CO_HANDLING,), (R.STREET,)),
        (Action.REPORT_IN, (S.CO_HANDLING,), (S.CO_HANDLING,), (R.SUMMONED,)),
        (Action.ANSWER, (S.CO_HANDLING,), (S.CO_HANDLING, S.REPORTED), (R.SUMMONED,)),
        (Action.CALL_OFF, (S.CO_HANDLING,), (S.CO_HANDLING, S.HANDLING, S.REPORTED), (R.STREET,)),
        (Action.MERGE, (S.COLLECTED, S.FILED, S.DISPATCHED, S.HANDLING), (S.MERGED,), (R.STAFF,)),
        (Action.VERIFY, (S.REPORTED,), (S.VERIFIED,), (R.STAFF,)),
        (Action.FAIL, (S.REPORTED,), (S.HANDLING, S.DISPATCHED), (R.STAFF,)),
        (Action.REOPEN, (S.VERIFIED,), (S.HANDLING, S.DISPATCHED), (R.REPORTER, R.JUDGE)),
        (Action.EVALUATE, (S.VERIFIED,), (S.EVALUATED,), (R.JUDGE,)),
        (Action.PAUSE, (S.FILED,), (S.FILED,), (R.SENIOR,)),
        (Action.PAUSE, (S.DISPATCHED,), (S.DISPATCHED,), (R.SENIOR,)),
        (Action.PAUSE, (S.HANDLING,), (S.HANDLING,), (R.SENIOR,)),
        (Action.RESUME, (S.FILED,), (S.FILED,), (R.SENIOR,)),
        (Action.RESUME, (S.DISPATCHED,), (S.DISPATCHED,), (R.SENIOR,)),
        (Action.RESUME, (S.HANDLING,), (S.HANDLING,), (R.SENIOR,)),
    ]
    return {(state, action): Step(frozenset(to), frozenset(by)) for action, states, to, by in rows for state in states}


TRANSITIONS: Mapping[tuple[State, Action], Step] = _table()
# Steps that nobody takes who had a hand in the handling: verifying and evaluating one's own work is no check.
NOT_BY_HANDLERS: frozenset[Action] = frozenset({Action.VERIFY, Action.FAIL, Action.EVALUATE})


def step_for(state: str, action: Action) -> Step | None:
    """The row of the table; None where the step does not exist in this state."""
    return TRANSITIONS.get((State(state), action))


def allowed_state_pairs() -> list[tuple[str, str]]:
    """Every change of state that some step makes, for the guard in the database."""
    pairs = {(str(state), str(to)) for (state, _action), step in TRANSITIONS.items() for to in step.to if to != state}
    return sorted(pairs)


def format_number(day: date, sequence: int) -> str:
    """The number told to the reporter: E, year, month and day, and the day's sequence: E2026-1121-0037."""
    return f"E{day:%Y-%m%d}-{sequence:04d}"


EARTH_METRES = 6_371_000


def metres_between(one: tuple[float, float], other: tuple[float, float]) -> float:
    """The distance of two points (longitude, latitude) in degrees of WGS-84, in metres, on a sphere."""
    (lon_a, lat_a), (lon_b, lat_b) = (tuple(map(math.radians, point)) for point in (one, other))
    chord = math.sin((lat_b - lat_a) / 2) ** 2 + math.cos(lat_a) * math.cos(lat_b) * math.sin((lon_b - lon_a) / 2) ** 2
    return 2 * EARTH_METRES * math.asin(min(1.0, math.sqrt(chord)))


def box_around(point: tuple[float, float], metres: float) -> tuple[float, float, float, float]:
    """West, south, east and north of a box that holds everything within so many metres of the point."""
    longitude, latitude = point
    up = math.degrees(metres / EARTH_METRES)
    across = up / max(math.cos(math.radians(latitude)), 0.01)
    return longitude - across, latitude - up, longitude + across, latitude + up
