"""Tables of Party organisations (党组织) and of their leaders' terms."""

from datetime import date
from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from grids.bodies.models import Body
from grids.cells.domain import OrganisationKind, Post, Rank
from grids.roles.models import Term
from grids.territory.models import PHONE, Territory

__all__ = ["LeadershipTerm", "PartyOrganisation"]

# Rank first, then how wide the place is: each organisation stands strictly below its parent, so the tree has no circle,
# whoever writes and whatever is written at the same moment (the parent is held while a child is written).
STANDS_BELOW = """
    IF NEW.parent_id IS NOT NULL THEN
        PERFORM 1 FROM grids_partyorganisation WHERE id = NEW.parent_id FOR UPDATE;
        IF NOT EXISTS (
            SELECT 1 FROM grids_partyorganisation p
            JOIN grids_territory wide ON wide.id = p.territory_id, grids_territory narrow
            WHERE p.id = NEW.parent_id AND narrow.id = NEW.territory_id
              AND (p.rank < NEW.rank OR (p.rank = 1 AND NEW.rank = 1 AND wide.depth < narrow.depth))
        ) THEN
            RAISE EXCEPTION 'organisation_stands_below_its_parent' USING ERRCODE = 'check_violation';
        END IF;
    END IF;
    IF TG_OP = 'UPDATE' AND EXISTS (
        SELECT 1 FROM grids_partyorganisation c
        JOIN grids_territory narrow ON narrow.id = c.territory_id, grids_territory wide
        WHERE c.parent_id = NEW.id AND wide.id = NEW.territory_id
          AND NOT (NEW.rank < c.rank OR (NEW.rank = 1 AND c.rank = 1 AND wide.depth < narrow.depth))
    ) THEN
        RAISE EXCEPTION 'organisation_stands_below_its_parent' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
"""


class PartyOrganisation(models.Model):
    """A Party organisation of a place, or of a unit or industry in it (属地 / 单位 / 行业党组织, "1+N").

    One that acts in wishes is a body as well (`body`): name and place stand in both and are kept alike by the services
    here and by a handler of what happens to bodies.
    """

    name = models.CharField(_("名称"), max_length=60)
    rank = models.PositiveSmallIntegerField(_("层级"), choices=Rank.choices)
    kind = models.CharField(_("类型"), max_length=10, choices=OrganisationKind.choices, default=OrganisationKind.PLACE)
    unit = models.CharField(_("所属单位或行业"), max_length=60, blank=True, help_text=_("单位、行业党组织要写"))
    territory = models.ForeignKey(
        Territory, on_delete=models.PROTECT, related_name="party_organisations", verbose_name=_("所在地")
    )
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("上级党组织")
    )
    body = models.OneToOneField(
        Body,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="party_organisation",
        verbose_name=_("认领心愿用的名义"),
    )
    phone = models.CharField(_("公开的联系电话"), max_length=25, blank=True, validators=[PHONE])
    is_active = models.BooleanField(_("现有"), default=True, help_text=_("撤销的党组织不再显示"))
    founded_on = models.DateField(
        _("成立日期"),
        null=True,
        blank=True,
        default=timezone.localdate,
        help_text=_("从这天以后的整月、整季度才要求组织生活；空着就是一直都有"),
    )
    dissolved_on = models.DateField(_("撤销日期"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("党组织")
        verbose_name_plural = _("党组织")
        ordering = ["territory__path", "rank", "name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["territory", "name"],
                name="party_organisation_name_once_a_place",
                violation_error_message=_("这里已经有同名的党组织了。"),
            ),
            models.CheckConstraint(
                name="party_organisation_known",
                condition=Q(rank__in=Rank.values, kind__in=OrganisationKind.values),
            ),
            models.CheckConstraint(
                name="party_organisation_unit_is_named",
                condition=Q(kind=OrganisationKind.PLACE, unit="") | (~Q(kind=OrganisationKind.PLACE) & ~Q(unit="")),
                violation_error_message=_("单位、行业党组织要写是哪个单位或行业；属地党组织不用写。"),
            ),
        ]
        triggers: ClassVar = [
            pgtrigger.Trigger(
                name="stands_below_parent",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("parent_id", "rank", "territory_id"),
                func=STANDS_BELOW,
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def acts(self) -> bool:
        """Whether wishes can be taken on in its name."""
        return self.body is not None and self.body.is_active


class LeadershipTermQuerySet(models.QuerySet["LeadershipTerm"]):
    """Reads of terms."""

    def in_force(self, on: date | None = None) -> "LeadershipTermQuerySet":
        """Those that hold on the day, today in Shanghai unless told."""
        day = on or timezone.localdate()
        return self.filter(starts_on__lte=day, ends_on__gt=day)


class LeadershipTerm(models.Model):
    """A post in a Party organisation held by a person for a time (任期). From `ends_on` on it no longer holds.

    An organisation has one secretary at any time: an exclusion constraint, so that no two desks can break it.
    """

    organisation = models.ForeignKey(
        PartyOrganisation, on_delete=models.PROTECT, related_name="terms", verbose_name=_("党组织")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="party_terms", verbose_name=_("任职人")
    )
    post = models.CharField(_("职务"), max_length=14, choices=Post.choices)
    starts_on = models.DateField(_("任职日期"), default=timezone.localdate)
    ends_on = models.DateField(_("届满日期"), help_text=_("当天起不再担任"))
    reminded = models.PositiveSmallIntegerField(_("届满前提醒过几次"), default=0, editable=False)

    objects: ClassVar[LeadershipTermQuerySet] = LeadershipTermQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("党组织任期")
        verbose_name_plural = _("党组织任期")
        ordering = ["organisation", "-ends_on", "id"]
        constraints = [
            models.CheckConstraint(
                name="party_term_ends_after_start",
                condition=Q(ends_on__gte=F("starts_on")),
                violation_error_message=_("届满日期不能早于任职日期。"),
            ),
            models.CheckConstraint(name="party_term_post_known", condition=Q(post__in=Post.values)),
            ExclusionConstraint(
                name="one_secretary_at_a_time",
                expressions=[
                    ("organisation", RangeOperators.EQUAL),
                    (Term(F("starts_on"), F("ends_on"), models.Value("[)")), RangeOperators.OVERLAPS),
                ],
                condition=Q(post=Post.SECRETARY),
                violation_error_message=_("这个党组织在这段时间已经有书记了。"),
            ),
            ExclusionConstraint(
                name="same_party_term_once",
                expressions=[
                    ("organisation", RangeOperators.EQUAL),
                    ("user", RangeOperators.EQUAL),
                    ("post", RangeOperators.EQUAL),
                    (Term(F("starts_on"), F("ends_on"), models.Value("[)")), RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("这位同志在这段时间已经担任这个职务了。"),
            ),
        ]
        indexes = [models.Index(fields=["ends_on"], condition=Q(reminded__lt=2), name="party_term_to_remind")]

    def __str__(self) -> str:
        return f"{self.get_post_display()} · {self.organisation}"
