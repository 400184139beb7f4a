"""Tables of the statistics: what each wish counts for, the sums that pages read, and the weekly digests."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from grids.territory.domain import Level
from wishes.statistics.domain import MEASURES

__all__ = ["HandlerCell", "StatCell", "WeeklyDigest", "WishFact"]


def loose(to: str, name: Any, *, null: bool = False) -> "models.ForeignKey[Any, Any]":
    """A reference that holds nobody back: a sum that has become nought does not keep a category from being deleted."""
    return models.ForeignKey(
        to,
        on_delete=models.DO_NOTHING,
        null=null,
        db_constraint=False,
        db_index=False,
        related_name="+",
        verbose_name=name,
    )


class Counts(models.Model):
    """What is counted (docs/statistics.md); of one wish each is 0 or 1, save the three sums of stars."""

    submitted = models.IntegerField(MEASURES["submitted"], default=0, db_default=0)
    answered_in_time = models.IntegerField(MEASURES["answered_in_time"], default=0, db_default=0)
    answered_late = models.IntegerField(MEASURES["answered_late"], default=0, db_default=0)
    unanswered = models.IntegerField(MEASURES["unanswered"], default=0, db_default=0)
    ended_fulfilled = models.IntegerField(MEASURES["ended_fulfilled"], default=0, db_default=0)
    ended_cannot_be_done = models.IntegerField(MEASURES["ended_cannot_be_done"], default=0, db_default=0)
    ended_not_ours = models.IntegerField(MEASURES["ended_not_ours"], default=0, db_default=0)
    ended_duplicate = models.IntegerField(MEASURES["ended_duplicate"], default=0, db_default=0)
    ended_withdrawn = models.IntegerField(MEASURES["ended_withdrawn"], default=0, db_default=0)
    ended_declined = models.IntegerField(MEASURES["ended_declined"], default=0, db_default=0)
    awaiting = models.IntegerField(MEASURES["awaiting"], default=0, db_default=0)
    in_time = models.IntegerField(MEASURES["in_time"], default=0, db_default=0)
    late = models.IntegerField(MEASURES["late"], default=0, db_default=0)
    reopened = models.IntegerField(MEASURES["reopened"], default=0, db_default=0)
    satisfied = models.IntegerField(MEASURES["satisfied"], default=0, db_default=0)
    unsatisfied = models.IntegerField(MEASURES["unsatisfied"], default=0, db_default=0)
    unrated = models.IntegerField(MEASURES["unrated"], default=0, db_default=0)
    low = models.IntegerField(MEASURES["low"], default=0, db_default=0)
    speed = models.IntegerField(MEASURES["speed"], default=0, db_default=0)
    attitude = models.IntegerField(MEASURES["attitude"], default=0, db_default=0)
    result = models.IntegerField(MEASURES["result"], default=0, db_default=0)

    class Meta:
        abstract = True


class WishFact(Counts):
    """What one wish counts for now (统计底账). Its row is held while it and the sums change, so that each event of the
    wish moves them once, in any order. A wish that counts for nothing keeps a row of noughts."""

    wish = models.OneToOneField(
        "wishes.Wish",
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="statistics_fact",
        verbose_name=_("心愿"),
    )
    path = models.CharField(_("地区路径"), max_length=18, blank=True, default="", db_collation="C")
    category = loose("wishes.Category", _("类别"), null=True)
    handler = loose(settings.AUTH_USER_MODEL, _("责任人"), null=True)
    month = models.DateField(_("提交的月份"), null=True)
    submitted_at = models.DateTimeField(_("提交时间"), null=True)
    closed_at = models.DateTimeField(_("办结时间"), null=True)

    objects: ClassVar[models.Manager["WishFact"]] = models.Manager()

    class Meta:
        verbose_name = _("心愿统计底账")
        verbose_name_plural = _("心愿统计底账")
        indexes = [
            models.Index(fields=["path", "month", "-wish"], name="fact_place_month"),
            models.Index(fields=["path", "closed_at"], name="fact_place_closed"),
        ]

    def __str__(self) -> str:
        return f"{self.wish_id}"


class StatCell(Counts):
    """Sums of one place (district, street, community or grid), category and month of submission (统计格)."""

    path = models.CharField(_("地区路径"), max_length=18, db_collation="C")
    level = models.PositiveSmallIntegerField(_("层级"), choices=Level.choices)
    category = loose("wishes.Category", _("类别"))
    month = models.DateField(_("提交的月份"))

    objects: ClassVar[models.Manager["StatCell"]] = models.Manager()

    class Meta:
        verbose_name = _("统计格")
        verbose_name_plural = _("统计格")
        constraints = [models.UniqueConstraint(fields=["path", "category", "month"], name="stat_cell_once")]
        # All places of one level below a place are one range.
        indexes = [models.Index(fields=["level", "path", "month"], name="stat_cell_level_place")]

    def __str__(self) -> str:
        return f"{self.path} {self.category_id} {self.month:%Y-%m}"


class HandlerCell(Counts):
    """Sums of the wishes one member of staff answers for, by place and month of submission. Only staff read them."""

    path = models.CharField(_("地区路径"), max_length=18, db_collation="C")
    level = models.PositiveSmallIntegerField(_("层级"), choices=Level.choices)
    handler = loose(settings.AUTH_USER_MODEL, _("责任人"))
    month = models.DateField(_("提交的月份"))

    objects: ClassVar[models.Manager["HandlerCell"]] = models.Manager()

    class Meta:
        verbose_name = _("责任人统计格")
        verbose_name_plural = _("责任人统计格")
        constraints = [models.UniqueConstraint(fields=["path", "handler", "month"], name="handler_cell_once")]

    def __str__(self) -> str:
        return f"{self.path} {self.handler_id} {self.month:%Y-%m}"


class WeeklyDigest(models.Model):
    """What a week was like in one community or street (一周摘要), as it stood when it was made.

    `numbers` holds counts, codes and ids only: no name and no words of anybody, so that an erasure need not reach it.
    """

    territory = models.ForeignKey("grids.Territory", on_delete=models.PROTECT, related_name="+", verbose_name=_("地区"))
    week = models.DateField(_("周一"))
    made_at = models.DateTimeField(_("生成时间"))
    numbers = models.JSONField(_("数字"), default=dict)

    objects: ClassVar[models.Manager["WeeklyDigest"]] = models.Manager()

    class Meta:
        verbose_name = _("一周摘要")
        verbose_name_plural = _("一周摘要")
        ordering = ["-week", "territory"]
        constraints = [models.UniqueConstraint(fields=["territory", "week"], name="weekly_digest_once")]

    def __str__(self) -> str:
        return f"{self.territory_id} {self.week}"
