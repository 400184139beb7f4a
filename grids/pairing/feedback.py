"""What the community tells a member's unit every half-year (双报到反馈): counted from rows that exist, nothing else."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from grids.members.models import PartyMember
from grids.members.services import reveal
from grids.pairing.models import Pairing
from portal.accounts.models import User

# The member, the first day of the half-year, and the first day after it.
FigureOf = Callable[[PartyMember, date, date], str]


@dataclass(frozen=True, slots=True)
class Figure:
    """One more line of the feedback, told by a feature that stands on pairing."""

    key: str
    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Feedback:
    """A member's half-year in the community: `until` is the last day of it."""

    member: PartyMember
    since: date
    until: date
    households: int
    new_households: int
    members: int
    figures: tuple[Figure, ...] = ()


_figures: dict[str, tuple[str | Promise, FigureOf]] = {}


def register_figure(key: str, *, label: str | Promise, figure: FigureOf) -> None:
    """Declares a line of the feedback, counted from rows that exist. Raises ValueError when the key is taken."""
    if key in _figures:
        raise ValueError(f"The figure {key!r} is declared twice.")
    _figures[key] = (label, figure)


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
        figures=tuple(
            Figure(key, str(label), figure(member, since, after)) for key, (label, figure) in sorted(_figures.items())
        ),
    )
