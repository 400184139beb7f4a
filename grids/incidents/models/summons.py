"""Departments that a street has called to an incident (街道吹哨、部门报到)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from grids.bodies.models import Body
from grids.incidents.domain import LIVE_SUMMONS, SummonsState
from grids.incidents.models.incident import Incident

__all__ = ["Summons"]


class Summons(models.Model):
    """One department called to one incident (吹哨单): what it is asked, by when it reports, and its answer."""

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="summonses", verbose_name=_("事件"))
    body = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="summonses", verbose_name=_("职能部门"))
    asked = models.CharField(_("请部门做什么"), max_length=300)
    limit = models.CharField(_("报到时限"), max_length=8)
    state = models.CharField(_("状态"), max_length=12, choices=SummonsState.choices, default=SummonsState.WAITING)
    round = models.PositiveSmallIntegerField(_("第几次办理"), default=0)
    called_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("吹哨人")
    )
    called_at = models.DateTimeField(_("吹哨时间"), default=timezone.now)
    due_at = models.DateTimeField(_("报到到期"), null=True, blank=True)
    escalation = models.PositiveSmallIntegerField(_("升级层级"), default=0)
    reported_at = models.DateTimeField(_("报到时间"), null=True, blank=True)
    answer = models.CharField(_("答复"), max_length=500, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("答复人"),
    )
    answered_at = models.DateTimeField(_("答复时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("吹哨单")
        verbose_name_plural = _("吹哨单")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["incident", "body"],
                name="summons_once_at_a_time",
                condition=Q(state__in=sorted(map(str, LIVE_SUMMONS))),
            ),
            models.CheckConstraint(
                name="summons_answer_is_whole",
                condition=Q(state=SummonsState.ANSWERED, answered_by__isnull=False, answered_at__isnull=False)
                | (~Q(state=SummonsState.ANSWERED) & Q(answered_by=None, answered_at=None)),
            ),
        ]
        indexes = [models.Index(fields=["body", "due_at", "id"], name="summons_of_body")]

    def __str__(self) -> str:
        return f"{self.incident_id} · {self.body}"

    @property
    def state_words(self) -> str:
        """The state for its tag."""
        return str(SummonsState(self.state).label)

    @property
    def state_tone(self) -> str:
        """The tone of the state's tag."""
        return {"waiting": "red", "reported_in": "blue", "answered": "green"}.get(self.state, "grey")
