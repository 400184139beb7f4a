"""What the overview of a place says of wishes: those somebody still has to do something about."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from grids.overview.domain import Counts
from grids.overview.figures import Column, Panel, register_panel
from grids.overview.in_hand import Part, register_part
from grids.territory.domain import STEP, Level
from grids.territory.models import Territory
from wishes.wishes.domain import OPEN_STATES
from wishes.wishes.models import Wish

# Open wishes stay few while closed ones grow: read from the index of work lists.
_OPEN = """
SELECT left(path, %(digits)s), count(*), count(*) FILTER (WHERE due_at <= %(now)s)
FROM wishes_wish WHERE state = ANY (%(states)s) AND path LIKE %(under)s GROUP BY 1
"""


def read_wishes(path: str, now: datetime) -> Mapping[str, Counts]:
    asked: dict[str, Any] = {
        "digits": STEP * Level.GRID,
        "now": now,
        "states": sorted(map(str, OPEN_STATES)),
        "under": f"{path}%",
    }
    with connection.cursor() as cursor:
        cursor.execute(_OPEN, asked)
        return {row[0]: {"wishes": row[1], "wishes_late": row[2]} for row in cursor.fetchall()}


def wishes_in_hand(users: Sequence[int], path: str) -> Mapping[int, int]:
    """Open wishes of the place that somebody answers for."""
    found = Wish.objects.open().filter(responsible__in=users, path__startswith=path)
    return dict(found.order_by().values_list("responsible").annotate(Count("pk")))


def in_the_place(place: Territory, query: str = "") -> str:
    """The work list of a place."""
    return f"{reverse('wish_desk')}?grid={place.code}{query}"


register_panel(
    Panel(
        "wishes",
        _("心愿"),
        "heart",
        (
            Column("wishes_late", _("超时的心愿"), lambda place: in_the_place(place, "&show=late"), tone="late"),
            Column("wishes", _("在办的心愿"), in_the_place),
        ),
        read_wishes,
        position=30,
    )
)
register_part(
    Part(
        "wishes",
        _("在办的心愿"),
        wishes_in_hand,
        lambda place, user: in_the_place(place, f"&who={user.pk}"),
        position=10,
    )
)
