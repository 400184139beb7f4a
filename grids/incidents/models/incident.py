"""The incident (网格事件) itself and its number."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from grids.incidents.domain import OPEN_STATES, PUBLIC_STATES, WORK_STATES, Grade, State
from grids.incidents.models.categories import IncidentCategory
from grids.incidents.models.counts import COUNTING
from grids.incidents.models.guards import GUARDS
from grids.incidents.querysets import IncidentQuerySet

__all__ = ["Incident", "IncidentNumber"]


class IncidentNumber(models.Model):
    """The last number given out on a local day; one row a day, moved by one statement so that no two are alike."""

    day = models.DateField(_("日期"), unique=True)
    last = models.PositiveIntegerField(_("最后编号"), default=0)

    class Meta:
        verbose_name = _("事件编号")
        verbose_name_plural = _("事件编号")

    def __str__(self) -> str:
        return f"{self.day} {self.last}"


class Incident(models.Model):
    """Something wrong in a public place (网格事件), from the first report until it is evaluated.

    Who reported it and in which words stands in `reports`; who handled it in `handlings`. The point is that of a
    public place as the reporter's phone told it, for staff and for finding reports of the same thing.
    """

    number = models.CharField(_("编号"), max_length=20, unique=True)
    category = models.ForeignKey(
        IncidentCategory, on_delete=models.PROTECT, related_name="incidents", verbose_name=_("类别")
    )
    territory = models.ForeignKey(
        "grids.Territory", on_delete=models.PROTECT, related_name="+", verbose_name=_("所在网格或社区")
    )
    community = models.ForeignKey("grids.Territory", on_delete=models.PROTECT, related_name="+", verbose_name=_("社区"))
    building = models.ForeignKey(
        "grids.Territory", on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("楼栋")
    )
    # A copy of territory.path: one prefix condition scopes a list to a subtree without a join.
    path = models.CharField(_("地区路径"), max_length=255, db_collation="C", editable=False)
    spot = models.CharField(_("具体位置"), max_length=80, blank=True, help_text=_("公开显示，不要写门牌号"))
    longitude = models.FloatField(_("经度"), null=True, blank=True)
    latitude = models.FloatField(_("纬度"), null=True, blank=True)

    responsible_territory = models.ForeignKey(
        "grids.Territory", on_delete=models.PROTECT, related_name="+", verbose_name=_("责任地区")
    )
    # The one it was dispatched to; where nobody is named, any of the staff of that place takes it.
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("派给谁"),
    )
    handler = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("处置人"),
    )
    state = models.CharField(_("状态"), max_length=20, choices=State.choices, default=State.COLLECTED)
    on_the_spot = models.BooleanField(_("当场办好"), default=False)
    end_reason = models.CharField(_("说明"), max_length=500, blank=True)
    reopen_count = models.PositiveSmallIntegerField(_("返工次数"), default=0)
    shows_photos = models.BooleanField(_("照片公开"), default=False)

    verified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("核查人"),
    )
    evaluated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("考评人"),
    )
    grade = models.CharField(_("考评"), max_length=8, choices=Grade.choices, blank=True)
    was_on_time = models.BooleanField(_("按时"), null=True, blank=True)

    escalation = models.PositiveSmallIntegerField(_("升级层级"), default=0, help_text=_("1网格 2社区 3街道"))
    due_at = models.DateTimeField(_("到期时间"), null=True, blank=True, help_text=_("暂停时为空"))
    paused_at = models.DateTimeField(_("暂停，自"), null=True, blank=True)
    collected_at = models.DateTimeField(_("采集时间"), default=timezone.now)
    filed_at = models.DateTimeField(_("立案时间"), null=True, blank=True)
    handled_at = models.DateTimeField(_("办好时间"), null=True, blank=True)
    verified_at = models.DateTimeField(_("核查时间"), null=True, blank=True)
    evaluated_at = models.DateTimeField(_("考评时间"), null=True, blank=True)

    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="merged", verbose_name=_("并到哪一件")
    )
    # Moved by every step; the database refuses a step that was taken from an older one.
    version = models.PositiveIntegerField(_("版本"), default=1)

    objects: ClassVar[IncidentQuerySet] = IncidentQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("网格事件")
        verbose_name_plural = _("网格事件")
        constraints = [
            models.CheckConstraint(
                name="incident_verifier_is_not_handler",
                condition=Q(verified_by=None) | Q(handler=None) | ~Q(verified_by=F("handler")),
            ),
            models.CheckConstraint(
                name="incident_somebody_is_at_it",
                condition=~Q(state__in=[State.HANDLING, State.CO_HANDLING, State.REPORTED]) | Q(handler__isnull=False),
            ),
            models.CheckConstraint(
                name="incident_settled_was_verified",
                condition=Q(
                    state__in=[State.VERIFIED, State.EVALUATED],
                    verified_by__isnull=False,
                    verified_at__isnull=False,
                    handled_at__isnull=False,
                )
                | (~Q(state__in=[State.VERIFIED, State.EVALUATED]) & Q(verified_by=None, verified_at=None)),
            ),
            models.CheckConstraint(
                name="incident_evaluated_has_grade",
                condition=(Q(state=State.EVALUATED, evaluated_by__isnull=False) & ~Q(grade=""))
                | (~Q(state=State.EVALUATED) & Q(evaluated_by=None, grade="")),
            ),
            models.CheckConstraint(
                name="incident_paused_while_open",
                condition=Q(paused_at=None) | Q(state__in=[State.FILED, State.DISPATCHED, State.HANDLING]),
            ),
            models.CheckConstraint(
                name="incident_merged_names_other",
                condition=(Q(state=State.MERGED, merged_into__isnull=False) & ~Q(merged_into=F("id")))
                | (~Q(state=State.MERGED) & Q(merged_into=None)),
            ),
            models.CheckConstraint(
                name="incident_point_is_whole",
                condition=Q(longitude__isnull=True, latitude__isnull=True)
                | Q(
                    longitude__isnull=False,
                    latitude__isnull=False,
                    longitude__range=(-180, 180),
                    latitude__range=(-90, 90),
                ),
            ),
        ]
        indexes = [
            # Work lists see what is not done yet, which stays few while the rest grows.
            models.Index(
                fields=["path", "due_at", "id"],
                name="incident_path_work",
                condition=Q(state__in=sorted(map(str, WORK_STATES))),
            ),
            models.Index(fields=["path", "-id"], name="incident_path_newest"),
            models.Index(
                fields=["community", "-id"],
                name="incident_public_list",
                condition=Q(state__in=sorted(map(str, PUBLIC_STATES))),
            ),
            # What a new report is compared with.
            models.Index(
                fields=["category", "latitude"],
                name="incident_open_points",
                condition=Q(state__in=sorted(map(str, OPEN_STATES)), latitude__isnull=False),
            ),
            models.Index(
                fields=["category", "territory"],
                name="incident_open_places",
                condition=Q(state__in=sorted(map(str, OPEN_STATES))),
            ),
        ]
        triggers: ClassVar = [*GUARDS, *COUNTING]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("incident_detail", args=[self.number])

    @property
    def title(self) -> str:
        """What and where, in few words; everybody may know it."""
        return " · ".join(part for part in (self.category.name, self.spot) if part)

    @property
    def point(self) -> tuple[float, float] | None:
        """Longitude and latitude, where the phone told them."""
        if self.longitude is None or self.latitude is None:
            return None
        return self.longitude, self.latitude

    @property
    def state_words(self) -> str:
        """The state for its tag."""
        return str(State(self.state).label)

    @property
    def state_tone(self) -> str:
        """The tone of the state's tag."""
        return _TONES[State(self.state)]


_TONES = {
    State.COLLECTED: "amber",
    State.FILED: "amber",
    State.DISPATCHED: "red",
    State.HANDLING: "blue",
    State.CO_HANDLING: "blue",
    State.REPORTED: "gold",
    State.VERIFIED: "green",
    State.EVALUATED: "green",
    State.REJECTED: "grey",
    State.MERGED: "grey",
}
