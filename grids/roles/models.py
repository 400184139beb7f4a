"""Residency and appointments: who is what, where, from when (docs/domain.md §1, §5)."""

from datetime import date

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from grids.roles.domain import HANDLER_ROLES, STAFF_ROLES, AbsenceKind, ResidencyStatus, Role
from grids.territory.models import Territory

__all__ = ["HANDLER_ROLES", "STAFF_ROLES", "Appointment", "DutyCover", "Residency", "ResidencyStatus", "Role"]


class Term(Func):
    """The days of an appointment as a range, the last day not among them; open when there is no end."""

    function = "daterange"
    output_field = DateRangeField()


def _term() -> Term:
    return Term(F("starts_on"), F("ends_on"), Value("[)"))


class AppointmentQuerySet(models.QuerySet["Appointment"]):
    """Appointments in force on a day."""

    def in_force(self, on: date | None = None) -> "AppointmentQuerySet":
        """Those that hold on the day, today in Shanghai unless told."""
        day = on or timezone.localdate()
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=day), starts_on__lte=day)


class Appointment(models.Model):
    """A role given to a person in a place for a time (任职). From `ends_on` on it no longer holds.

    A grid has one head at a time, and nobody is given the same role in the same place twice over: both are exclusion
    constraints of the database, so that no two people at two desks can break them.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="appointments", verbose_name=_("人员")
    )
    role = models.CharField(_("角色"), max_length=30, choices=Role.choices)
    territory = models.ForeignKey(
        Territory, on_delete=models.PROTECT, related_name="appointments", verbose_name=_("辖区")
    )
    starts_on = models.DateField(_("任职日期"), default=timezone.localdate)
    ends_on = models.DateField(_("卸任日期"), null=True, blank=True, help_text=_("当天起不再担任"))
    public_phone = models.CharField(_("公开的工作电话"), max_length=25, blank=True, help_text=_("会显示在网格公开页上"))
    appointed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("任命人"),
    )
    reason = models.CharField(_("任命说明"), max_length=200, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("免职人"),
    )

    objects = AppointmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("任职")
        verbose_name_plural = _("任职")
        constraints = [
            models.CheckConstraint(
                name="appointment_ends_after_start",
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                violation_error_message=_("卸任日期不能早于任职日期。"),
            ),
            models.CheckConstraint(
                name="appointment_is_no_residency",
                condition=~Q(role=Role.RESIDENT),
                violation_error_message=_("居民身份由本人申请、社区确认，不在这里任命。"),
            ),
            ExclusionConstraint(
                name="one_grid_head_at_a_time",
                expressions=[("territory", RangeOperators.EQUAL), (_term(), RangeOperators.OVERLAPS)],
                condition=Q(role=Role.GRID_HEAD),
                violation_error_message=_("这个网格在这段时间已经有网格长了。"),
            ),
            ExclusionConstraint(
                name="same_appointment_once",
                expressions=[
                    ("user", RangeOperators.EQUAL),
                    ("role", RangeOperators.EQUAL),
                    ("territory", RangeOperators.EQUAL),
                    (_term(), RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("这位同志在这段时间已经担任这个角色了。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()} · {self.territory}"


class DutyCoverQuerySet(models.QuerySet["DutyCover"]):
    """Absences on a day or a span of days."""

    def in_force(self, on: date | None = None) -> "DutyCoverQuerySet":
        """Those of the day, today in Shanghai unless told."""
        day = on or timezone.localdate()
        return self.filter(starts_on__lte=day, ends_on__gt=day)

    def between(self, first: date, last: date) -> "DutyCoverQuerySet":
        """Those that touch one of these days, both among them."""
        return self.filter(starts_on__lte=last, ends_on__gt=first)


class DutyCover(models.Model):
    """Somebody does not do their office for some days, and who stands in for them (代班); nobody yet where empty.

    Who stands in holds the covered role in its grid on these days and nothing else. From `ends_on` on it is over.
    """

    appointment = models.ForeignKey(
        Appointment, on_delete=models.CASCADE, related_name="covers", verbose_name=_("谁的哪项任职")
    )
    cover = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="covering",
        null=True,
        blank=True,
        verbose_name=_("代班的人"),
    )
    kind = models.CharField(_("原因"), max_length=10, choices=AbsenceKind.choices, default=AbsenceKind.LEAVE)
    starts_on = models.DateField(_("从哪天起"))
    ends_on = models.DateField(_("到哪天恢复"), help_text=_("当天起本人自己来"))
    arranged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("安排人")
    )

    objects = DutyCoverQuerySet.as_manager()

    class Meta:
        verbose_name = _("请假和代班")
        verbose_name_plural = _("请假和代班")
        ordering = ["starts_on", "pk"]
        constraints = [
            models.CheckConstraint(
                name="duty_cover_ends_after_start",
                condition=Q(ends_on__gte=F("starts_on")),
                violation_error_message=_("恢复的日子不能早于开始的日子。"),
            ),
            ExclusionConstraint(
                name="one_absence_at_a_time",
                expressions=[("appointment", RangeOperators.EQUAL), (_term(), RangeOperators.OVERLAPS)],
                violation_error_message=_("这几天已经安排过了。"),
            ),
        ]
        indexes = [models.Index(fields=["cover", "ends_on"], condition=Q(cover__isnull=False), name="duty_cover_of")]

    def __str__(self) -> str:
        return f"{self.starts_on} – {self.ends_on}"


class ResidencyQuerySet(models.QuerySet["Residency"]):
    """Requests and residencies, as far as somebody may see them."""

    def under(self, paths: list[str]) -> "ResidencyQuerySet":
        """Those in communities at or below one of the paths; none when there are no paths."""
        where = Q(pk__in=[])
        for path in paths:
            where |= Q(community__path__startswith=path)
        return self.filter(where)

    def with_places(self) -> "ResidencyQuerySet":
        """With person, community and building loaded."""
        return self.select_related("user", "community", "building")


class Residency(models.Model):
    """A person lives in a community (居民身份): asked for by the person, decided by its staff with a reason either way.

    The address is private: masked wherever shown, every look at it written down, cleared when the person is erased.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="residencies", verbose_name=_("居民")
    )
    community = models.ForeignKey(
        Territory, on_delete=models.PROTECT, related_name="residencies", verbose_name=_("社区")
    )
    building = models.ForeignKey(
        Territory, on_delete=models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("楼栋或网格")
    )
    address = models.CharField(_("住址"), max_length=120, blank=True)
    status = models.CharField(
        _("进度"), max_length=12, choices=ResidencyStatus.choices, default=ResidencyStatus.REQUESTED
    )
    requested_at = models.DateTimeField(_("申请时间"), default=timezone.now)
    reason = models.CharField(_("理由"), max_length=200, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("确认人"),
    )
    decided_at = models.DateTimeField(_("确认时间"), null=True, blank=True)
    ended_at = models.DateTimeField(_("结束时间"), null=True, blank=True)

    objects = ResidencyQuerySet.as_manager()

    class Meta:
        verbose_name = _("居民身份")
        verbose_name_plural = _("居民身份")
        constraints = [
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(status=ResidencyStatus.REQUESTED),
                name="one_residency_request_at_a_time",
            ),
            models.UniqueConstraint(
                fields=["user"], condition=Q(status=ResidencyStatus.APPROVED), name="one_residency_at_a_time"
            ),
            models.CheckConstraint(
                name="residency_decision_has_reason",
                condition=~Q(status__in=[ResidencyStatus.APPROVED, ResidencyStatus.REFUSED])
                | (~Q(reason="") & Q(decided_by__isnull=False, decided_at__isnull=False)),
            ),
        ]
        indexes = [
            models.Index(
                fields=["community", "requested_at"],
                condition=Q(status=ResidencyStatus.REQUESTED),
                name="residency_waiting",
            )
        ]

    def __str__(self) -> str:
        return f"{self.community} · {self.get_status_display()}"

    @property
    def state_words(self) -> str:
        """How far it has come, for the state tag."""
        return str(self.get_status_display())

    @property
    def state_tone(self) -> str:
        """The tone of the state tag."""
        return {ResidencyStatus.REQUESTED: "amber", ResidencyStatus.APPROVED: "green"}.get(
            ResidencyStatus(self.status), "grey"
        )

    @property
    def place(self) -> Territory:
        """The most exact place known: building or grid, else the community."""
        return self.building or self.community
