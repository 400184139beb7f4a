"""Which wish was made of what."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from wishes.wishes.models import Wish

__all__ = ["WishOrigin"]


class WishOrigin(models.Model):
    """A wish was made of a source (心愿来由). The source is named by its kind and key: the wing below knows no wishes.

    `is_current` falls away when another wish is made of the source after this one came to nothing; the database takes
    one current one for each source.
    """

    wish = models.OneToOneField(Wish, on_delete=models.CASCADE, related_name="origin", verbose_name=_("心愿"))
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
                fields=["kind", "source_key"], condition=Q(is_current=True), name="origin_one_wish_a_source"
            ),
        ]
        indexes = [models.Index(fields=["kind", "source_key"], name="origin_of_source")]

    def __str__(self) -> str:
        return f"{self.kind} {self.source_key}"
