"""按层级认领: who may claim when (docs/domain.md §2, "Tiers").

Volunteers first, then social organisations, co-building units and the Party organisation, which must take what nobody
took. A tier that is open stays open. What is urgent waits for nobody: all tiers open at once. Pure calculation.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from grids.bodies.domain import BodyKind
from wishes.wishes.domain import Urgency


class Tier(TextChoices):
    """One after the other, in this order."""

    VOLUNTEERS = "volunteers", _("志愿者")
    SOCIAL_ORGANISATIONS = "social_organisations", _("社会组织")
    CO_BUILDING_UNITS = "co_building_units", _("共建单位")
    PARTY_ORGANISATION = "party_organisation", _("社区党组织")


TIER_OF_BODY: Mapping[BodyKind, Tier] = {
    BodyKind.TEAM: Tier.VOLUNTEERS,
    BodyKind.SOCIAL_ORGANISATION: Tier.SOCIAL_ORGANISATIONS,
    BodyKind.CO_BUILDING_UNIT: Tier.CO_BUILDING_UNITS,
    BodyKind.PARTY_ORGANISATION: Tier.PARTY_ORGANISATION,
}
URGENT = frozenset({Urgency.IMMEDIATE, Urgency.DAY})


@dataclass(frozen=True)
class TierHours:
    """How many hours after publication each later tier opens, in a place."""

    social_organisations: int = 24
    co_building_units: int = 48
    party_organisation: int = 72

    def after(self, tier: Tier) -> timedelta:
        """A tier never opens before the one in front of it, whatever the settings say."""
        hours = (0, self.social_organisations, self.co_building_units, self.party_organisation)
        return timedelta(hours=max(hours[: list(Tier).index(tier) + 1]))


@dataclass(frozen=True)
class Tiers:
    """The tiers of one published wish."""

    published_at: datetime
    hours: TierHours
    urgent: bool

    def opens_at(self, tier: Tier) -> datetime:
        """From when on this tier may claim."""
        return self.published_at if self.urgent else self.published_at + self.hours.after(tier)

    def assigned_at(self) -> datetime:
        """When the Party organisation is given what nobody took."""
        return self.published_at + self.hours.after(Tier.PARTY_ORGANISATION)

    def is_open(self, tier: Tier, now: datetime) -> bool:
        return now >= self.opens_at(tier)

    def open_now(self, now: datetime) -> list[Tier]:
        """Who may claim now."""
        return [tier for tier in Tier if self.is_open(tier, now)]

    def next_to_open(self, now: datetime) -> Tier | None:
        """Who may claim next; None when all may."""
        return next((tier for tier in Tier if not self.is_open(tier, now)), None)
