"""走到哪一步了: what has happened to an incident, where it stands now and until when, and what comes next."""

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grids.incidents.domain import OPEN_STATES, State
from grids.incidents.models import Incident
from portal.deadlines.models import Clock
from portal.deadlines.words import remaining_words
from portal.formats import when_words
from portal.outbox.models import Event
from portal.outbox.registry import Visibility
from portal.outbox.telling import Step

REVEALED = "grids.incident.reporter_revealed"
OVERDUE = "deadlines.clock.overdue"
# Nobody is named as one who reported something.
OF_REPORTERS = frozenset({"grids.incident.collected", "grids.incident.joined"})
UNTOLD = frozenset({REVEALED, "deadlines.clock.warned"})
NOW = {
    State.COLLECTED: gettext_lazy("等工作人员立案"),
    State.FILED: gettext_lazy("等派遣"),
    State.DISPATCHED: gettext_lazy("等{place}处置"),
    State.HANDLING: gettext_lazy("{place}正在处置"),
    State.CO_HANDLING: gettext_lazy("部门正在会办"),
    State.REPORTED: gettext_lazy("等别的同志核查"),
}
_CHECKED = (gettext_lazy("别的同志核查"), gettext_lazy("考评结案"))
NEXT = {
    State.COLLECTED: (gettext_lazy("立案、派遣"), gettext_lazy("处置、反馈"), *_CHECKED),
    State.FILED: (gettext_lazy("处置、反馈"), *_CHECKED),
    State.DISPATCHED: (gettext_lazy("处置、反馈"), *_CHECKED),
    State.HANDLING: _CHECKED,
    State.CO_HANDLING: (gettext_lazy("部门都答复"), *_CHECKED),
    State.REPORTED: (gettext_lazy("考评结案"),),
    State.VERIFIED: (gettext_lazy("考评结案"),),
}


def levels_for(*, staff: bool, reporter: bool) -> list[Visibility]:
    """Which events somebody may read of an incident."""
    if staff:
        return [Visibility.PUBLIC, Visibility.PARTIES, Visibility.INTERNAL]
    return [Visibility.PUBLIC, Visibility.PARTIES] if reporter else [Visibility.PUBLIC]


def steps_of(
    incident: Incident, events: list[Event], clock: Clock | None, *, staff: bool, reporter: bool, now: datetime
) -> list[Step]:
    """The whole way of the incident. Names of staff are for staff; words given with a step for staff and reporters."""
    done = [done_step(event, staff=staff, words=staff or reporter) for event in events if event.type not in UNTOLD]
    state = State(incident.state)
    steps = [*done]
    if label := NOW.get(state):
        words = str(label).format(place=incident.responsible_territory.name)
        steps.append(Step("now", words, note=_limit(incident, clock, now)))
    return [*steps, *(Step("next", label) for label in NEXT.get(state, ()))]


def done_step(event: Event, *, staff: bool, words: bool) -> Step:
    """What has happened, in words. Names of staff are for staff."""
    named = staff and event.actor is not None and event.type not in OF_REPORTERS
    who = event.actor.public_name if named and event.actor is not None else ""
    text = event.text if words else ""
    return Step("done", event.label, event.occurred_at, who, text, late=event.type == OVERDUE)


def _limit(incident: Incident, clock: Clock | None, now: datetime) -> str:
    if clock is None:
        return ""
    left = remaining_words(clock, now)
    if clock.due_at is None:
        return left
    words = _("办结时限：{due}，{left}") if incident.state in OPEN_STATES else _("核查时限：{due}，{left}")
    return words.format(due=when_words(clock.due_at), left=left)
