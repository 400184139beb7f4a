"""What makes wishes easy to find: the words that are searched, and how many wishes of a place wait for somebody."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from grids.territory.models import Territory
from wishes.wishes.models.wish import Wish


class Grams(models.Func):
    """The single characters and pairs of characters in two texts, as an array that a GIN index can hold."""

    function = "wishes_grams"
    output_field = ArrayField(models.TextField())


class SearchText(models.Model):
    """The words of a submitted wish in the writing that is searched (检索文字); see `wishes.wishes.words`.

    Apart from the wish, because a wish changes its state far more often than its words, and every change of a row is
    paid for by each of its indexes. Contact, address and name never come here. A trigger on the wish removes the row
    when its words change, so that what was taken back can no longer be found; the service that changed them writes
    the new one in the same transaction.
    """

    wish = models.OneToOneField(
        Wish, on_delete=models.CASCADE, primary_key=True, related_name="search_text", verbose_name=_("心愿")
    )
    words = models.TextField(_("公开的文字"), help_text=_("心愿、详情、大概位置、类别"))
    internal = models.TextField(_("内部的文字"), blank=True, default="", help_text=_("只有本地工作人员能检索"))

    class Meta:
        verbose_name = _("检索文字")
        verbose_name_plural = _("检索文字")
        indexes = [
            # Pending entries are read one by one by every search, so few are let pile up.
            GinIndex(Grams(F("words"), F("internal")), name="wish_search_grams", gin_pending_list_limit=256)
        ]

    def __str__(self) -> str:
        return self.words[:40]


class OpenCount(models.Model):
    """How many public wishes of a grid, or of a community without a known grid, wait for somebody (等人认领数).

    Kept by triggers on the wish at the end of each transaction; `manage.py recount_open_wishes` counts anew.
    """

    territory = models.OneToOneField(
        Territory, on_delete=models.CASCADE, primary_key=True, related_name="+", verbose_name=_("网格或社区")
    )
    open = models.IntegerField(_("等人认领"), default=0)

    class Meta:
        verbose_name = _("等人认领数")
        verbose_name_plural = _("等人认领数")

    def __str__(self) -> str:
        return f"{self.territory_id}: {self.open}"
