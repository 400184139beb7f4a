"""In whose name a person may claim a wish: their own, or that of a body they act for whose tier is open."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from grids.bodies.domain import BodyKind
from grids.bodies.models import Body
from grids.bodies.queries import bodies_for
from grids.roles.queries import Person
from portal.formats import list_words, when_words
from wishes.wishes.domain import ClaimState, State
from wishes.wishes.limits import tier_hours
from wishes.wishes.models import Wish
from wishes.wishes.tiers import TIER_OF_BODY, URGENT, Tier, Tiers


@dataclass(frozen=True)
class Names:
    """In whose name somebody may claim now, and why not in another."""

    own: bool
    bodies: tuple[Body, ...]
    why_not: str

    def __bool__(self) -> bool:
        return self.own or bool(self.bodies)


def tiers_of(wish: Wish) -> Tiers | None:
    """The tiers of a wish that has been published; None before."""
    if wish.published_at is None or wish.territory is None:
        return None
    return Tiers(wish.published_at, tier_hours(wish.territory), wish.urgency in URGENT)


def names_for(user: Person, wish: Wish, *, in_own_name: bool, now: datetime) -> Names:
    """In whose name this person may claim; `in_own_name` says whether their own role lets them."""
    bodies = claiming_bodies(user, wish)
    taken_by, taken_for = _live(wish)
    if in_own_name and user.pk in taken_by:
        in_own_name, why_not = False, _("您已经认领了一份。办好以后，还可以再认领。")
    else:
        why_not = ""
    if not bodies:
        return Names(in_own_name, (), why_not)
    tiers = tiers_of(wish)
    free = [body for body in bodies if body.pk not in taken_for]
    open_now = tuple(body for body in free if tiers is None or tiers.is_open(_tier(body), now))
    if not why_not and not free:
        why_not = _("{body}已经认领了一份。办好以后，还可以再认领。").format(body=bodies[0].name)
    elif not why_not and free and tiers is not None:
        first = min(free, key=lambda body: tiers.opens_at(_tier(body)))
        why_not = _not_yet(first, tiers)
    return Names(in_own_name, open_now, why_not)


def claiming_bodies(user: Person, wish: Wish) -> list[Body]:
    """The bodies in whose name this person may claim wishes there at all; a department claims none."""
    return [body for body in bodies_for(user, wish.path) if BodyKind(body.kind) in TIER_OF_BODY]


def why_body_may_not(user: Person, wish: Wish, body: Body, *, now: datetime) -> str:
    """The sentence that says why this person may not claim in the name of this body; empty where they may."""
    if body.pk not in {one.pk for one in claiming_bodies(user, wish)}:
        return _("您不是这个组织或单位的经办人，或者它不在这里服务。")
    if body.pk in _live(wish)[1]:
        return _("{body}已经认领了一份。办好以后，还可以再认领。").format(body=body.name)
    tiers = tiers_of(wish)
    if tiers is not None and not tiers.is_open(_tier(body), now):
        return _not_yet(body, tiers)
    return ""


def tier_words(wish: Wish, *, now: datetime, party: str) -> list[str]:
    """Who may claim now, who next and when, and who takes what nobody took (`party`, by name, where there is one)."""
    tiers = tiers_of(wish)
    if tiers is None or wish.state != State.PUBLISHED:
        return []
    words = [_("{who}现在可以认领。").format(who=list_words(str(tier.label) for tier in tiers.open_now(now)))]
    following = tiers.next_to_open(now)
    if following is not None:
        when = when_words(tiers.opens_at(following))
        words.append(_("{when}起，{who}也可以认领。").format(when=when, who=following.label))
    if party and now < tiers.assigned_at():
        when = when_words(tiers.assigned_at())
        partly, none = _("若{when}仍未认满，由{party}负责到底。"), _("若{when}仍没有人认领，由{party}负责到底。")
        words.append((partly if wish.claimed_quantity else none).format(when=when, party=party))
    return words


def _live(wish: Wish) -> tuple[set[int], set[int]]:
    """Who is at it: people in their own name, and bodies."""
    if not wish.is_shared or wish.claimed_at is None:
        return set(), set()
    rows = list(wish.claims.filter(state=ClaimState.LIVE).values_list("claimant_id", "body_id"))
    return {person for person, body in rows if body is None}, {body for _person, body in rows if body is not None}


def _tier(body: Body) -> Tier:
    return TIER_OF_BODY[BodyKind(body.kind)]


def _not_yet(body: Body, tiers: Tiers) -> str:
    tier = _tier(body)
    return _("志愿者先认领，{who}从{when}起可以认领。").format(who=tier.label, when=when_words(tiers.opens_at(tier)))
