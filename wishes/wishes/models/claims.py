"""Promises to meet a wish (认领)."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from wishes.wishes.domain import ClaimState
from wishes.wishes.models.wish import Wish

__all__ = ["COUNTED", "Claim"]

# Claims whose part of the goods is taken.
COUNTED = (ClaimState.LIVE, ClaimState.DONE)
# Moves the claimed quantity of the wish by what a change of a claim adds or takes away. It adds to what stands there
# and never counts anew: of two changes at once the second waits for the row and adds to the result of the first.
MOVE_CLAIMED_QUANTITY = """
    IF TG_OP <> 'INSERT' AND NOT OLD.exclusive AND OLD.state IN ('live', 'done') THEN
        taken_before := COALESCE(OLD.quantity, 0);
    END IF;
    IF TG_OP <> 'DELETE' AND NOT NEW.exclusive AND NEW.state IN ('live', 'done') THEN
        taken_after := COALESCE(NEW.quantity, 0);
    END IF;
    IF TG_OP = 'UPDATE' AND OLD.wish_id IS DISTINCT FROM NEW.wish_id THEN
        RAISE EXCEPTION 'wuwei: a claim stays with its wish';
    END IF;
    IF taken_before <> taken_after THEN
        UPDATE wishes_wish SET claimed_quantity = claimed_quantity + taken_after - taken_before
            WHERE id = CASE WHEN TG_OP = 'DELETE' THEN OLD.wish_id ELSE NEW.wish_id END;
    END IF;
    RETURN NULL;
"""


class Claim(models.Model):
    """Somebody's promise to meet a wish or a part of it (认领).

    `quantity` is None for the whole wish. A service, visit or public matter has exactly one live claim, which the
    partial unique constraint on `exclusive` claims holds; goods are met by several people, each with a quantity, in
    claims that are not exclusive and that together never exceed the quantity of the wish.
    """

    wish = models.ForeignKey(Wish, on_delete=models.PROTECT, related_name="claims", verbose_name=_("心愿"))
    claimant = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="claims", verbose_name=_("认领人")
    )
    # In whose name; the claimant is who acts for it. Empty for a claim in the claimant's own name.
    body = models.ForeignKey(
        "grids.Body",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="claims",
        verbose_name=_("以谁的名义"),
    )
    assigned = models.BooleanField(
        _("没人认领，由党组织负责"), default=False, db_default=False, help_text=_("不能放弃")
    )
    quantity = models.PositiveIntegerField(_("数量"), null=True, blank=True)
    exclusive = models.BooleanField(_("独自认领"), default=True)
    state = models.CharField(_("状态"), max_length=20, choices=ClaimState.choices, default=ClaimState.LIVE)
    message = models.CharField(_("对许愿人说"), max_length=200, blank=True)
    claimed_at = models.DateTimeField(_("认领时间"))
    ended_at = models.DateTimeField(_("结束时间"), null=True, blank=True)
    end_reason = models.CharField(_("放弃原因"), max_length=500, blank=True)
    note = models.TextField(_("完成说明或感谢信"), max_length=2000, blank=True)

    class Meta:
        verbose_name = _("认领")
        verbose_name_plural = _("认领")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["wish"],
                name="claim_one_live_per_service",
                condition=Q(state=ClaimState.LIVE, exclusive=True),
            ),
            models.UniqueConstraint(
                fields=["wish", "claimant"],
                name="claim_one_live_in_own_name",
                condition=Q(state=ClaimState.LIVE, body__isnull=True),
            ),
            models.UniqueConstraint(
                fields=["wish", "body"],
                name="claim_one_live_per_body",
                condition=Q(state=ClaimState.LIVE, body__isnull=False),
            ),
            models.CheckConstraint(name="claim_assigned_to_body", condition=Q(assigned=False) | Q(body__isnull=False)),
            models.CheckConstraint(
                name="claim_given_up_has_reason", condition=~Q(state=ClaimState.GIVEN_UP) | ~Q(end_reason="")
            ),
            models.CheckConstraint(
                name="claim_quantity_positive", condition=Q(quantity__isnull=True) | Q(quantity__gt=0)
            ),
            models.CheckConstraint(
                name="claim_part_has_quantity", condition=Q(exclusive=True) | Q(quantity__isnull=False)
            ),
        ]
        indexes = [models.Index(fields=["claimant", "-id"], name="claim_claimant_list")]
        triggers = [
            pgtrigger.Trigger(
                name="move_claimed_quantity",
                when=pgtrigger.After,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                declare=[("taken_before", "bigint := 0"), ("taken_after", "bigint := 0")],
                func=MOVE_CLAIMED_QUANTITY,
            )
        ]

    def __str__(self) -> str:
        return f"{self.wish_id}: {self.get_state_display()}"

    @property
    def public_name(self) -> str:
        """Who helps, as others may know them."""
        return self.body.name if self.body is not None else self.claimant.public_name

    @property
    def part(self) -> str:
        """How much of the goods it is for, with the unit; empty for the whole of a service."""
        return "" if self.quantity is None else f"{self.quantity} {self.wish.unit}"
