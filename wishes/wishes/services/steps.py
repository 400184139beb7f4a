"""What every use case does: lock the wish, ask the policy, move the state, keep the clock's due time beside it."""

from datetime import datetime
from typing import Any

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.accounts.models import User
from portal.cleaning import clean_text
from portal.deadlines.domain import Limit
from portal.deadlines.models import Clock
from portal.deadlines.registry import register_clock_kind
from portal.deadlines.services import (
    clock_of,
    extend_clock,
    pause_clock,
    restart_clock,
    resume_clock,
    start_clock,
    stop_clock,
)
from portal.errors import Conflict, Invalid
from wishes.wishes.domain import ClaimState, End, HandoverState, State, step_for
from wishes.wishes.limits import limit_of
from wishes.wishes.models import COUNTED, Wish
from wishes.wishes.portions import Portions
from wishes.wishes.services.finding import SEARCHED, keep_findable
from wishes.wishes.services.locking import read_locked, read_locked_in_place

CLOCK_KIND = "wishes.wish"
_AS_READ = "_as_read"
_FIELDS = {field.attname: field for field in Wish._meta.concrete_fields}
register_clock_kind(CLOCK_KIND, label=gettext_lazy("心愿办理时限"), answered_by=("fulfilled", "closed"))


def locked(wish: Wish) -> Wish:
    """The wish as it is now, its row held until the transaction ends; everything else waits for it.

    Raises `Conflict` when it is gone.
    """
    return _as_read(read_locked(wish.pk))


def locked_in_place(wish: Wish) -> Wish:
    """As `locked`, and its grid can be neither dissolved nor renumbered until the transaction ends.

    Raises `Conflict` when the wish is gone.
    """
    return _as_read(read_locked_in_place(wish.pk))


def _as_read(found: Wish | None) -> Wish:
    if found is None:
        raise Conflict(_("这份草稿已经删掉了。"), code="gone")
    found.__dict__[_AS_READ] = _values(found)
    return found


def _values(wish: Wish) -> dict[str, Any]:
    return {name: wish.__dict__[name] for name in _FIELDS}


def moment(at: datetime | None) -> datetime:
    """The time of the step: now, unless it is told for another time."""
    return at or timezone.now()


def required(text: str, *, field: str, message: str, longest: int = 500) -> str:
    """Words that have to be there. Raises `Invalid` with the field when they are missing or too long."""
    cleaned = optional(text, field=field, longest=longest)
    if not cleaned:
        raise Invalid(message, code="required", field=field)
    return cleaned


def optional(text: str, *, field: str, longest: int = 500) -> str:
    """Words that may be missing. Raises `Invalid` with the field when they are too long."""
    cleaned = clean_text(text, lines=True)
    if len(cleaned) > longest:
        raise Invalid(_("最多写{longest}个字。").format(longest=longest), code="too_long", field=field)
    return cleaned


def save(wish: Wish) -> Wish:
    """Writes what has changed since the row was locked, and its searched words; moves its version, so that forms filled
    from an older one are noticed.
    """
    wish.version += 1
    before: dict[str, Any] | None = wish.__dict__.get(_AS_READ)
    after = _values(wish)
    changed = set(after) if before is None else {name for name in after if after[name] != before[name]}
    _write(wish.pk, {name: after[name] for name in sorted(changed)})
    if changed & SEARCHED:
        keep_findable(wish)
    wish.__dict__[_AS_READ] = after
    return wish


def _write(key: int, values: dict[str, Any]) -> None:
    """These columns of the wish, in a statement of our own: each step writes others, and has few of them."""
    written = [_FIELDS[name].get_db_prep_save(value, connection) for name, value in values.items()]
    columns = ", ".join(f'"{_FIELDS[name].column}" = %s' for name in values)
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE wishes_wish SET {columns} WHERE id = %s", [*written, key])  # noqa: S608 - names of columns


def move(wish: Wish, action: str, to: State) -> None:
    """Sets the new state. Raises `AssertionError` for a step that the table does not know: a fault of the caller."""
    step = step_for(wish.state, action, shared=wish.is_shared)
    if step is None or to not in step.to:
        raise AssertionError(f"{wish.state} --{action}--> {to} is not in the transition table")
    wish.state = to


def close(wish: Wish, *, action: str, end: End, reason: str, at: datetime) -> None:
    """Common to all ends: state, end and reason, clock stopped, question and live claim over. The caller saves."""
    move(wish, action, State.CLOSED)
    wish.end, wish.end_reason, wish.closed_at = end, reason, at
    wish.household = ""
    wish.waiting_since = None
    wish.questions.filter(answered_at=None).update(answered_at=at)
    wish.claims.filter(state=ClaimState.LIVE).update(state=ClaimState.ENDED, ended_at=at)
    lapse_handovers(wish, at)
    portions_of(wish)
    stop(wish, at=at)


def portions_of(wish: Wish) -> Portions:
    """How much of the goods is taken on, counted anew after a change of a claim; the row is held."""
    if not wish.is_shared:
        return Portions(quantity=0, claimed=0, live=0, done=0)
    wish.refresh_from_db(fields=["claimed_quantity"])
    states = list(wish.claims.filter(state__in=COUNTED).values_list("state", flat=True))
    return Portions(
        quantity=wish.quantity or 0,
        claimed=wish.claimed_quantity,
        live=states.count(ClaimState.LIVE),
        done=states.count(ClaimState.DONE),
        enough=wish.enough_at is not None,
    )


def fulfilled(wish: Wish, *, at: datetime) -> None:
    """Common to all ways of fulfilment: the resident is asked to confirm, nothing waits any more, the clock stops."""
    wish.fulfilled_at = at
    wish.waiting_since = None
    wish.questions.filter(answered_at=None).update(answered_at=at)
    lapse_handovers(wish, at)
    stop(wish, at=at)


def lapse_handovers(wish: Wish, at: datetime) -> None:
    """Nobody needs to take over any more: the wish is done, over, back with its author or sent out anew."""
    wish.handovers.filter(state=HandoverState.OPEN).update(state=HandoverState.LAPSED, decided_at=at, remind_at=None)


def responded(wish: Wish, at: datetime) -> None:
    """The first time somebody answers for the wish; counts for the response rate."""
    if wish.responded_at is None:
        wish.responded_at = at


# -- the clock of a wish -----------------------------------------------------------------------------------------------
def _keep(wish: Wish, clock: Clock) -> None:
    wish.due_at = clock.due_at
    wish.escalation = clock.escalation


def clock(wish: Wish) -> Clock | None:
    """The clock of this wish, from its first submission on."""
    return clock_of(wish, CLOCK_KIND)


def start(wish: Wish, *, at: datetime, again: bool) -> None:
    """Starts the clock at submission, or lets it run on when the wish comes back (`again`) from its author."""
    assert wish.territory is not None
    running = clock(wish) if again else None
    if running is None:
        limit = limit_of(wish.urgency, wish.territory)
        _keep(wish, start_clock(subject=wish, kind=CLOCK_KIND, limit=limit, at=at, territory_id=wish.territory_id))
    else:
        _keep(wish, resume_clock(clock=running, at=at))


def pause(wish: Wish, *, reason: str, actor: User, at: datetime) -> None:
    """The clock rests while we wait for the resident."""
    running = clock(wish)
    if running is not None:
        _keep(wish, pause_clock(clock=running, reason=reason, at=at, actor=actor))


def resume(wish: Wish, *, at: datetime) -> None:
    """The resident has answered."""
    running = clock(wish)
    if running is not None:
        _keep(wish, resume_clock(clock=running, at=at))


def stop(wish: Wish, *, at: datetime) -> None:
    """Fulfilled or closed. The due time stays beside the wish, to show whether it was in time."""
    running = clock(wish)
    if running is not None:
        _keep(wish, stop_clock(clock=running, at=at))


def restart(wish: Wish, *, at: datetime) -> None:
    """Reopened."""
    running = clock(wish)
    if running is not None:
        _keep(wish, restart_clock(clock=running, at=at))


def extend(wish: Wish, *, by: Limit, reason: str, actor: User, at: datetime) -> None:
    """More time."""
    running = clock(wish)
    if running is not None:
        _keep(wish, extend_clock(clock=running, by=by, reason=reason, actor=actor, at=at))
