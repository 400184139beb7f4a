"""Tables of what neighbours do around a wish."""

from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from wishes.neighbours.domain import InterestKind

__all__ = ["Interest", "Tally"]

_ADD_TO_TALLY = """
INSERT INTO wishes_tally AS t (wish_id, followers, me_too)
SELECT wish_id, count(*) FILTER (WHERE kind = 'follow'), count(*) FILTER (WHERE kind = 'me_too')
FROM new_rows GROUP BY wish_id ORDER BY wish_id
ON CONFLICT (wish_id) DO UPDATE
SET followers = t.followers + EXCLUDED.followers, me_too = t.me_too + EXCLUDED.me_too;
RETURN NULL;
"""
# Locked in one order first, so that two people who leave at once do not wait for each other.
_TAKE_FROM_TALLY = """
PERFORM 1 FROM wishes_tally WHERE wish_id IN (SELECT wish_id FROM old_rows) ORDER BY wish_id FOR UPDATE;
UPDATE wishes_tally AS t
SET followers = t.followers - gone.followers, me_too = t.me_too - gone.me_too
FROM (
    SELECT wish_id, count(*) FILTER (WHERE kind = 'follow') AS followers,
           count(*) FILTER (WHERE kind = 'me_too') AS me_too
    FROM old_rows GROUP BY wish_id
) AS gone
WHERE t.wish_id = gone.wish_id;
RETURN NULL;
"""


class Interest(models.Model):
    """Somebody follows a wish (关注), or needs the same (我也需要); once each, however often it is pressed.

    Rows are written and deleted, never changed, so that the counts beside them (`Tally`) can be kept by triggers.
    What somebody follows is theirs alone: it is recorded in no event, and others see numbers only.
    """

    wish = models.ForeignKey("wishes.Wish", on_delete=models.CASCADE, related_name="interests", verbose_name=_("心愿"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", verbose_name=_("邻居")
    )
    kind = models.CharField(_("方式"), max_length=10, choices=InterestKind.choices)
    since = models.DateTimeField(_("时间"), default=timezone.now)
    came_from = models.ForeignKey(
        "wishes.Wish",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("从哪个相同的心愿一起来的"),
    )

    class Meta:
        verbose_name = _("关注和需要")
        verbose_name_plural = _("关注和需要")
        constraints = [
            models.UniqueConstraint(fields=["wish", "kind", "user"], name="interest_once_per_person"),
            models.CheckConstraint(name="interest_kind_known", condition=Q(kind__in=InterestKind.values)),
        ]
        indexes = [models.Index(fields=["user", "kind", "-id"], name="interest_of_user")]
        triggers: ClassVar = [
            pgtrigger.Trigger(
                name="interest_added",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                referencing=pgtrigger.Referencing(new="new_rows"),
                func=_ADD_TO_TALLY,
            ),
            pgtrigger.Trigger(
                name="interest_taken",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Delete,
                referencing=pgtrigger.Referencing(old="old_rows"),
                func=_TAKE_FROM_TALLY,
            ),
            pgtrigger.Protect(
                name="interest_is_not_moved",
                operation=pgtrigger.UpdateOf("wish_id", "user_id", "kind"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.wish_id} {self.get_kind_display()}"


class Tally(models.Model):
    """How many follow a wish and how many need the same; kept by triggers on `Interest`, read instead of counting."""

    wish = models.OneToOneField(
        "wishes.Wish", on_delete=models.CASCADE, primary_key=True, related_name="tally", verbose_name=_("心愿")
    )
    followers = models.PositiveIntegerField(_("关注人数"), default=0)
    me_too = models.PositiveIntegerField(_("也需要的人数"), default=0)

    class Meta:
        verbose_name = _("关注人数")
        verbose_name_plural = _("关注人数")

    def __str__(self) -> str:
        return f"{self.followers} / {self.me_too}"
