"""A route of two points around one grid."""

from typing import Any

from grids.patrols.domain import Rhythm
from grids.patrols.models import PatrolRoute, PatrolRun
from grids.patrols.services import PointGiven, plan_route
from grids.territory.models import Territory
from portal.accounts.models import User


def make_route(planner: User, walker: User, grid: Territory, **given: Any) -> PatrolRoute:
    """Walked every day from today on, past the north gate and the pavilion."""
    fields: dict[str, Any] = {
        "name": "早上一圈",
        "rhythm": Rhythm.EVERY,
        "number": 1,
        "points": [PointGiven(spot="北门", look_at="消防通道"), PointGiven(spot="凉亭")],
    }
    return plan_route(actor=planner, place=grid, assigned_to=walker, **(fields | given))


def run_of(route: PatrolRoute) -> PatrolRun:
    """Its newest patrol."""
    found: PatrolRun = PatrolRun.objects.select_related("route", "place").filter(route=route).latest("day")
    return found
