"""What the overview of a place says of wishes: those somebody still has to do something about."""

from collections.abc import Mapping, Sequence

from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from grids.overview.figures import Column, Panel, Statement, register_panel
from grids.overview.in_hand import Part, register_part
from grids.territory.models import Territory
from wishes.wishes.domain import OPEN_STATES
from wishes.wishes.models import Wish

# Open wishes stay few while closed ones grow: read from the index of work lists.
OPEN = Statement(
    """
    SELECT left(path, %(digits)s), jsonb_build_object('wishes', count(*),
        'wishes_late', count(*) FILTER (WHERE due_at <= %(now)s))
    FROM wishes_wish WHERE state = ANY (%(wish_states)s) AND path LIKE %(under)s GROUP BY 1
    """,
    lambda now: {"wish_states": sorted(map(str, OPEN_STATES))},
)
# The last turn of a wish before the moment says whether somebody still had something to do.
ENDS = tuple(
    f"wishes.wish.{name}"
    for name in (
        *("fulfilled", "confirmed", "auto_confirmed", "returned"),
        *("cannot_be_done", "not_ours", "duplicate", "declined", "withdrawn"),
    )
)
TURNS = ("wishes.wish.submitted", "wishes.wish.reopened", "wishes.appeal.upheld", *ENDS)
OPEN_THEN = Statement(
    """
    SELECT left(w.path, %(digits)s), count(*) FROM wishes_wish w JOIN LATERAL (
        SELECT e.type FROM portal_event e WHERE e.subject_type = 'wishes.wish' AND e.subject_id = w.id
            AND e.occurred_at < %(at)s AND e.type = ANY (%(turns)s)
        ORDER BY e.occurred_at DESC, e.id DESC LIMIT 1
    ) AS last ON last.type <> ALL (%(ends)s)
    WHERE w.submitted_at < %(at)s AND (w.closed_at IS NULL OR w.closed_at >= %(at)s) GROUP BY 1
    """,
    lambda now: {"turns": [*TURNS], "ends": [*ENDS]},
)


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
            Column(
                "wishes_late", _("超时的心愿"), lambda place: in_the_place(place, "&show=late"), tone="late", daily=True
            ),
            Column("wishes", _("在办的心愿"), in_the_place, daily=True, past=OPEN_THEN),
        ),
        OPEN,
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
