"""Clocks, what made them stand still or run longer, and the local exceptions to the working-day calendar."""

from __future__ import annotations

from typing import ClassVar

from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from portal.deadlines.domain import ClockFacts, Extension, Limit, Standstill

__all__ = ["CalendarChange", "CalendarOverride", "CalendarYear", "Clock", "ClockExtension", "ClockPause"]


class ClockState(models.TextChoices):
    """Whether a clock runs (计时状态)."""

    RUNNING = "running", _("计时中")
    PAUSED = "paused", _("暂停中")
    STOPPED = "stopped", _("已停止")


class Clock(models.Model):
    """A time limit running on some object (计时). Its due time is stored so that lists can sort by it, and is always
    what `portal.deadlines.domain.deadline` computes from the facts."""

    subject_type = models.CharField(_("对象类型"), max_length=60)
    subject_id = models.BigIntegerField(_("对象编号"))
    kind = models.CharField(_("时限种类"), max_length=100)
    limit_code = models.CharField(_("时限"), max_length=8, help_text=_("如 2h（小时）、7d（工作日）"))
    territory_id = models.BigIntegerField(_("地域编号"), null=True, blank=True)
    started_at = models.DateTimeField(_("开始"))
    state = models.CharField(_("状态"), max_length=10, choices=ClockState, default=ClockState.RUNNING)
    due_at = models.DateTimeField(_("到期"), null=True, blank=True)
    warn_at = models.DateTimeField(_("提醒时间"), null=True, blank=True)
    warned_at = models.DateTimeField(_("已提醒"), null=True, blank=True)
    escalation = models.PositiveSmallIntegerField(_("已上报级别"), default=0)
    next_escalation_at = models.DateTimeField(_("下次上报"), null=True, blank=True)
    paused_reason = models.CharField(_("暂停原因"), max_length=500, blank=True)
    stopped_at = models.DateTimeField(_("停止"), null=True, blank=True)

    objects: ClassVar[models.Manager[Clock]] = models.Manager()

    class Meta:
        verbose_name = _("计时")
        verbose_name_plural = _("计时")
        constraints = [
            models.UniqueConstraint(
                fields=["subject_type", "subject_id", "kind"],
                condition=~Q(state="stopped"),
                name="clock_one_live_per_kind",
            ),
            models.CheckConstraint(
                condition=Q(state="paused", due_at__isnull=True) | (~Q(state="paused") & Q(due_at__isnull=False)),
                name="clock_due_unless_paused",
            ),
            models.CheckConstraint(
                condition=Q(state="stopped", stopped_at__isnull=False)
                | (~Q(state="stopped") & Q(stopped_at__isnull=True)),
                name="clock_stopped_has_time",
            ),
            models.CheckConstraint(condition=Q(escalation__lte=3), name="clock_escalation_known"),
        ]
        indexes = [
            models.Index(fields=["subject_type", "subject_id", "kind"], name="clock_subject"),
            models.Index(fields=["due_at"], condition=Q(state="running"), name="clock_running_due"),
            models.Index(
                fields=["warn_at"], condition=Q(state="running", warned_at__isnull=True), name="clock_running_warn"
            ),
            models.Index(
                fields=["next_escalation_at"],
                condition=Q(state="running", next_escalation_at__isnull=False),
                name="clock_running_escalate",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.limit_code} · {self.subject_type} {self.subject_id}"

    @property
    def limit(self) -> Limit:
        """The allowance it was started with."""
        return Limit.parse(self.limit_code)

    @property
    def is_live(self) -> bool:
        """Running or paused."""
        return self.state != ClockState.STOPPED

    @property
    def was_on_time(self) -> bool | None:
        """Whether it was stopped before it was due; None while it is live."""
        if self.stopped_at is None or self.due_at is None:
            return None
        return self.stopped_at <= self.due_at

    def subject(self) -> models.Model:
        """The object it runs on, by number only: nothing is read from the database."""
        model: type[models.Model] = apps.get_model(self.subject_type)
        return model(pk=self.subject_id)

    def facts(self) -> ClockFacts:
        """What the arithmetic needs: reads the pauses and extensions (prefetch both for many clocks)."""
        spans = list(self.pauses.all())
        return ClockFacts(
            limit=self.limit,
            started_at=self.started_at,
            standstills=tuple(Standstill(span.started_at, span.ended_at) for span in spans),
            restarts=tuple(span.ended_at for span in spans if span.is_stop and span.ended_at is not None),
            extensions=tuple(
                Extension(grant.granted_at, Limit.parse(grant.by_code)) for grant in self.extensions.all()
            ),
        )


class ClockPause(models.Model):
    """A span in which the clock stood still: waiting for the resident, or between an answer and its reopening."""

    clock = models.ForeignKey(Clock, on_delete=models.CASCADE, related_name="pauses", verbose_name=_("计时"))
    is_stop = models.BooleanField(_("是停止（办结后又重开）"), default=False)
    reason = models.CharField(_("原因"), max_length=500, blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("谁"),
    )
    started_at = models.DateTimeField(_("从"))
    ended_at = models.DateTimeField(_("到"), null=True, blank=True)

    class Meta:
        verbose_name = _("停表时段")
        verbose_name_plural = _("停表时段")
        ordering = ["started_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("started_at")), name="clock_pause_ends_after"
            ),
            models.UniqueConstraint(fields=["clock"], condition=Q(ended_at__isnull=True), name="clock_one_open_pause"),
        ]

    def __str__(self) -> str:
        return f"{self.clock_id}: {self.started_at} – {self.ended_at or ''}"


class ClockExtension(models.Model):
    """More time granted, with its reason (延期)."""

    clock = models.ForeignKey(Clock, on_delete=models.CASCADE, related_name="extensions", verbose_name=_("计时"))
    by_code = models.CharField(_("延长"), max_length=8)
    reason = models.CharField(_("原因"), max_length=500)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("谁"),
    )
    granted_at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = _("延期")
        verbose_name_plural = _("延期")
        ordering = ["granted_at", "id"]
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="clock_extension_has_reason")]

    def __str__(self) -> str:
        return f"{self.clock_id}: +{self.by_code}"


class CalendarYear(models.Model):
    """A year's holidays and make-up workdays as the State Council published them (年度放假安排).

    A year that only waits to be entered has a row as well, which says when administrators were last told of it.
    """

    year = models.PositiveSmallIntegerField(_("年份"), unique=True)
    source = models.CharField(_("文号或出处"), max_length=120, blank=True)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("谁录的"),
    )
    entered_at = models.DateTimeField(_("录于"), null=True, blank=True)
    reminded_at = models.DateTimeField(_("上次提醒"), null=True, blank=True)

    class Meta:
        verbose_name = _("年度放假安排")
        verbose_name_plural = _("年度放假安排")
        ordering = ["-year"]

    def __str__(self) -> str:
        return str(self.year)


class CalendarOverride(models.Model):
    """A day that is worked, or not, other than the national calendar says (日历例外): a flood, a local holiday."""

    date = models.DateField(_("日期"))
    is_workday = models.BooleanField(_("这天上班"))
    note = models.CharField(_("说明"), max_length=100)
    territory_id = models.BigIntegerField(_("地域编号"), null=True, blank=True, help_text=_("留空表示所有地方"))
    schedule = models.ForeignKey(
        CalendarYear,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="days",
        verbose_name=_("年度放假安排"),
    )

    class Meta:
        verbose_name = _("日历例外")
        verbose_name_plural = _("日历例外")
        ordering = ["-date", "territory_id"]
        constraints = [
            models.UniqueConstraint(
                fields=["date", "territory_id"], nulls_distinct=False, name="calendar_override_one_per_day"
            )
        ]

    def __str__(self) -> str:
        return f"{self.date} {self.note}"


class CalendarChange(models.Model):
    """A change of the calendar and how far the recalculation of running clocks has got (重算进度).

    It is written with the change itself, so a recalculation that is cut off goes on where it stopped.
    """

    date = models.DateField(_("日期"))
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("谁"),
    )
    changed_at = models.DateTimeField(_("改于"))
    done_up_to = models.BigIntegerField(_("已算到的计时编号"), default=0)
    moved = models.PositiveIntegerField(_("时限有变的件数"), default=0)
    finished_at = models.DateTimeField(_("算完"), null=True, blank=True)

    class Meta:
        verbose_name = _("日历变更")
        verbose_name_plural = _("日历变更")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["id"], condition=Q(finished_at__isnull=True), name="calendar_change_unfinished")
        ]

    def __str__(self) -> str:
        return str(self.date)
