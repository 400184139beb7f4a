"""How far a wish is, for whoever knows its number and the end of the phone number left with it; nobody signs in.

For residents who were helped at the desk and have no account at hand. What is told names nobody: state, steps, dates
and whom to call. An unknown number and a wrong ending get the same answer at the same cost, and wrong tries are counted
for the number and for the address they come from, in the database: atomic, and there also when the cache is away.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from grids.territory.models import Grid
from portal.errors import DomainError, TooOften
from portal.formats import when_words
from portal.outbox.querysets import timeline
from portal.outbox.registry import Visibility
from portal.outbox.services import audit
from wishes.neighbours.domain import STATUS_SPAN, STATUS_TRIES, AskedBy
from wishes.neighbours.events import StatusLocked
from wishes.neighbours.models import StatusTry
from wishes.wishes.domain import OPEN_STATES, End, State
from wishes.wishes.models import Wish
from wishes.wishes.policies import is_open_to_all
from wishes.wishes.views.cards import state_words

TAIL = 4
# More steps than anybody reads; a wish that has more is asked about by phone.
MOST_STEPS = 40


class NoSuchStatus(DomainError):
    """Nothing under this number with this ending."""

    status = 404
    default_code = "no_such_status"


@dataclass(frozen=True)
class StatusStep:
    """One public step and when it was."""

    label: str | Promise
    at: datetime


@dataclass(frozen=True)
class Status:
    """What anybody may be told who knows number and ending: nothing of the person, nothing they wrote."""

    number: str
    title: str  # only where everybody can read it anyway, and never of special groups
    state: str
    end: str
    words: str
    submitted_at: datetime | None
    due_at: datetime | None
    closed_at: datetime | None
    steps: Sequence[StatusStep]
    place: str
    phone: str


def read_status(*, number: str, tail: str, address: str, at: datetime | None = None) -> Status:
    """The status. Raises `NoSuchStatus`, and `TooOften` after too many wrong tries for the number or the address."""
    now = at or timezone.now()
    number, tail = number.strip(), "".join(c for c in tail if c.isdecimal())
    counted = [_count(AskedBy.NUMBER, number, now), _count(AskedBy.ADDRESS, address, now)]
    if any(one.is_over for one in counted):
        raise TooOften(
            _("试得太多了，请{when}以后再查，或者打电话问。").format(
                when=when_words(max(one.since for one in counted if one.is_over) + STATUS_SPAN)
            )
        )
    wish = _found(number, tail)
    if wish is None:
        raise NoSuchStatus(_("没有查到。请核对编号，和登记时留的电话的后四位。"))
    for one in counted:
        one.give_back()
    return _told(wish)


def forget_old_tries(*, now: datetime) -> int:
    """Remove counts that no longer hold anybody back; how many."""
    removed, _per_model = StatusTry.objects.filter(since__lt=now - 24 * STATUS_SPAN).delete()
    return removed


@dataclass(frozen=True)
class _Counted:
    pk: int
    since: datetime
    is_over: bool

    def give_back(self) -> None:
        """A right answer is no try."""
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE wishes_statustry SET count = count - 1 WHERE id = %s AND since = %s AND count > 0",
                [self.pk, self.since],
            )


# One statement begins a new hour or counts one more in this one, whatever happens at the same moment.
COUNT = """
    INSERT INTO wishes_statustry AS t (key, asked_by, since, count) VALUES (%(key)s, %(by)s, %(now)s, 1)
    ON CONFLICT (key) DO UPDATE SET
        count = CASE WHEN t.since <= %(old)s THEN 1 ELSE t.count + 1 END,
        since = CASE WHEN t.since <= %(old)s THEN EXCLUDED.since ELSE t.since END
    RETURNING id, since, count
"""


@transaction.atomic
def _count(by: AskedBy, what: str, now: datetime) -> _Counted:
    key = salted_hmac("wishes.neighbours.status", f"{by}:{what}", algorithm="sha256").hexdigest()
    with connection.cursor() as cursor:
        cursor.execute(COUNT, {"key": key, "by": str(by), "now": now, "old": now - STATUS_SPAN})
        pk, since, count = cursor.fetchone()
    allowed = STATUS_TRIES[by]
    if count == allowed + 1:
        tried = StatusTry.objects.get(pk=pk)
        audit(StatusLocked(try_id=pk, asked_by=str(by), tries=allowed), subject=tried, at=now)
    return _Counted(pk, since, count > allowed)


def _found(number: str, tail: str) -> Wish | None:
    """The wish, where the ending is right; comparing costs the same where there is none."""
    wish = (
        Wish.objects.exclude(number="")
        .select_related("community", "territory", "author")
        .defer("community__boundary", "territory__boundary")
        .filter(number=number)
        .first()
    )
    kept = wish.contact_phone if wish is not None else ""
    digits = "".join(c for c in kept if c.isdecimal())[-TAIL:]
    right = constant_time_compare(digits, tail) and len(digits) == TAIL
    return wish if right and wish is not None else None


def _told(wish: Wish) -> Status:
    events = timeline(wish, levels=[Visibility.PUBLIC])[:MOST_STEPS]
    grid = Grid.objects.filter(territory=wish.territory).only("supervision_phone").first()
    place = wish.territory or wish.community
    open_to_all = is_open_to_all(wish) and not wish.is_special
    return Status(
        number=wish.number,
        title=wish.title if open_to_all else "",
        state=wish.state,
        end=wish.end,
        words=str(End(wish.end).label) if wish.end else state_words(wish) or str(State(wish.state).label),
        submitted_at=wish.submitted_at,
        due_at=wish.due_at if wish.state in OPEN_STATES else None,
        closed_at=wish.closed_at,
        steps=[StatusStep(event.label, event.occurred_at) for event in events],
        place=place.name if place else "",
        phone=grid.supervision_phone if grid else "",
    )
