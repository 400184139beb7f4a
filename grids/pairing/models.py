"""Tables of households, of pairings, and of the numbers kept beside them."""

from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from grids.members.models import PartyMember
from grids.pairing.domain import HOUSEHOLDS_PER_MEMBER, MEMBERS_PER_BACKBONE, Care
from grids.pairing.limits import HOUSEHOLDS, MEMBERS
from grids.territory.models import Territory
from portal.counters import counters, counting

__all__ = ["BuildingCount", "Household", "Pairing", "PairingLoad"]

# Who looks after how many is counted in one row of the member: whoever adds to it waits for who did so before, and the
# limit that holds in the member's place is part of the statement. So two desks cannot give away one last place.
WITHIN_LIMIT = f"""
    SELECT (s.value #>> '{{}}')::integer INTO most
    FROM grids_partymember m
    JOIN grids_partyorganisation o ON o.id = m.organisation_id
    JOIN grids_territory here ON here.id = o.territory_id,
    grids_territorysetting s JOIN grids_territory t ON t.id = s.territory_id
    WHERE m.id = NEW.lead_id AND left(here.path, length(t.path)) = t.path
      AND s.key = CASE WHEN NEW.household_id IS NULL THEN '{MEMBERS}' ELSE '{HOUSEHOLDS}' END
    ORDER BY t.depth DESC LIMIT 1;
    most := coalesce(
        most, CASE WHEN NEW.household_id IS NULL THEN {MEMBERS_PER_BACKBONE} ELSE {HOUSEHOLDS_PER_MEMBER} END
    );
    INSERT INTO grids_pairingload (member_id, households, members) VALUES (NEW.lead_id, 0, 0)
    ON CONFLICT (member_id) DO NOTHING;
    UPDATE grids_pairingload
    SET households = households + (NEW.household_id IS NOT NULL)::integer,
        members = members + (NEW.household_id IS NULL)::integer
    WHERE member_id = NEW.lead_id
      AND CASE WHEN NEW.household_id IS NULL THEN members < most ELSE households < most END;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'pairing_beyond_limit' USING ERRCODE = 'check_violation';
    END IF;
    UPDATE grids_household SET is_paired = true WHERE id = NEW.household_id;
    RETURN NEW;
"""  # noqa: S608 - constants
SET_FREE = """
    UPDATE grids_pairingload
    SET households = households - (OLD.household_id IS NOT NULL)::integer,
        members = members - (OLD.household_id IS NULL)::integer
    WHERE member_id = OLD.lead_id;
    UPDATE grids_household SET is_paired = false WHERE id = OLD.household_id;
    RETURN NULL;
"""
# By building and not by grid: a building keeps its key when it moves to another grid, and its numbers move with it.
COUNT_HOUSEHOLDS = counting(
    "grids_buildingcount",
    by={"building_id": "{row}.building_id"},
    sums={"households": "1", "paired": "{row}.is_paired::integer"},
)


class Household(models.Model):
    """A flat of a building (住户): its door number, and no names.

    `care` is for the handlers of the place only, and every look at it is written down. `is_paired` is kept by triggers.
    """

    building = models.ForeignKey(Territory, on_delete=models.PROTECT, related_name="flats", verbose_name=_("楼栋"))
    door = models.CharField(_("门牌号"), max_length=20, db_collation="C", help_text=_("例如 2 单元 501"))
    care = models.CharField(_("特殊关照"), max_length=10, choices=Care.choices, blank=True, default=Care.NONE)
    is_paired = models.BooleanField(_("已结对"), default=False, editable=False)

    class Meta:
        verbose_name = _("住户")
        verbose_name_plural = _("住户")
        ordering = ["building__path", "door"]
        constraints = [
            models.UniqueConstraint(
                fields=["building", "door"],
                name="household_once_a_door",
                violation_error_message=_("这栋楼已经有这个门牌号了。"),
            ),
            models.CheckConstraint(name="household_care_known", condition=Q(care__in=Care.values)),
        ]
        indexes = [
            models.Index(fields=["building", "door"], name="household_unpaired", condition=Q(is_paired=False)),
        ]
        triggers: ClassVar = [
            *counters(COUNT_HOUSEHOLDS, came="flat_came", changed="flat_paired", went="flat_went", on=("is_paired",)),
            pgtrigger.Protect(name="flat_stays_in_its_building", operation=pgtrigger.UpdateOf("building_id")),
        ]

    def __str__(self) -> str:
        return f"{self.building_id} {self.door}"

    @property
    def label(self) -> str:
        """Building and door, as people say it."""
        return f"{self.building.name} {self.door}"


class BuildingCount(models.Model):
    """How many households a building has, and how many of them are looked after (楼栋户数和结对数).

    Kept by triggers on `Household` at the end of each transaction; a grid's numbers are the sum of its buildings'.
    """

    building = models.OneToOneField(
        Territory, on_delete=models.CASCADE, primary_key=True, related_name="+", verbose_name=_("楼栋")
    )
    households = models.IntegerField(_("户数"), default=0)
    paired = models.IntegerField(_("已结对"), default=0)

    class Meta:
        verbose_name = _("楼栋结对数")
        verbose_name_plural = _("楼栋结对数")

    def __str__(self) -> str:
        return f"{self.building_id}: {self.paired}/{self.households}"


class PairingLoad(models.Model):
    """How many households and members somebody looks after now (结对负担); kept by triggers on `Pairing`."""

    member = models.OneToOneField(
        PartyMember, on_delete=models.CASCADE, primary_key=True, related_name="load", verbose_name=_("党员")
    )
    households = models.IntegerField(_("结对户数"), default=0)
    members = models.IntegerField(_("带几名党员"), default=0)

    class Meta:
        verbose_name = _("结对负担")
        verbose_name_plural = _("结对负担")
        indexes = [models.Index(fields=["-households"], name="pairing_load_heaviest")]

    def __str__(self) -> str:
        return f"{self.member_id}: {self.households} + {self.members}"


class PairingQuerySet(models.QuerySet["Pairing"]):
    """Reads of pairings."""

    def living(self) -> "PairingQuerySet":
        """Those that have not ended."""
        return self.filter(ended_on__isnull=True)


class Pairing(models.Model):
    """A member looks after a household, or a backbone member after a member (结对, "1310").

    One that ended stays as it was. A household, and a member, has one living pairing at most; a lead none beyond the
    limit of the place: all of it held by the database.
    """

    lead = models.ForeignKey(PartyMember, on_delete=models.CASCADE, related_name="leads", verbose_name=_("结对党员"))
    household = models.ForeignKey(
        Household, on_delete=models.CASCADE, null=True, blank=True, related_name="pairings", verbose_name=_("住户")
    )
    partner = models.ForeignKey(
        PartyMember,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="led_by",
        verbose_name=_("被带的党员"),
    )
    since = models.DateField(_("结对日期"), default=timezone.localdate)
    ended_on = models.DateField(_("结束日期"), null=True, blank=True)
    paired_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("安排人")
    )

    objects: ClassVar[PairingQuerySet] = PairingQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("结对")
        verbose_name_plural = _("结对")
        constraints = [
            models.CheckConstraint(
                name="pairing_with_one",
                condition=Q(household__isnull=False, partner__isnull=True)
                | Q(household__isnull=True, partner__isnull=False),
            ),
            models.CheckConstraint(
                name="pairing_with_another", condition=Q(partner__isnull=True) | ~Q(partner=F("lead"))
            ),
            models.UniqueConstraint(
                fields=["household"], name="household_paired_once", condition=Q(ended_on__isnull=True)
            ),
            models.UniqueConstraint(fields=["partner"], name="member_led_once", condition=Q(ended_on__isnull=True)),
        ]
        indexes = [models.Index(fields=["lead"], name="pairing_of_lead", condition=Q(ended_on__isnull=True))]
        triggers: ClassVar = [
            pgtrigger.Trigger(
                name="within_limit",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                condition=pgtrigger.Q(new__ended_on__isnull=True),
                declare=[("most", "integer")],
                func=WITHIN_LIMIT,
            ),
            pgtrigger.Trigger(
                name="pairing_ended",
                when=pgtrigger.After,
                operation=pgtrigger.UpdateOf("ended_on"),
                condition=pgtrigger.Q(old__ended_on__isnull=True, new__ended_on__isnull=False),
                func=SET_FREE,
            ),
            pgtrigger.Trigger(
                name="pairing_gone",
                when=pgtrigger.After,
                operation=pgtrigger.Delete,
                condition=pgtrigger.Q(old__ended_on__isnull=True),
                func=SET_FREE,
            ),
            pgtrigger.Protect(
                name="pairing_is_not_moved", operation=pgtrigger.UpdateOf("lead_id", "household_id", "partner_id")
            ),
            pgtrigger.Protect(
                name="pairing_is_not_revived",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__ended_on__isnull=False, new__ended_on__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.lead_id} → {self.household_id or self.partner_id}"
