"""走到哪一步了: what has happened to a wish, where it stands now and until when, and what comes next."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.deadlines.domain import WorkCalendar
from portal.deadlines.models import Clock
from portal.deadlines.words import remaining_words
from portal.formats import when_words
from portal.outbox.models import Event
from portal.outbox.telling import Step
from wishes.wishes.domain import ClaimState, State
from wishes.wishes.models import Claim, Wish

REVEALED = "wishes.contact.revealed"
FULFILLED = "wishes.wish.fulfilled"
OVERDUE = "deadlines.clock.overdue"
# Told with the name of whoever helps and how much of the goods it is.
OF_CLAIMS = frozenset(
    f"wishes.wish.{name}" for name in ("claimed", "assigned", "given_up", "part_fulfilled", "fulfilled")
)
# Publication follows at once from verification or submission; the clock tells of itself.
UNTOLD = frozenset({REVEALED, "deadlines.clock.warned"})
# What is waited for in a state, where nothing more is to be said of it.
WAITS = {
    State.DRAFT: gettext_lazy("等补充后再提交"),
    State.SUBMITTED: gettext_lazy("等社区受理"),
    State.VERIFYING: gettext_lazy("等网格员核实"),
    State.PUBLISHED: gettext_lazy("等人认领"),
}
# What comes after that, in order.
_HELPED = (gettext_lazy("办好、拍照"), gettext_lazy("{name}确认并评价"))
_PUBLIC = (gettext_lazy("公开，等人认领"), *_HELPED)
FOLLOWING = {
    State.DRAFT: (gettext_lazy("网格员核实"), *_PUBLIC),
    State.SUBMITTED: _PUBLIC,
    State.VERIFYING: _PUBLIC,
    State.PUBLISHED: _HELPED,
    State.CLAIMED: _HELPED,
}


def steps_of(
    wish: Wish,
    events: Iterable[Event],
    clock: Clock | None,
    *,
    now: datetime,
    days: int,
    calendar: WorkCalendar | None = None,
    claims: Iterable[Claim] = (),
) -> list[Step]:
    """The whole way of the wish. `days` is how long its author has to confirm; `claims` are all of its claims."""
    by_key = {claim.pk: claim for claim in claims}
    done = [done_step(wish, event, by_key) for event in events if event.type not in UNTOLD]
    return [*done, *_now(wish, clock, now, days, calendar, by_key.values()), *_next(wish)]


def looks_of(events: Iterable[Event]) -> list[Event]:
    """Who looked at the contact, the newest first."""
    return [event for event in events if event.type == REVEALED][::-1]


def done_step(wish: Wish, event: Event, claims: Mapping[int, Claim]) -> Step:
    """What has happened, in words."""
    late = event.type == OVERDUE
    return Step("done", event.label, event.occurred_at, _who(wish, event, claims), event.text, late=late)


def _who(wish: Wish, event: Event, claims: Mapping[int, Claim]) -> str:
    """Who took the step, as others may know them. The author is named on the page already, as they chose to be."""
    actor = event.actor
    claim = claims.get(event.payload.get("claim_id") or 0) if event.type in OF_CLAIMS else None
    if claim is not None:
        if wish.is_shared and event.type == FULFILLED:
            return ""  # all of them together
        helped = "" if actor is None or actor.pk == claim.claimant_id else actor.public_name
        return " · ".join(part for part in (claim.public_name, claim.part, helped) if part)
    if actor is None or actor.pk == wish.author_id:
        return ""
    if event.on_behalf_of_id is not None:
        return _("{name}代办").format(name=actor.public_name)
    return actor.public_name


def _at_it(wish: Wish, claims: Iterable[Claim]) -> str:
    if wish.is_shared:
        return _("全部有人认领，大家正在办")
    live = next((claim for claim in claims if claim.state == ClaimState.LIVE), None)
    return _("{name}正在帮忙").format(name=live.public_name) if live is not None else _("有人在帮")


def _now(
    wish: Wish,
    clock: Clock | None,
    now: datetime,
    days: int,
    calendar: WorkCalendar | None,
    claims: Iterable[Claim],
) -> list[Step]:
    state = State(wish.state)
    if state == State.FULFILLED:
        label = _("等{name}确认并评价").format(name=wish.author_name)
        return [Step("now", label, note=_("{days}天没有回音就自动确认").format(days=days))]
    if state == State.CLAIMED:
        label = _at_it(wish, claims)
    elif state == State.PUBLISHED and wish.claimed_quantity:
        label = _("等待认满")
    elif state in WAITS:
        label = str(WAITS[state])
    else:
        return []
    return [Step("now", label, note=_limit(clock, now, calendar))]


def _limit(clock: Clock | None, now: datetime, calendar: WorkCalendar | None) -> str:
    if clock is None:
        return ""
    left = remaining_words(clock, now, calendar)
    if clock.due_at is None:
        return left
    return _("办结时限：{due}，{left}").format(due=when_words(clock.due_at), left=left)


def _next(wish: Wish) -> list[Step]:
    name = wish.author_name
    return [Step("next", str(label).format(name=name)) for label in FOLLOWING.get(State(wish.state), ())]
