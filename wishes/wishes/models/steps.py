"""What is written down along the way of a wish: checks on the spot, longer limits, questions, ratings, reopenings."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from wishes.wishes.models.wish import Wish

__all__ = ["Extension", "Question", "Rating", "Reopening", "Verification"]


class Verification(models.Model):
    """What grid staff found on the spot before a special group's wish is published (核实). Its note is private."""

    wish = models.ForeignKey(Wish, on_delete=models.PROTECT, related_name="verifications", verbose_name=_("心愿"))
    verified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("核实人")
    )
    passed = models.BooleanField(_("属实"))
    note = models.TextField(_("核实情况"), max_length=2000, blank=True)
    reason = models.CharField(_("退回原因"), max_length=500, blank=True)
    verified_at = models.DateTimeField(_("核实时间"))

    class Meta:
        verbose_name = _("核实")
        verbose_name_plural = _("核实")
        ordering = ["id"]

    def __str__(self) -> str:
        return str(_("属实") if self.passed else _("退回补充"))


class Extension(models.Model):
    """A longer limit with the reason told to the resident (延期)."""

    wish = models.ForeignKey(Wish, on_delete=models.PROTECT, related_name="extensions", verbose_name=_("心愿"))
    extended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("经办人")
    )
    limit = models.CharField(_("延长"), max_length=8, help_text="24h, 3d")
    reason = models.CharField(_("原因"), max_length=500)
    due_before = models.DateTimeField(_("原定时间"), null=True)
    due_after = models.DateTimeField(_("延后时间"), null=True)
    extended_at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = _("延期")
        verbose_name_plural = _("延期")
        ordering = ["id"]

    def __str__(self) -> str:
        return self.limit


class Question(models.Model):
    """What a handler or claimant asks the resident; the clock rests until the answer (问一问)."""

    wish = models.ForeignKey(Wish, on_delete=models.PROTECT, related_name="questions", verbose_name=_("心愿"))
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("提问人")
    )
    text = models.CharField(_("问题"), max_length=500)
    asked_at = models.DateTimeField(_("提问时间"))
    answer = models.TextField(_("回答"), max_length=1000, blank=True)
    answered_at = models.DateTimeField(_("回答时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("询问")
        verbose_name_plural = _("询问")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["wish"], name="question_one_open", condition=Q(answered_at__isnull=True))
        ]

    def __str__(self) -> str:
        return self.text


class Rating(models.Model):
    """The resident's rating (评单). A reopened wish is rated again; `round` counts, the last one stands."""

    wish = models.ForeignKey(Wish, on_delete=models.PROTECT, related_name="ratings", verbose_name=_("心愿"))
    round = models.PositiveSmallIntegerField(_("第几次办理"), default=0)
    speed = models.PositiveSmallIntegerField(_("速度"))
    attitude = models.PositiveSmallIntegerField(_("态度"))
    result = models.PositiveSmallIntegerField(_("结果"))
    comment = models.TextField(_("想说的话"), max_length=500, blank=True)
    rated_at = models.DateTimeField(_("评价时间"))

    class Meta:
        verbose_name = _("评价")
        verbose_name_plural = _("评价")
        ordering = ["-round"]
        constraints = [
            models.UniqueConstraint(fields=["wish", "round"], name="rating_once_a_round"),
            models.CheckConstraint(
                name="rating_one_to_five",
                condition=Q(speed__range=(1, 5), attitude__range=(1, 5), result__range=(1, 5)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.speed}/{self.attitude}/{self.result}"


class Reopening(models.Model):
    """Why the resident said that it was not done yet (重新办理)."""

    wish = models.ForeignKey(Wish, on_delete=models.PROTECT, related_name="reopenings", verbose_name=_("心愿"))
    reason = models.CharField(_("哪里还没办好"), max_length=500, blank=True)
    reopened_at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = _("重新办理")
        verbose_name_plural = _("重新办理")
        ordering = ["id"]

    def __str__(self) -> str:
        return self.reason
