"""Patrols of the demo: a week of one route, a day of it walked in part and one missed, another begun today.

Yesterday something was found at a point, and a tick was taken back.
"""

from datetime import datetime, timedelta

from django.utils import timezone

from grids.incidents.models import IncidentCategory
from grids.patrols.domain import Outcome, Rhythm
from grids.patrols.finding import report_at_point
from grids.patrols.models import PatrolRoute, PatrolRun
from grids.patrols.services import (
    PointGiven,
    finish_run,
    open_runs,
    plan_route,
    settle_past_runs,
    take_back_tick,
    tick_point,
)
from grids.territory.models import Territory
from portal.accounts.models import User
from portal.outbox.services import drain
from portal.site.demo.people import HOME
from portal.site.demo.places import grid_code

DAYS = 6
POINTS = (
    PointGiven(spot="北门消防通道", look_at="有没有停车、堆东西"),
    PointGiven(spot="2栋和3栋之间", look_at="飞线充电、楼道口杂物"),
    PointGiven(spot="中心花园", look_at="路灯、长椅、井盖"),
    PointGiven(spot="垃圾房", look_at="满没满、地面湿不湿"),
)


def walk_patrols(people: dict[str, User], *, now: datetime) -> None:
    """孙丽 walks each day; 刘建平 planned it."""
    begins = now - timedelta(days=DAYS)
    route = _planned(people, "早上一圈", people["孙丽"], at=begins)
    _planned(people, "晚上看路灯", people["刘建平"], at=now, points=POINTS[2:3])
    for ago in range(DAYS, -1, -1):
        at = now - timedelta(days=ago)
        settle_past_runs(now=at)
        open_runs(day=timezone.localdate(at))
        _walk(people["孙丽"], route, ago=ago, at=at)
        drain()


def _planned(
    people: dict[str, User], name: str, walker: User, *, at: datetime, points: tuple[PointGiven, ...] = POINTS
) -> PatrolRoute:
    return plan_route(
        actor=people["刘建平"],
        name=name,
        place=Territory.objects.get(code=grid_code(f"{HOME}-1")),
        assigned_to=walker,
        rhythm=Rhythm.EVERY,
        number=1,
        points=points,
        starts_on=timezone.localdate(at),
        at=at,
    )


def _walk(walker: User, route: PatrolRoute, *, ago: int, at: datetime) -> None:
    run = PatrolRun.objects.get(route=route, day=timezone.localdate(at))
    points = list(route.points.all())
    if ago == 4:
        return  # nobody came
    if ago == 2:
        tick_point(actor=walker, run=run, point=points[0], at=at)
        skipped, reason = Outcome.SKIPPED, "在铺管子，进不去"
        tick_point(actor=walker, run=run, point=points[1], outcome=skipped, reason=reason, at=at)
        finish_run(actor=walker, run=run, at=at)
        return
    if ago == 1:
        tick_point(actor=walker, run=run, point=points[3], at=at)
        take_back_tick(actor=walker, run=run, point=points[3], at=at)
        report_at_point(
            actor=walker,
            run=run,
            stop=points[3],
            category=IncidentCategory.objects.get(code="bin"),
            place=run.place,
            spot=points[3].spot,
            words="两个桶都满了，袋子堆到了外面。",
            at=at,
        )
    for point in points if ago else points[:2]:
        tick_point(actor=walker, run=run, point=point, at=at)
