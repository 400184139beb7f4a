"""The net of grids as it is looked after: a grid that was split, one that was taken up, a head on leave."""

from datetime import datetime, timedelta

from django.utils import timezone
from shapely.geometry import shape

from grids.duty.services import arrange_leave
from grids.lineage.services import merge_grids, split_grid
from grids.roles.domain import AbsenceKind, Role
from grids.roles.models import Appointment
from grids.territory.models import Territory
from grids.territory.services import add_grid
from portal.accounts.models import User
from portal.outbox.services import drain
from portal.site.demo.places import grid_code

GREEN = "320105004007"


def change_net(everybody: dict[str, User], *, now: datetime) -> None:
    """A large grid of 洲岛绿园 became two, a makeshift one was taken up again, and 刘建平 goes on leave."""
    actor = everybody["韩涛"]
    large = Territory.objects.get(code=grid_code(f"{GREEN}-2"))
    west, south, east, north = shape(large.boundary).bounds
    middle = (west + east) / 2
    corners = [(middle, south), (east, south), (east, north), (middle, north), (middle, south)]
    half = {"type": "Polygon", "coordinates": [[list(corner) for corner in corners]]}
    split_grid(actor=actor, grid=large, name="洲岛绿园第三网格", area=half, reason="新楼入住，户数超过 500", at=now)
    makeshift = add_grid(actor=actor, community=large.ancestors()[-2], name="洲岛绿园临时网格", household_count=40)
    merge_grids(actor=actor, grid=makeshift, into=large, reason="临时网格撤了，归第二网格", at=now)
    office = Appointment.objects.get(user=everybody["刘建平"], role=Role.GRID_HEAD)
    today = timezone.localdate(now)
    arrange_leave(
        actor=everybody["陈晓雨"],
        appointment=office,
        kind=AbsenceKind.AWAY,
        starts_on=today + timedelta(days=3),
        ends_on=today + timedelta(days=6),
        cover=everybody["孙丽"],
        now=now,
    )
    arrange_leave(
        actor=everybody["马秀兰"],
        appointment=Appointment.objects.get(user=everybody["马秀兰"], role=Role.GRID_HEAD),
        starts_on=today + timedelta(days=7),
        ends_on=today + timedelta(days=12),
        now=now,
    )
    drain()
