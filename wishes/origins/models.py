"""Which wish was made of what, and which was made into what."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from wishes.wishes.models import Wish

__all__ = ["Way", "WishOrigin"]


class Way(models.TextChoices):
    """Which of the two was there first."""

    FROM = "from", _("转为心愿")
    INTO = "into", _("立为事件")


class WishOrigin(models.Model):
    """A wish was made of something, or something was made of a wish (心愿来由). Both are one matter.

    The other is named by its kind and key: the wing below knows no wishes. `is_current` falls away when another is made
    after this one came to nothing. The database takes one current wish for each source, one source for each wish, and
    one current thing made of a wish; several wishes may have become one incident.
    """

    wish = models.ForeignKey(Wish, on_delete=models.CASCADE, related_name="origins", verbose_name=_("心愿"))
    way = models.CharField(_("怎么转的"), max_length=4, choices=Way, default=Way.FROM, db_default=Way.FROM)
    kind = models.CharField(_("来源种类"), max_length=20)
    source_key = models.BigIntegerField(_("来源编号"))
    is_current = models.BooleanField(_("现在的"), default=True)
    made_at = models.DateTimeField(_("转为心愿时间"), default=timezone.now)

    objects: ClassVar[models.Manager["WishOrigin"]] = models.Manager()

    class Meta:
        verbose_name = _("心愿来由")
        verbose_name_plural = _("心愿来由")
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "source_key"],
                condition=Q(is_current=True, way="from"),
                name="origin_one_wish_a_source",
            ),
            models.UniqueConstraint(fields=["wish"], condition=Q(way="from"), name="origin_one_source_a_wish"),
            models.UniqueConstraint(
                fields=["wish", "kind"], condition=Q(is_current=True, way="into"), name="origin_made_into_one"
            ),
        ]
        indexes = [models.Index(fields=["kind", "source_key"], name="origin_of_source")]

    def __str__(self) -> str:
        return f"{self.kind} {self.source_key}"
