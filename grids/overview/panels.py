"""What the features of the wing show on the overview."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Count
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from grids.duty.domain import days_from
from grids.duty.gaps import gaps_below
from grids.incidents.domain import WORK_STATES
from grids.incidents.models import Incident
from grids.overview.domain import Counts
from grids.overview.figures import Column, Panel, register_panel
from grids.overview.in_hand import Part, register_part
from grids.pairing.coverage import GRID, numbers_by
from grids.pairing.models import PairingLoad
from grids.territory.models import Territory


def listed(route: str, query: str = "") -> Callable[[Territory], str]:
    """The list of this route, narrowed to a place by `?place=`."""
    return lambda place: f"{reverse(route)}?place={place.code}{query}"


def of_place(route: str, query: str = "") -> Callable[[Territory], str]:
    """The page of this route whose address names the place."""
    return lambda place: f"{reverse(route, args=[place.code])}{query}"


def read_coverage(path: str, now: datetime) -> Mapping[str, Counts]:
    return {
        at: {"grids": grids, "bare": bare, "households": households, "paired": paired, "unpaired": households - paired}
        for at, (grids, bare, households, paired) in numbers_by(path, GRID).items()
    }


def read_staff(path: str, now: datetime) -> Mapping[str, Counts]:
    return {
        at: {"headless": int(gap.headless), "short": int(gap.short)}
        for at, gap in gaps_below(path, days_from(timezone.localdate(now))).items()
    }


# Those somebody still works at, which stay few while the rest grows: read from their own index.
_INCIDENTS = """
SELECT left(path, %(digits)s), count(*), count(*) FILTER (WHERE due_at <= %(now)s)
FROM grids_incident WHERE state = ANY (%(states)s) AND path LIKE %(under)s GROUP BY 1
"""


def read_incidents(path: str, now: datetime) -> Mapping[str, Counts]:
    asked: dict[str, Any] = {"digits": GRID, "now": now, "states": sorted(map(str, WORK_STATES)), "under": f"{path}%"}
    with connection.cursor() as cursor:
        cursor.execute(_INCIDENTS, asked)
        return {row[0]: {"incidents": row[1], "incidents_late": row[2]} for row in cursor.fetchall()}


register_panel(
    Panel(
        "coverage",
        _("党组织和结对"),
        "people",
        (
            Column("bare", _("没有党组织的网格"), listed("pairing_grids"), for_all=True, tone="late", steps=(1, 2, 4)),
            Column(
                "unpaired",
                _("没有结对的住户"),
                listed("pairing_households"),
                about_people=True,
                tone="due",
                on_map=False,
            ),
            Column("paired", _("结对率"), listed("pairing"), for_all=True, whole="households", about_people=True),
        ),
        read_coverage,
        listed("pairing"),
        position=20,
    )
)
register_panel(
    Panel(
        "staff",
        _("网格人员"),
        "person-badge",
        (
            Column(
                "headless", _("今天没有网格长"), of_place("overview_grids"), for_all=True, tone="late", steps=(1, 2, 4)
            ),
            Column(
                "short",
                _("两周内会缺人"),
                of_place("overview_grids", "?show=short"),
                for_all=True,
                tone="due",
                steps=(1, 2, 4),
            ),
        ),
        read_staff,
        of_place("overview_grids"),
        position=10,
    )
)
register_panel(
    Panel(
        "incidents",
        _("网格事件"),
        "cone-striped",
        (
            Column("incidents_late", _("超时的事件"), listed("incident_desk", "&show=late"), tone="late"),
            Column("incidents", _("在办的事件"), listed("incident_desk")),
        ),
        read_incidents,
        position=40,
    )
)


def incidents_in_hand(users: Sequence[int], path: str) -> Mapping[int, int]:
    """Open incidents of the place that somebody handles or, as long as nobody does, was given."""
    found: Any = Incident.objects.filter(path__startswith=path).in_hand_of(users)
    return dict(found.order_by().values_list("in_hand").annotate(Count("pk")))


def households_in_care(users: Sequence[int], path: str) -> Mapping[int, int]:
    """Households that somebody looks after as a Party member, wherever they are."""
    return dict(PairingLoad.objects.filter(member__user__in=users).values_list("member__user", "households"))


register_part(
    Part(
        "incidents",
        _("在办的事件"),
        incidents_in_hand,
        lambda place, user: f"{reverse('incident_desk')}?place={place.code}&who={user.pk}",
        position=20,
    )
)
register_part(Part("pairings", _("结对的住户"), households_in_care, is_work=False, position=90))
