"""What belongs to an incident: who reported it, who handled it, and photos of it."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from grids.incidents.domain import PhotoRole
from grids.incidents.models.guards import GUARDS_OF_HANDLING
from grids.incidents.models.incident import Incident

__all__ = ["Handling", "IncidentPhoto", "IncidentReport"]


class IncidentReport(models.Model):
    """Somebody's report of an incident (上报). Words are for staff; the reporter is masked even there."""

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="reports", verbose_name=_("事件"))
    reporter = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="incident_reports", verbose_name=_("上报人")
    )
    words = models.CharField(_("情况说明"), max_length=500, blank=True)
    reported_at = models.DateTimeField(_("上报时间"), default=timezone.now)

    class Meta:
        verbose_name = _("上报")
        verbose_name_plural = _("上报")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["incident", "reporter"], name="incident_reported_once_by_each"),
        ]
        indexes = [models.Index(fields=["reporter", "-id"], name="incident_report_mine")]

    def __str__(self) -> str:
        return f"{self.incident_id} · {self.reporter_id}"


class Handling(models.Model):
    """Somebody's part in what was done (处置): who has one never verifies or evaluates the incident."""

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="handlings", verbose_name=_("事件"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("处置人")
    )
    note = models.CharField(_("办得怎么样"), max_length=500, blank=True)
    round = models.PositiveSmallIntegerField(_("第几次办理"), default=0)
    done_at = models.DateTimeField(_("办好时间"), default=timezone.now)

    class Meta:
        verbose_name = _("处置记录")
        verbose_name_plural = _("处置记录")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["incident", "user", "round"], name="incident_handled_once_a_round"),
        ]
        triggers = GUARDS_OF_HANDLING

    def __str__(self) -> str:
        return f"{self.incident_id} · {self.user_id}"


class IncidentPhoto(models.Model):
    """A photo of the matter as it was found, or after it was handled (事件照片)."""

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="photos", verbose_name=_("事件"))
    photo = models.OneToOneField(
        "portal.Photo", on_delete=models.CASCADE, related_name="incident_photo", verbose_name=_("照片")
    )
    role = models.CharField(_("用途"), max_length=8, choices=PhotoRole.choices, default=PhotoRole.BEFORE)
    round = models.PositiveSmallIntegerField(_("第几次办理"), default=0)

    class Meta:
        verbose_name = _("事件照片")
        verbose_name_plural = _("事件照片")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.incident_id} {self.get_role_display()}"
