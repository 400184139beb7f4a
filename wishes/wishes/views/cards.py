"""What a card of a list says of a wish: state in words, what, who and where, by when."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from grids.territory.reading import places_as_read
from portal.deadlines.words import Urgency, span_words
from portal.panels import Panel
from wishes.wishes.domain import OPEN_STATES, End, State
from wishes.wishes.models import Rating, Wish
from wishes.wishes.querysets import WishQuerySet
from wishes.wishes.views.calendars import reading_calendars, reading_urgency
from wishes.wishes.views.panels import related

# Under this name a wish that was read for a list has the points of its last rating.
POINTS = "points_of_last_rating"


@dataclass(frozen=True)
class Progress:
    """How much of a quantity has been taken on."""

    claimed: int
    total: int
    unit: str

    @property
    def missing(self) -> int:
        """What nobody has taken on yet."""
        return max(self.total - self.claimed, 0)

    @property
    def words(self) -> str:
        """The same in one line, for those who do not see the bar."""
        return _("{claimed} / {total} {unit}已认领").format(claimed=self.claimed, total=self.total, unit=self.unit)


@dataclass(frozen=True)
class Card:
    """A wish with what its card shows beside the columns of the row itself."""

    wish: Wish
    due: Urgency | None
    progress: Progress | None
    stars: int | None
    took: str
    panels: tuple[Panel, ...] = ()
    terms: Sequence[str] = ()  # what was looked for, to be marked

    @property
    def state_words(self) -> str:
        """The state as others read it: only its author is told 等您确认. Empty where the state's own words fit."""
        return state_words(self.wish)

    @cached_property
    def drawn_from(self) -> str:
        """All that the card shows: drawn once, it is the same for everybody. Empty where a panel does not say."""
        if not all(panel.drawn_from for panel in self.panels):
            return ""
        wish = self.wish
        shown = (wish.number, wish.state, wish.end, wish.title, wish.author_name, self.place)
        found = (*self.terms, wish.details, wish.place, wish.category and wish.category.name) if self.terms else ()
        more = (self.progress, self.stars, self.took, self.due, *(panel.drawn_from for panel in self.panels))
        return repr((wish.pk, shown, found, more))

    @property
    def place(self) -> str:
        """Where, as the public may know it: the grid, else the community."""
        return place_words(self.wish)


def state_words(wish: Wish) -> str:
    """Words for the state where its own are addressed to the author; empty for all other states."""
    return _("等居民确认") if wish.state == State.FULFILLED else ""


def place_words(wish: Wish) -> str:
    """洲岛家园 · 第 001 网格, or the community alone where the grid is not known."""
    names = [wish.community.name if wish.community else "", wish.territory.name if wish.territory else ""]
    return " · ".join(dict.fromkeys(name for name in names if name))


def for_cards(wishes: WishQuerySet) -> WishQuerySet:
    """With what the cards read, and without the boundaries of the places, which are long."""
    return wishes.for_cards().select_related(*related()).defer("territory__boundary", "community__boundary")


def cards_of(wishes: Iterable[Wish], *, now: datetime, terms: Sequence[str] = ()) -> list[Card]:
    """The cards of one page: at most two more queries, however many wishes there are."""
    wishes = _with_places(wishes)
    points = _points(wishes)
    calendars = reading_calendars(wish.community_id for wish in wishes)
    cards = []
    for wish in wishes:
        due = reading_urgency(wish.due_at, now, calendars[wish.community_id]) if wish.state in OPEN_STATES else None
        found = points.get(wish.pk)
        stars = round(found / 3) if found else None
        cards.append(Card(wish, due, progress_of(wish), stars, took_words(wish), terms=terms))
    return cards


def _points(wishes: Iterable[Wish]) -> dict[int, int | None]:
    """The three stars of each fulfilled wish's last rating, added up; asked for where they were not read along."""
    rated = [wish for wish in wishes if wish.end == End.FULFILLED]
    known = {wish.pk: wish.__dict__[POINTS] for wish in rated if POINTS in wish.__dict__}
    if missing := [wish.pk for wish in rated if wish.pk not in known]:
        for rating in Rating.objects.filter(wish_id__in=missing).order_by("round"):
            known[rating.wish_id] = rating.speed + rating.attitude + rating.result
    return known


def _with_places(wishes: Iterable[Wish]) -> list[Wish]:
    wishes = list(wishes)
    bare = [wish for wish in wishes if wish.territory_id and not Wish.territory.is_cached(wish)]
    places = places_as_read({key for wish in bare for key in (wish.territory_id, wish.community_id)})
    for wish in bare:
        wish.territory, wish.community = places.get(wish.territory_id or 0), places.get(wish.community_id or 0)
    return wishes


def progress_of(wish: Wish) -> Progress | None:
    """How much of a wish for goods is taken on; None for what has no amount."""
    if not wish.is_shared or not wish.quantity:
        return None
    return Progress(wish.claimed_quantity, wish.quantity, wish.unit)


def took_words(wish: Wish) -> str:
    """How long a fulfilled wish took, from submission to fulfilment; nothing for others."""
    if wish.state not in (State.FULFILLED, State.CLOSED) or not (wish.fulfilled_at and wish.submitted_at):
        return ""
    span = wish.fulfilled_at - wish.submitted_at
    if span.days:
        return ngettext("用时 %(count)d 天", "用时 %(count)d 天", span.days) % {"count": span.days}
    return _("用时 {span}").format(span=span_words(span))
