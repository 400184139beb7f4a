"""Routes, their points, each day's patrol and what was ticked on it."""

from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from grids.patrols.domain import Outcome, Rhythm, RunState

__all__ = ["PatrolDay", "PatrolFinding", "PatrolPoint", "PatrolRoute", "PatrolRun", "PatrolTick"]


class PatrolRoute(models.Model):
    """A round that somebody of a grid or community walks again and again (巡查路线)."""

    name = models.CharField(_("名称"), max_length=40)
    place = models.ForeignKey("grids.Territory", on_delete=models.PROTECT, related_name="+", verbose_name=_("地区"))
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="patrol_routes", verbose_name=_("谁来走")
    )
    rhythm = models.CharField(_("多久一次"), max_length=10, choices=Rhythm, default=Rhythm.WEEKDAYS)
    # Also for "so many times a week", which days those are.
    weekdays = ArrayField(models.PositiveSmallIntegerField(), verbose_name=_("周几"), default=list, blank=True)
    every = models.PositiveSmallIntegerField(_("隔几天"), default=1)
    starts_on = models.DateField(_("从哪天起"))
    planned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("谁排的")
    )
    is_active = models.BooleanField(_("使用中"), default=True)

    objects: ClassVar[models.Manager["PatrolRoute"]] = models.Manager()

    class Meta:
        verbose_name = _("巡查路线")
        verbose_name_plural = _("巡查路线")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                name="patrol_rhythm_is_one",
                condition=Q(rhythm=Rhythm.EVERY, every__range=(1, 60))
                | (Q(rhythm__in=[Rhythm.WEEKDAYS, Rhythm.TIMES]) & ~Q(weekdays=[])),
            ),
        ]
        indexes = [models.Index(fields=["place", "id"], name="patrol_route_active", condition=Q(is_active=True))]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("patrol_route", args=[self.pk])


class PatrolPoint(models.Model):
    """One thing to look at on the way (巡查点位): of a building, which keeps it when the net changes, or a spot."""

    route = models.ForeignKey(PatrolRoute, on_delete=models.CASCADE, related_name="points", verbose_name=_("路线"))
    position = models.PositiveSmallIntegerField(_("顺序"))
    building = models.ForeignKey(
        "grids.Territory", on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("楼栋")
    )
    spot = models.CharField(_("位置"), max_length=60, blank=True)
    look_at = models.CharField(_("看什么"), max_length=80, blank=True)
    # Taken off the route, but ticked in former patrols.
    is_active = models.BooleanField(_("使用中"), default=True)

    class Meta:
        verbose_name = _("巡查点位")
        verbose_name_plural = _("巡查点位")
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(name="patrol_point_is_somewhere", condition=~Q(spot="") | Q(building__isnull=False))
        ]

    def __str__(self) -> str:
        return self.words

    @property
    def words(self) -> str:
        """Where it is."""
        return " ".join(part for part in (self.building.name if self.building else "", self.spot) if part)


def _add(row: str, sign: int) -> str:
    """Adds one version of a patrol to the numbers of its day, or takes it away."""
    states = ", ".join(f"({sign}) * ({row}.state = '{state}')::integer" for state in ("done", "partly", "missed"))
    return f"""
    INSERT INTO grids_patrolday AS d (territory_id, day, due, done, partly, missed)
    VALUES ({row}.place_id, {row}.day, {sign}, {states})
    ON CONFLICT (territory_id, day) DO UPDATE SET due = d.due + excluded.due, done = d.done + excluded.done,
        partly = d.partly + excluded.partly, missed = d.missed + excluded.missed;
"""  # noqa: S608 - the program's own names


def _counting(name: str, operation: pgtrigger.Operation, func: str) -> pgtrigger.Trigger:
    return pgtrigger.Trigger(
        name=name, when=pgtrigger.After, operation=operation, timing=pgtrigger.Deferred, func=func + "RETURN NULL;"
    )


class PatrolRun(models.Model):
    """One patrol of one day (巡查). A route has one a day; who walks it was settled when the day began.

    Nothing is kept of where the walker was: a point is ticked, and that is all.
    """

    route = models.ForeignKey(PatrolRoute, on_delete=models.PROTECT, related_name="runs", verbose_name=_("路线"))
    # Where the route belonged on that day.
    place = models.ForeignKey("grids.Territory", on_delete=models.PROTECT, related_name="+", verbose_name=_("地区"))
    day = models.DateField(_("日期"))
    # The one on the route, or whoever stands in for them; None where they are away and nobody does.
    walker = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="patrols",
        verbose_name=_("谁来走"),
    )
    state = models.CharField(_("结果"), max_length=8, choices=RunState, default=RunState.OPEN)
    finished_at = models.DateTimeField(_("走完时间"), null=True, blank=True)

    objects: ClassVar[models.Manager["PatrolRun"]] = models.Manager()

    class Meta:
        verbose_name = _("巡查")
        verbose_name_plural = _("巡查")
        constraints = [models.UniqueConstraint(fields=["route", "day"], name="patrol_once_a_day")]
        indexes = [
            models.Index(fields=["walker", "day"], name="patrol_of_walker"),
            models.Index(fields=["place", "-day", "-id"], name="patrol_of_place"),
            models.Index(fields=["day"], name="patrol_open", condition=Q(state="open")),
        ]
        triggers: ClassVar = [
            _counting("count_new", pgtrigger.Insert, _add("NEW", 1)),
            _counting("count_changed", pgtrigger.Update, _add("OLD", -1) + _add("NEW", 1)),
            _counting("count_gone", pgtrigger.Delete, _add("OLD", -1)),
        ]

    def __str__(self) -> str:
        return f"{self.route_id} {self.day}"

    @property
    def state_tone(self) -> str:
        """The tone of the state's tag."""
        return {"open": "blue", "done": "green", "partly": "amber", "missed": "red"}[self.state]


class PatrolTick(models.Model):
    """A point was seen, or passed over for a reason (打点). Each once a patrol, whoever is quicker."""

    run = models.ForeignKey(PatrolRun, on_delete=models.CASCADE, related_name="ticks", verbose_name=_("巡查"))
    point = models.ForeignKey(PatrolPoint, on_delete=models.PROTECT, related_name="+", verbose_name=_("点位"))
    outcome = models.CharField(_("结果"), max_length=8, choices=Outcome, default=Outcome.SEEN)
    reason = models.CharField(_("为什么没看成"), max_length=120, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("谁打的")
    )
    at = models.DateTimeField(_("时间"), default=timezone.now)

    class Meta:
        verbose_name = _("打点")
        verbose_name_plural = _("打点")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["run", "point"], name="patrol_point_ticked_once"),
            models.CheckConstraint(name="patrol_skip_has_reason", condition=Q(outcome="seen") | ~Q(reason="")),
        ]

    def __str__(self) -> str:
        return f"{self.run_id} {self.point_id}"


class PatrolFinding(models.Model):
    """An incident reported at a point of a patrol (巡查发现的事件). Its words stay when route or point do not."""

    incident = models.ForeignKey("grids.Incident", on_delete=models.CASCADE, related_name="+", verbose_name=_("事件"))
    run = models.ForeignKey(
        PatrolRun,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="findings",
        verbose_name=_("巡查"),
    )
    point = models.ForeignKey(
        PatrolPoint, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("点位")
    )
    # As they were called when it was found.
    route_name = models.CharField(_("路线"), max_length=40)
    point_words = models.CharField(_("在哪个点"), max_length=200)
    day = models.DateField(_("日期"))

    objects: ClassVar[models.Manager["PatrolFinding"]] = models.Manager()

    class Meta:
        verbose_name = _("巡查发现的事件")
        verbose_name_plural = _("巡查发现的事件")
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["incident", "run", "point"], name="patrol_finding_once")]

    def __str__(self) -> str:
        return f"{self.route_name} {self.day} {self.point_words}"


class PatrolDay(models.Model):
    """How many patrols a place had on a day and what became of them (每天的巡查数). Moved by triggers on patrols."""

    territory = models.ForeignKey("grids.Territory", on_delete=models.CASCADE, related_name="+", verbose_name=_("地区"))
    day = models.DateField(_("日期"))
    due = models.IntegerField(_("该走"), default=0)
    done = models.IntegerField(_("走完"), default=0)
    partly = models.IntegerField(_("走了一部分"), default=0)
    missed = models.IntegerField(_("没有走"), default=0)

    objects: ClassVar[models.Manager["PatrolDay"]] = models.Manager()

    class Meta:
        verbose_name = _("每天的巡查数")
        verbose_name_plural = _("每天的巡查数")
        constraints = [models.UniqueConstraint(fields=["territory", "day"], name="patrol_day_once")]

    def __str__(self) -> str:
        return f"{self.territory_id} {self.day}"
