"""When a patrol is due, and what became of it. No rows and no requests."""

from collections.abc import Collection
from datetime import date

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from grids.roles.domain import HANDLER_ROLES, Role

MOST_POINTS = 30
# Whoever plans routes of a place, and whoever may be sent on them: anybody with an office there.
PLANNERS: frozenset[Role] = frozenset({Role.GRID_HEAD, Role.COMMUNITY_WORKER, Role.COMMUNITY_SECRETARY})
WALKERS: frozenset[Role] = frozenset(
    {Role.GRID_HEAD, Role.GRID_MEMBER, Role.INFORMANT, Role.BUILDING_HEAD, Role.COMMUNITY_WORKER}
)
READERS: frozenset[Role] = HANDLER_ROLES | {Role.SUPERVISOR}
# Who hears of a patrol that nobody walked: the grid first; the community when it was not the first time.
FIRST_TOLD = (Role.GRID_HEAD, Role.COMMUNITY_WORKER)
THEN_TOLD = (Role.COMMUNITY_WORKER, Role.COMMUNITY_SECRETARY)


class Rhythm(TextChoices):
    """How often a route is walked."""

    WEEKDAYS = "weekdays", _("每周固定几天")
    TIMES = "times", _("每周几次")
    EVERY = "every", _("每隔几天一次")


class RunState(TextChoices):
    """What became of one patrol."""

    OPEN = "open", _("今天要走")
    DONE = "done", _("走完了")
    PARTLY = "partly", _("走了一部分")
    MISSED = "missed", _("没有走")


class Outcome(TextChoices):
    """What became of one point on one day."""

    SEEN = "seen", _("看过了")
    SKIPPED = "skipped", _("没看成")


def spread(times: int) -> list[int]:
    """So many weekdays (1 is Monday), evenly over the working week as far as they fit: 3 → Monday, Wednesday, Friday.

    Raises ValueError for what is no number of days in a week.
    """
    if not 1 <= times <= 7:
        raise ValueError(times)
    if times > 5:
        return list(range(1, times + 1))
    if times == 1:
        return [1]
    return sorted({1 + round(place * 4 / (times - 1)) for place in range(times)})


def is_due(rhythm: str, day: date, *, weekdays: Collection[int], every: int, starts_on: date) -> bool:
    """Whether a route of this rhythm is walked on the day. `weekdays` also tells which days "so many a week" are."""
    if day < starts_on:
        return False
    if rhythm == Rhythm.EVERY:
        return (day - starts_on).days % every == 0
    return day.isoweekday() in weekdays


def result_of(points: Collection[int], seen: Collection[int], skipped: Collection[int]) -> RunState:
    """What a patrol was, of the points there are and those that were seen or passed over for a reason."""
    if points and set(points) <= set(seen):
        return RunState.DONE
    return RunState.PARTLY if seen or skipped else RunState.MISSED
