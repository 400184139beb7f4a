"""What the features of the wing show on the overview."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from grids.duty.domain import days_from
from grids.duty.gaps import GAPS, gap_values
from grids.gatherings.queries import gatherings_by_community
from grids.incidents.domain import WORK_STATES
from grids.incidents.models import Incident
from grids.incidents.views.lists import DONE_DAYS
from grids.overview.domain import ASIDE, Counts
from grids.overview.figures import Column, Panel, Statement, register_panel
from grids.overview.in_hand import Part, register_part
from grids.pairing.coverage import NUMBER_VALUES, NUMBERS
from grids.pairing.models import PairingLoad
from grids.patrols.queries import NUMBERS as NUMBERS_OF_PATROLS
from grids.territory.domain import Level
from grids.territory.models import Territory
from grids.visits.domain import Standing
from grids.visits.models import CareDue
from grids.visits.queries import NUMBERS as NUMBERS_OF_VISITS


def listed(route: str, query: str = "") -> Callable[[Territory], str]:
    """The list of this route, narrowed to a place by `?place=`."""
    return lambda place: f"{reverse(route)}?place={place.code}{query}"


def of_place(route: str, query: str = "") -> Callable[[Territory], str]:
    """The page of this route whose address names the place."""
    return lambda place: f"{reverse(route, args=[place.code])}{query}"


COVERAGE = Statement(
    f"""
    SELECT path, jsonb_build_object('grids', grids, 'bare', bare, 'households', households, 'paired', paired,
        'unpaired', households - paired)
    FROM ({NUMBERS}) AS numbers (path, grids, bare, households, paired)
    """,  # noqa: S608 - a statement of ours
    lambda now: NUMBER_VALUES,
)
STAFF = Statement(
    f"""
    SELECT path, jsonb_build_object('headless', headless::integer, 'short', short::integer,
        'covered', covered::integer)
    FROM ({GAPS}) AS gaps (path, headless, short, covered)
    """,  # noqa: S608 - a statement of ours
    lambda now: gap_values(days_from(timezone.localdate(now))),
)
# Those somebody still works at stay few while the rest grows: read from their own index, and so what the list shows.
# What was done stands by day beside them.
INCIDENTS = Statement(
    """
    SELECT left(path, %(digits)s), jsonb_build_object('incidents', count(*),
        'incidents_late', count(*) FILTER (WHERE due_at <= %(now)s))
    FROM grids_incident WHERE state = ANY (%(incident_states)s) AND path LIKE %(under)s GROUP BY 1
    UNION ALL
    SELECT t.path, jsonb_build_object(
        'on_time', coalesce(sum(d.in_time) FILTER (WHERE d.day >= %(since)s), 0),
        'done', coalesce(sum(d.in_time + d.late) FILTER (WHERE d.day >= %(since)s), 0),
        'on_time.before', coalesce(sum(d.in_time) FILTER (WHERE d.day < %(since)s), 0),
        'done.before', coalesce(sum(d.in_time + d.late) FILTER (WHERE d.day < %(since)s), 0))
    FROM grids_territory t JOIN grids_incidentday d ON d.territory_id = t.id
    WHERE t.path LIKE %(under)s AND t.level <= %(level)s AND d.day >= %(before)s AND d.day <= %(today)s
    GROUP BY t.path
    """,
    lambda now: {
        "incident_states": sorted(map(str, WORK_STATES)),
        "level": int(Level.GRID),
        "today": timezone.localdate(now),
        "since": timezone.localdate(now) - timedelta(days=DONE_DAYS - 1),
        "before": timezone.localdate(now) - timedelta(days=2 * DONE_DAYS - 1),
    },
)
# The last turn of an incident before the moment says whether it stood on a work list then. That one was merged is
# said of both; it is the end of the one that was.
ENDS_OF_INCIDENTS = ("grids.incident.verified", "grids.incident.rejected", "grids.incident.merged")
TURNS_OF_INCIDENTS = ("grids.incident.collected", "grids.incident.failed", "grids.incident.reopened")
INCIDENTS_THEN = Statement(
    """
    SELECT left(i.path, %(digits)s), count(*) FROM grids_incident i JOIN LATERAL (
        SELECT e.type FROM portal_event e WHERE e.subject_type = 'grids.incident' AND e.subject_id = i.id
            AND e.occurred_at < %(at)s AND e.type = ANY (%(turns)s)
            AND (e.type <> 'grids.incident.merged' OR (e.payload ->> 'incident_id')::bigint = i.id)
        ORDER BY e.occurred_at DESC, e.id DESC LIMIT 1
    ) AS last ON last.type <> ALL (%(ends)s)
    WHERE i.collected_at < %(at)s AND (i.verified_at IS NULL OR i.verified_at >= %(at)s) GROUP BY 1
    """,
    lambda now: {"turns": [*TURNS_OF_INCIDENTS, *ENDS_OF_INCIDENTS], "ends": [*ENDS_OF_INCIDENTS]},
)


VISITS = Statement(
    f"""
    SELECT path, jsonb_build_object('visits_due', due, 'visits_overdue', overdue)
    FROM ({NUMBERS_OF_VISITS}) AS numbers (path, visits, met, in_care, due, overdue)
    """,  # noqa: S608 - a statement of ours
    lambda now: {"month": timezone.localdate(now).replace(day=1)},
)
PATROLS = Statement(
    f"""
    SELECT path, jsonb_build_object('patrols', due, 'patrols_done', done, 'patrols_missed', missed)
    FROM ({NUMBERS_OF_PATROLS}) AS numbers (path, due, done, partly, missed)
    """,  # noqa: S608 - a statement of ours
    lambda now: {
        "level": int(Level.GRID),
        "today": timezone.localdate(now),
        "month": timezone.localdate(now).replace(day=1),
    },
)


def count_gatherings(path: str, now: datetime) -> Mapping[str, Counts]:
    """By community: what an organisation owes follows from the rhythm of its place, which is no matter of SQL."""
    found = gatherings_by_community(Territory(path=path), day=timezone.localdate(now))
    return {
        at: {"held": one.done, "required": one.required, "gatherings_overdue": one.overdue} for at, one in found.items()
    }


def party_life(place: Territory, query: str = "") -> str:
    """Completion by organisation, which those of a grid do not look at."""
    return f"{reverse('gatherings_completion')}?place={place.code}{query}" if place.level < Level.GRID else ""


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
        COVERAGE,
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
                "headless",
                _("今天没有网格长"),
                of_place("overview_grids"),
                for_all=True,
                tone="late",
                steps=(1, 2, 4),
                marks={"none": _("在岗"), ASIDE: _("有人代"), "few": _("没有人")},
                aside="covered",
            ),
            Column(
                "covered",
                _("请假有人代"),
                of_place("overview_grids", "?show=covered"),
                for_all=True,
                on_map=False,
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
        STAFF,
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
            Column("incidents_late", _("超时的事件"), listed("incident_desk", "&show=late"), tone="late", daily=True),
            Column("incidents", _("在办的事件"), listed("incident_desk"), daily=True, past=INCIDENTS_THEN),
            Column("on_time", _("近 30 天按时率"), listed("incident_desk", "&show=done"), whole="done"),
        ),
        INCIDENTS,
        position=40,
    )
)
register_panel(
    Panel(
        "patrols",
        _("本月巡查"),
        "signpost-split",
        (
            Column(
                "patrols_missed", _("没有走的巡查"), listed("patrol_runs", "&state=missed"), for_all=True, tone="late"
            ),
            Column("patrols_done", _("走完的巡查"), listed("patrol_runs", "&state=done"), for_all=True, on_map=False),
            Column("patrols", _("该走的巡查"), listed("patrol_runs"), for_all=True, on_map=False),
        ),
        PATROLS,
        listed("patrols"),
        position=45,
    )
)
register_panel(
    Panel(
        "visits",
        _("走访"),
        "door-open",
        (
            Column(
                "visits_overdue",
                _("过了日子没走访"),
                listed("visits", "&show=late"),
                about_people=True,
                tone="late",
                daily=True,
            ),
            Column("visits_due", _("该去走访的"), listed("visits", "&show=due"), about_people=True, tone="due"),
        ),
        VISITS,
        position=50,
    )
)
register_panel(
    Panel(
        "gatherings",
        _("组织生活"),
        "calendar-check",
        (
            Column(
                "held", _("组织生活完成率"), party_life, for_all=True, whole="required", on_map=False, in_grids=False
            ),
            Column(
                "gatherings_overdue",
                _("欠着没开的会"),
                lambda place: party_life(place, "&show=owing"),
                for_all=True,
                tone="late",
                on_map=False,
                in_grids=False,
            ),
        ),
        count_gatherings,
        position=60,
    )
)


def incidents_in_hand(users: Sequence[int], path: str) -> Mapping[int, int]:
    """Open incidents of the place that somebody handles or, as long as nobody does, was given."""
    found: Any = Incident.objects.filter(path__startswith=path).in_hand_of(users)
    return dict(found.order_by().values_list("in_hand").annotate(Count("pk")))


def households_in_care(users: Sequence[int], path: str) -> Mapping[int, int]:
    """Households that somebody looks after as a Party member, wherever they are."""
    return dict(PairingLoad.objects.filter(member__user__in=users).values_list("member__user", "households"))


def visits_due(users: Sequence[int], path: str) -> Mapping[int, int]:
    """Households in special care that somebody looks after and that are to be visited now."""
    found: Any = CareDue.objects.filter(
        standing__in=[Standing.DUE, Standing.OVERDUE],
        household__pairings__ended_on__isnull=True,
        household__pairings__lead__user__in=users,
    )
    return dict(found.order_by().values_list("household__pairings__lead__user").annotate(Count("pk")))


register_part(Part("visits", _("该去走访的"), visits_due, position=30))
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
