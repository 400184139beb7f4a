"""Numbers kept beside incidents, so that no page counts them: what is open in a place, and what each day brought."""

from typing import ClassVar

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from grids.incidents.domain import OPEN_STATES, SETTLED_STATES, State
from grids.incidents.models.categories import IncidentCategory

__all__ = ["COUNTING", "COUNT_ANEW", "IncidentDay", "IncidentStanding"]


def _states(states: frozenset[State]) -> str:
    return ", ".join(f"'{state.value}'" for state in sorted(states))


def _add(row: str, sign: int) -> str:
    """Adds what one version of an incident stands for, or takes it away."""
    open_, settled = f"{row}.state IN ({_states(OPEN_STATES)})", f"{row}.state IN ({_states(SETTLED_STATES)})"
    to_verify, none = f"{row}.state = '{State.REPORTED.value}'", f"'{State.REJECTED.value}', '{State.MERGED.value}'"

    def one(condition: str) -> str:
        return f"({sign}) * coalesce(({condition})::integer, 0)"

    return f"""
    IF {open_} OR {to_verify} THEN
        INSERT INTO grids_incidentstanding AS s (territory_id, category_id, open, late, to_verify)
        VALUES ({row}.territory_id, {row}.category_id, {one(open_)}, {one(f"{open_} AND {row}.escalation > 0")},
            {one(to_verify)})
        ON CONFLICT (territory_id, category_id) DO UPDATE SET open = s.open + excluded.open,
            late = s.late + excluded.late, to_verify = s.to_verify + excluded.to_verify;
    END IF;
    IF {row}.state NOT IN ({none}) THEN
        INSERT INTO grids_incidentday AS d (territory_id, category_id, day, reported, in_time, late)
        VALUES ({row}.territory_id, {row}.category_id,
            ({row}.collected_at AT TIME ZONE 'Asia/Shanghai')::date, {sign}, 0, 0)
        ON CONFLICT (territory_id, category_id, day) DO UPDATE SET reported = d.reported + excluded.reported;
    END IF;
    IF {settled} THEN
        INSERT INTO grids_incidentday AS d (territory_id, category_id, day, reported, in_time, late)
        VALUES ({row}.territory_id, {row}.category_id,
            ({row}.verified_at AT TIME ZONE 'Asia/Shanghai')::date, 0,
            {one(f"{row}.was_on_time IS NOT FALSE")}, {one(f"{row}.was_on_time IS FALSE")})
        ON CONFLICT (territory_id, category_id, day) DO UPDATE
        SET in_time = d.in_time + excluded.in_time, late = d.late + excluded.late;
    END IF;
"""  # noqa: S608 - the program's own names


_CAME, _WENT = _add("NEW", 1), _add("OLD", -1)
_LAST = "RETURN NULL;"


def _counting(name: str, operation: pgtrigger.Operation, func: str, **more: object) -> pgtrigger.Trigger:
    """Counted when the transaction ends, so that two who report at once wait for each other no longer than that."""
    return pgtrigger.Trigger(
        name=name, when=pgtrigger.After, operation=operation, timing=pgtrigger.Deferred, func=func, **more
    )


COUNTING = [
    _counting("count_new", pgtrigger.Insert, _CAME + _LAST),
    _counting(
        "count_changed",
        pgtrigger.Update,
        _WENT + _CAME + _LAST,
        condition=pgtrigger.AnyChange(
            "state", "territory", "category", "escalation", "collected_at", "verified_at", "was_on_time"
        ),
    ),
    _counting("count_gone", pgtrigger.Delete, _WENT + _LAST),
]


class IncidentStanding(models.Model):
    """How many incidents of a category a grid (or community) has now (在办数). Moved by triggers on incidents.

    `open`: somebody still has to do something about the matter; `late`: those of them whose time ran out, as the sweep
    of clocks found; `to_verify`: done, and nobody else has looked.
    """

    territory = models.ForeignKey("grids.Territory", on_delete=models.CASCADE, related_name="+", verbose_name=_("地区"))
    category = models.ForeignKey(IncidentCategory, on_delete=models.CASCADE, related_name="+", verbose_name=_("类别"))
    open = models.IntegerField(_("在办"), default=0)
    late = models.IntegerField(_("在办超时"), default=0)
    to_verify = models.IntegerField(_("等核查"), default=0)

    objects: ClassVar[models.Manager["IncidentStanding"]] = models.Manager()

    class Meta:
        verbose_name = _("事件在办数")
        verbose_name_plural = _("事件在办数")
        constraints = [models.UniqueConstraint(fields=["territory", "category"], name="incident_standing_once")]

    def __str__(self) -> str:
        return f"{self.territory_id} {self.category_id}"


class IncidentDay(models.Model):
    """What one local day brought in a grid (or community) in a category (每天的事件数). Moved by triggers on incidents.

    `reported`: reported that day, without what was rejected or merged; `in_time` and `late`: verified that day, by
    whether they were handled within their time. One that is reopened is taken off the day again.
    """

    territory = models.ForeignKey("grids.Territory", on_delete=models.CASCADE, related_name="+", verbose_name=_("地区"))
    category = models.ForeignKey(IncidentCategory, on_delete=models.CASCADE, related_name="+", verbose_name=_("类别"))
    day = models.DateField(_("日期"))
    reported = models.IntegerField(_("上报"), default=0)
    in_time = models.IntegerField(_("按时办好"), default=0)
    late = models.IntegerField(_("超时办好"), default=0)

    objects: ClassVar[models.Manager["IncidentDay"]] = models.Manager()

    class Meta:
        verbose_name = _("每天的事件数")
        verbose_name_plural = _("每天的事件数")
        constraints = [models.UniqueConstraint(fields=["territory", "category", "day"], name="incident_day_once")]
        # A span of days of all places in a district, whatever the categories.
        indexes = [models.Index(fields=["territory", "day"], name="incident_day_of_place")]

    def __str__(self) -> str:
        return f"{self.territory_id} {self.category_id} {self.day}"


_NONE = f"'{State.REJECTED.value}', '{State.MERGED.value}'"
COUNT_ANEW = (
    "LOCK TABLE grids_incident IN SHARE MODE",
    "DELETE FROM grids_incidentstanding",
    "DELETE FROM grids_incidentday",
    f"""
    INSERT INTO grids_incidentstanding (territory_id, category_id, open, late, to_verify)
    SELECT territory_id, category_id, count(*) FILTER (WHERE state IN ({_states(OPEN_STATES)})),
        count(*) FILTER (WHERE state IN ({_states(OPEN_STATES)}) AND escalation > 0),
        count(*) FILTER (WHERE state = '{State.REPORTED.value}')
    FROM grids_incident WHERE state IN ({_states(OPEN_STATES | {State.REPORTED})}) GROUP BY 1, 2
    """,  # noqa: S608 - the program's own names
    f"""
    INSERT INTO grids_incidentday (territory_id, category_id, day, reported, in_time, late)
    SELECT territory_id, category_id, day, sum(reported), sum(in_time), sum(late) FROM (
        SELECT territory_id, category_id, (collected_at AT TIME ZONE 'Asia/Shanghai')::date AS day,
            1 AS reported, 0 AS in_time, 0 AS late
        FROM grids_incident WHERE state NOT IN ({_NONE})
        UNION ALL
        SELECT territory_id, category_id, (verified_at AT TIME ZONE 'Asia/Shanghai')::date, 0,
            (was_on_time IS NOT FALSE)::integer, (was_on_time IS FALSE)::integer
        FROM grids_incident WHERE state IN ({_states(SETTLED_STATES)})
    ) AS each GROUP BY 1, 2, 3
    """,  # noqa: S608 - the program's own names
)
