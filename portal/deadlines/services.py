"""What can be done with a clock. Each function is one transaction, locks the clock and may be called twice."""

from datetime import datetime

from django.db import connection, models, transaction
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import User
from portal.columns import Columns
from portal.deadlines.calendar import calendar_for
from portal.deadlines.domain import LAST_LEVEL, ClockFacts, Limit, WorkCalendar, deadline, escalation_at
from portal.deadlines.models import Clock, ClockExtension, ClockPause, ClockState
from portal.deadlines.querysets import live_clocks_of
from portal.deadlines.registry import clock_kind
from portal.errors import Conflict, Invalid

LIVE = (ClockState.RUNNING, ClockState.PAUSED)


class ClockNotLive(Conflict):
    """The clock is stopped, so it can neither pause nor be given more time."""

    default_code = "clock_stopped"


class TimeRunsBackwards(Invalid):
    """The moment given lies before something that already happened to the clock."""

    default_code = "clock_time_backwards"


class ExtensionUnfit(Invalid):
    """More time was asked for without a reason, or in hours for a limit in working days."""

    default_code = "clock_extension_unfit"


# Asked by every page of a wish and by most steps, so it is written out.
_CLOCK = Columns(Clock, "c")
_NEWEST = f"""
SELECT {_CLOCK.sql} FROM portal_clock c WHERE subject_type = %s AND subject_id = %s AND kind = %s
ORDER BY started_at DESC, id DESC LIMIT 1
"""  # noqa: S608 - the names above


def clock_of(subject: models.Model, kind: str) -> Clock | None:
    """The newest clock of this kind on an object, stopped or not."""
    with connection.cursor() as cursor:
        cursor.execute(_NEWEST, [subject._meta.label_lower, subject.pk, kind])
        row = cursor.fetchone()
    return _CLOCK.take(iter(row)) if row else None


_RECKONED = ("due_at", "warn_at", "next_escalation_at")
_STARTED_WITH = ("subject_type", "subject_id", "kind", "limit_code", "territory_id", "started_at", *_RECKONED)
_START = f"""
INSERT INTO portal_clock ({", ".join(_STARTED_WITH)}, state, escalation, paused_reason)
VALUES ({", ".join(["%s"] * len(_STARTED_WITH))}, '{ClockState.RUNNING}', 0, '')
ON CONFLICT DO NOTHING RETURNING id
"""  # noqa: S608 - the names above


@transaction.atomic(savepoint=False)
def start_clock(
    *, subject: models.Model, kind: str, limit: Limit, at: datetime, territory_id: int | None = None
) -> Clock:
    """Start counting. A live clock of this kind is left as it is and given back, so a repeated call changes nothing.

    Clocks of other kinds on the same object run on by themselves: a limit for updates never replaces the one for the
    first response.
    """
    found = deadline(ClockFacts(limit=limit, started_at=at), calendar_for(territory_id))
    about = {"subject_type": subject._meta.label_lower, "subject_id": subject.pk, "kind": kind}
    clock = Clock(
        **about,
        limit_code=str(limit),
        territory_id=territory_id,
        started_at=at,
        due_at=found.due_at,
        warn_at=found.warn_at,
        next_escalation_at=found.due_at,
    )
    with connection.cursor() as cursor:
        cursor.execute(_START, [*about.values(), str(limit), territory_id, at, *map(clock.__dict__.get, _RECKONED)])
        if (row := cursor.fetchone()) is None:
            # Two at once: the second has waited for the first, and leaves its row alone.
            return Clock.objects.select_for_update().get(**about, state__in=LIVE)
    clock.pk = row[0]
    clock._state.adding, clock._state.db = False, connection.alias
    return clock


@transaction.atomic
def pause_clock(*, clock: Clock, reason: str, at: datetime, actor: User | None = None) -> Clock:
    """Let the clock stand still, saying why ("等居民约时间"). A paused clock stays as it is.

    Raises ClockNotLive, TimeRunsBackwards.
    """
    _lock(clock)
    if clock.state == ClockState.STOPPED:
        raise ClockNotLive(_("计时已经停了，不用再暂停。"))
    if clock.state == ClockState.PAUSED:
        return clock
    _not_before(clock, at)
    ClockPause.objects.create(clock=clock, reason=reason, actor=actor, started_at=at)
    clock.state, clock.paused_reason = ClockState.PAUSED, reason
    clock.due_at = clock.warn_at = clock.next_escalation_at = None
    clock.save()
    return clock


@transaction.atomic
def resume_clock(*, clock: Clock, at: datetime) -> Clock:
    """Let a paused clock run on. A clock that is not paused stays as it is. Raises TimeRunsBackwards."""
    _lock(clock)
    if clock.state != ClockState.PAUSED:
        return clock
    _end_open_span(clock, at)
    clock.state, clock.paused_reason = ClockState.RUNNING, ""
    set_deadline(clock, at)
    clock.save()
    return clock


@transaction.atomic
def stop_clock(*, clock: Clock, at: datetime) -> Clock:
    """End counting: the case is answered. A stopped clock stays as it is, so an answer counts from the first time.

    `at` may lie before the due time although it is told later (an answer entered afterwards): then the clock was on
    time, and an escalation made meanwhile is taken back. Raises TimeRunsBackwards.
    """
    _lock(clock)
    if clock.state == ClockState.STOPPED:
        return clock
    if clock.state == ClockState.PAUSED:
        _end_open_span(clock, at)
        set_deadline(clock, at)
    else:
        _not_before(clock, at)
    ClockPause.objects.create(clock=clock, is_stop=True, started_at=at)
    clock.state, clock.stopped_at, clock.paused_reason = ClockState.STOPPED, at, ""
    clock.next_escalation_at = None
    if clock.was_on_time:
        clock.escalation = 0
    clock.save()
    return clock


@transaction.atomic
def answer_clocks(*, subject: models.Model, answer: str, at: datetime) -> list[Clock]:
    """Stop the live clocks on an object that this kind of answer ends (see `registry`), and give them back.

    An answer of another kind leaves a clock running. Raises TimeRunsBackwards.
    """
    answered = [clock for clock in live_clocks_of(subject) if answer in clock_kind(clock.kind).answered_by]
    return [stop_clock(clock=clock, at=at) for clock in answered]


@transaction.atomic
def restart_clock(*, clock: Clock, at: datetime) -> Clock:
    """Count on after a stop: the case is reopened, with what time remained but at least one working day.

    A live clock stays as it is. Raises TimeRunsBackwards.
    """
    _lock(clock)
    if clock.state != ClockState.STOPPED:
        return clock
    _end_open_span(clock, at)
    clock.state, clock.stopped_at = ClockState.RUNNING, None
    set_deadline(clock, at, warn_again=True)
    clock.save()
    return clock


@transaction.atomic
def extend_clock(*, clock: Clock, by: Limit, reason: str, actor: User | None, at: datetime) -> Clock:
    """Grant more time for a reason, which is told to the resident. Raises ClockNotLive, ExtensionUnfit,
    TimeRunsBackwards."""
    _lock(clock)
    if clock.state == ClockState.STOPPED:
        raise ClockNotLive(_("计时已经停了，不用再延期。"))
    if not reason.strip():
        raise ExtensionUnfit(_("请写明延期的原因，居民会看到。"), field="reason")
    if clock.limit.days and by.hours:
        raise ExtensionUnfit(_("这件事按工作日计时，请按工作日延期。"), field="by")
    _not_before(clock, at)
    ClockExtension.objects.create(clock=clock, by_code=str(by), reason=reason, actor=actor, granted_at=at)
    if clock.state == ClockState.RUNNING:
        set_deadline(clock, at, warn_again=True)
    clock.save()
    return clock


def set_deadline(clock: Clock, at: datetime, *, warn_again: bool = False, calendar: WorkCalendar | None = None) -> None:
    """Compute due, warning and escalation times of a running clock from its facts. The caller holds the row and saves.

    A clock that has time again is no longer escalated; one that is still late climbs on where it was.
    """
    calendar = calendar or calendar_for(clock.territory_id)
    facts = clock.facts()
    found = deadline(facts, calendar)
    clock.due_at, clock.warn_at = found.due_at, found.warn_at
    if warn_again and found.warn_at > at:
        clock.warned_at = None
    if found.due_at > at:
        clock.escalation = 0
    clock.next_escalation_at = next_level_at(clock, facts, calendar)


def next_level_at(clock: Clock, facts: ClockFacts, calendar: WorkCalendar) -> datetime | None:
    """When the level after the present one is told; None when the street knows already."""
    if clock.due_at is None or clock.escalation >= LAST_LEVEL:
        return None
    return escalation_at(clock.due_at, clock.escalation + 1, facts, calendar)


def _lock(clock: Clock) -> None:
    """Read the clock anew under a row lock, into the object given."""
    clock.refresh_from_db(from_queryset=Clock.objects.select_for_update())


def _not_before(clock: Clock, at: datetime) -> None:
    """Raise TimeRunsBackwards where `at` lies before the start or the end of the last standstill."""
    last = clock.pauses.order_by("-ended_at").values_list("ended_at", flat=True).first()
    if at < max(clock.started_at, last or clock.started_at):
        raise TimeRunsBackwards(_("这个时间早于已经记下的事，请核对。"))


def _end_open_span(clock: Clock, at: datetime) -> None:
    span = clock.pauses.get(ended_at__isnull=True)
    if at < span.started_at:
        raise TimeRunsBackwards(_("这个时间早于已经记下的事，请核对。"))
    span.ended_at = at
    span.save(update_fields=["ended_at"])
