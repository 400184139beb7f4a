"""What every use case does: lock the incident, ask the policy, move the state, keep the clocks."""

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grids.incidents.domain import OPEN_STATES, Action, State, step_for
from grids.incidents.limits import verify_limit
from grids.incidents.models import Incident
from portal.accounts.models import User
from portal.cleaning import clean_text
from portal.deadlines.domain import Limit
from portal.deadlines.models import Clock
from portal.deadlines.registry import register_clock_kind
from portal.deadlines.services import clock_of, pause_clock, restart_clock, resume_clock, start_clock, stop_clock
from portal.errors import Conflict, Invalid

CLOCK_KIND = "grids.incident"
VERIFY_CLOCK_KIND = "grids.incident.verify"
register_clock_kind(CLOCK_KIND, label=gettext_lazy("事件处置时限"), answered_by=("handled", "closed"))
register_clock_kind(VERIFY_CLOCK_KIND, label=gettext_lazy("事件核查时限"), answered_by=("verified",))


def locked(incident: Incident) -> Incident:
    """The incident as it is now, its row held until the transaction ends; everything else waits for it.

    Raises `Conflict` when it is gone.
    """
    rows = Incident.objects.with_surroundings().select_for_update(of=("self",))
    found = rows.filter(pk=incident.pk).first()
    if found is None:
        raise Conflict(_("这件事已经不在了。"), code="gone")
    return found


def moment(at: datetime | None) -> datetime:
    """The time of the step: now, unless it is told for another time."""
    return at or timezone.now()


def required(text: str, *, message: str, field: str = "reason", longest: int = 500) -> str:
    """Words that have to be there. Raises `Invalid` with the field when they are missing or too long."""
    cleaned = optional(text, field=field, longest=longest)
    if not cleaned:
        raise Invalid(message, code="required", field=field)
    return cleaned


def optional(text: str, *, field: str, longest: int = 500, lines: bool = True) -> str:
    """Words that may be missing. Raises `Invalid` with the field when they are too long."""
    cleaned = clean_text(text, lines=lines)
    if len(cleaned) > longest:
        raise Invalid(_("最多写{longest}个字。").format(longest=longest), code="too_long", field=field)
    return cleaned


def save(incident: Incident) -> Incident:
    """Writes the incident as it is after the step."""
    incident.version += 1
    incident.save()
    return incident


def move(incident: Incident, action: Action, to: State) -> None:
    """Sets the new state. Raises `AssertionError` for a step that the table does not know: a fault of the caller."""
    step = step_for(incident.state, action)
    if step is None or to not in step.to:
        raise AssertionError(f"{incident.state} --{action}--> {to} is not in the transition table")
    incident.state = to


# -- the clocks: one until it is done, then one until somebody else has looked ----------------------------------------
def clock(incident: Incident) -> Clock | None:
    """The clock of the handling."""
    return clock_of(incident, CLOCK_KIND)


def current_clock(incident: Incident) -> Clock | None:
    """The clock that counts in this state; None where nothing is to be done any more."""
    if incident.state == State.REPORTED:
        return clock_of(incident, VERIFY_CLOCK_KIND)
    return clock(incident) if incident.state in OPEN_STATES else None


def start(incident: Incident, *, at: datetime) -> None:
    """Counts from the moment of collection by the limit of the category, also where the category is corrected later."""
    running = clock(incident)
    limit = Limit.parse(incident.category.limit)
    if running is not None and running.is_live:
        if running.limit == limit:
            return
        stop_clock(clock=running, at=at)
    _keep(incident, _start(incident, CLOCK_KIND, limit, incident.collected_at))


def done(incident: Incident, *, at: datetime) -> None:
    """Done: the time of the handling stops, that of the verification begins."""
    _stop(incident, CLOCK_KIND, at)
    looked = clock_of(incident, VERIFY_CLOCK_KIND)
    if looked is not None and not looked.is_live:
        _keep(incident, restart_clock(clock=looked, at=at))
    else:
        _keep(incident, _start(incident, VERIFY_CLOCK_KIND, verify_limit(incident.territory), at))


def verified(incident: Incident, *, at: datetime) -> None:
    """Somebody has looked; whether the handling was in time is kept."""
    _stop(incident, VERIFY_CLOCK_KIND, at)
    handled = clock(incident)
    incident.was_on_time = handled.was_on_time if handled is not None else None
    incident.due_at = handled.due_at if handled is not None else None


def again(incident: Incident, *, at: datetime) -> None:
    """Not done after all: the time of the handling runs on."""
    _stop(incident, VERIFY_CLOCK_KIND, at)
    stopped = clock(incident)
    if stopped is not None:
        _keep(incident, restart_clock(clock=stopped, at=at))
    incident.was_on_time = None


def stop(incident: Incident, *, at: datetime) -> None:
    """Over without having been handled here."""
    _stop(incident, CLOCK_KIND, at)
    incident.paused_at = None


def pause(incident: Incident, *, reason: str, actor: User, at: datetime) -> None:
    """The clock rests."""
    running = clock(incident)
    if running is not None:
        _keep(incident, pause_clock(clock=running, reason=reason, at=at, actor=actor))
    incident.paused_at = at


def resume(incident: Incident, *, at: datetime) -> None:
    """The clock runs on, where it rested."""
    running = clock(incident)
    if incident.paused_at is not None and running is not None:
        _keep(incident, resume_clock(clock=running, at=at))
    incident.paused_at = None


def _start(incident: Incident, kind: str, limit: Limit, at: datetime) -> Clock:
    return start_clock(subject=incident, kind=kind, limit=limit, at=at, territory_id=incident.territory_id)


def _stop(incident: Incident, kind: str, at: datetime) -> None:
    running = clock_of(incident, kind)
    if running is not None:
        _keep(incident, stop_clock(clock=running, at=at))


def _keep(incident: Incident, running: Clock) -> None:
    incident.due_at = running.due_at
    incident.escalation = running.escalation
