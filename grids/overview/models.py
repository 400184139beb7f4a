"""How much was open on each day (每天还开着的), to say later whether it has become more or less."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

__all__ = ["OpenDay"]


class OpenDay(models.Model):
    """What a community had open on a day, of one kind; written once a day and never again.

    `kind` is the key of a column of the overview. Most are counted on the day itself, early in the morning; where the
    portal stood still, `is_derived` tells that the count of the day's beginning was worked out from the log later.
    """

    territory = models.ForeignKey("grids.Territory", on_delete=models.CASCADE, related_name="+", verbose_name=_("社区"))
    day = models.DateField(_("日期"))
    kind = models.CharField(_("数什么"), max_length=40)
    count = models.PositiveIntegerField(_("多少"))
    counted_at = models.DateTimeField(_("什么时候的数"))
    is_derived = models.BooleanField(_("事后推算"), default=False)

    objects: ClassVar[models.Manager["OpenDay"]] = models.Manager()

    class Meta:
        verbose_name = _("每天还开着的")
        verbose_name_plural = _("每天还开着的")
        ordering = ["-day", "territory", "kind"]
        constraints = [models.UniqueConstraint(fields=["territory", "day", "kind"], name="open_day_once")]
        indexes = [models.Index(fields=["day", "kind"], name="open_day_by_day")]

    def __str__(self) -> str:
        return f"{self.territory_id} {self.day} {self.kind}"
