"""What the community tells a member's unit every half-year (双报到反馈): counted from rows that exist, nothing else."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q
from django.utils.translation import gettext as _

from grids.members.models import PartyMember
from grids.members.services import reveal
from grids.pairing.models import Pairing
from portal.accounts.models import User


@dataclass(frozen=True, slots=True)
class Feedback:
    """A member's half-year in the community: `until` is the last day of it."""

    member: PartyMember
    since: date
    until: date
    households: int
    new_households: int
    members: int


def give_feedback(*, actor: User, member: PartyMember, half: tuple[date, date]) -> Feedback:
    """The figures of that half-year. It names the member to the unit, so it is a look and written down as one.

    Raises `NotAllowed`.
    """
    reveal(actor=actor, member=member, reason=_("给单位的半年反馈"))
    since, after = half
    then = Pairing.objects.filter(lead=member, since__lt=after).filter(Q(ended_on__isnull=True) | Q(ended_on__gt=since))
    homes = then.filter(household__isnull=False)
    return Feedback(
        member=member,
        since=since,
        until=after - timedelta(days=1),
        households=homes.values("household").distinct().count(),
        new_households=homes.filter(since__gte=since).values("household").distinct().count(),
        members=then.filter(partner__isnull=False).values("partner").distinct().count(),
    )
