"""What an incident can be about (事件类别)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from grids.incidents.domain import ROLES_OF_LEVEL, Group, Sort, sort_of
from grids.territory.domain import Level

__all__ = ["IncidentCategory"]


class IncidentCategory(models.Model):
    """One kind of component or event (部件、事件), the same everywhere: how soon it is handled, and on which level."""

    code = models.SlugField(_("代码"), max_length=40, unique=True)
    name = models.CharField(_("名称"), max_length=40)
    group = models.CharField(_("大类"), max_length=20, choices=Group.choices)
    limit = models.CharField(
        _("处置时限"), max_length=8, default="3d", help_text=_("2h 是小时，4wh 是工作小时，3d 是工作日")
    )
    handled_at = models.PositiveSmallIntegerField(
        _("默认由哪一级处置"),
        choices=[(level.value, level.label) for level in ROLES_OF_LEVEL if level >= Level.STREET],
        default=Level.GRID,
    )
    near_metres = models.PositiveSmallIntegerField(
        _("多少米以内算是同一处"), null=True, blank=True, help_text=_("留空时用地区设置里的距离")
    )
    emergency_advice = models.CharField(
        _("紧急情况找谁"), max_length=200, blank=True, help_text=_("例如：燃气泄漏请先拨打119")
    )
    hint = models.CharField(_("一句话说明"), max_length=120, blank=True)
    position = models.PositiveSmallIntegerField(_("顺序"), default=0)
    is_active = models.BooleanField(_("使用中"), default=True)

    class Meta:
        verbose_name = _("事件类别")
        verbose_name_plural = _("事件类别")
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(
                name="incident_category_limit_is_one",
                condition=models.Q(limit__regex=r"^[1-9][0-9]{0,3}(h|d|wh)$"),
                violation_error_message=_("时限写成 2h（小时）、4wh（工作小时）或 3d（工作日）这样。"),
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def sort(self) -> Sort:
        """Component or event."""
        return sort_of(self.group)
