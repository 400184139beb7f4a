"""What the things have in common that wait for somebody's word: reminded of until it is given."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from wishes.wishes.models.wish import Wish

__all__ = ["Pending"]


class Pending(models.Model):
    """Something about a wish that somebody has to answer; `remind_at` is empty once nobody is waited for."""

    wish = models.ForeignKey(Wish, on_delete=models.PROTECT, related_name="%(class)ss", verbose_name=_("心愿"))
    opened_at = models.DateTimeField(_("提出时间"))
    remind_at = models.DateTimeField(_("什么时候再提醒"), null=True, blank=True)
    reminders = models.PositiveSmallIntegerField(_("提醒过几次"), default=0, db_default=0)

    class Meta:
        abstract = True
