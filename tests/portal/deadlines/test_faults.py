"""The five classic faults of deadline clocks, each shown not to be here."""

from datetime import date

import pytest

from portal.deadlines.domain import Limit
from portal.deadlines.models import Clock
from portal.deadlines.querysets import live_clocks_of, most_urgent_clock
from portal.deadlines.recomputing import recompute_clocks, remove_override, set_override
from portal.deadlines.registry import register_clock_kind
from portal.deadlines.services import (
    answer_clocks,
    clock_of,
    pause_clock,
    restart_clock,
    start_clock,
    stop_clock,
)
from portal.deadlines.sweeping import sweep_clocks
from portal.outbox.models import Event
from tests.portal.deadlines.factories import SubjectFactory, nov

pytestmark = pytest.mark.django_db
SEVEN = Limit(days=7)

register_clock_kind("test.response", label="首次响应", answered_by=["acknowledged", "solved"])
register_clock_kind("test.update", label="进展告知", answered_by=["progress", "solved"])
register_clock_kind("test.solution", label="办结", answered_by=["solved"])


def events_of(clock: Clock) -> list[str]:
    about = Event.objects.filter(subject_type=clock.subject_type, subject_id=clock.subject_id)
    return list(about.order_by("id").values_list("type", flat=True))


def test_case_reopened() -> None:
    """Reopened after it was late, the case has a working day again, and is not escalated for what is over."""
    clock = start_clock(subject=SubjectFactory(), kind="test.solution", limit=SEVEN, at=nov(2))
    assert clock.due_at == nov(11, 18)
    sweep_clocks(now=nov(12))
    stop_clock(clock=clock, at=nov(12, 11))
    assert clock.was_on_time is False
    restart_clock(clock=clock, at=nov(19, 16))
    assert clock.due_at == nov(20, 18)
    assert (clock.state, clock.escalation, clock.stopped_at) == ("running", 0, None)
    told = len(events_of(clock))
    sweep_clocks(now=nov(19, 17))
    assert len(events_of(clock)) == told
    sweep_clocks(now=nov(20, 19))
    assert events_of(clock)[told:] == ["deadlines.clock.overdue"]


def test_calendar_changed() -> None:
    """A day off moves what is due after it, once, and back again when it is taken back."""
    subject = SubjectFactory()
    running = start_clock(subject=subject, kind="test.solution", limit=SEVEN, at=nov(16))
    finished = start_clock(subject=SubjectFactory(), kind="test.solution", limit=SEVEN, at=nov(16))
    stop_clock(clock=finished, at=nov(17))
    override = set_override(actor=None, day=date(2026, 11, 20), is_workday=False, note="台风", at=nov(19))
    assert recompute_clocks(now=nov(19)) == 1
    running.refresh_from_db()
    finished.refresh_from_db()
    assert (running.due_at, finished.due_at) == (nov(26, 18), nov(25, 18))
    assert events_of(running) == ["deadlines.clock.recomputed"]
    assert recompute_clocks(now=nov(19)) == 0
    remove_override(actor=None, override=override, at=nov(19, 12))
    assert recompute_clocks(now=nov(19, 12)) == 1
    running.refresh_from_db()
    assert running.due_at == nov(25, 18)


def test_answered_already() -> None:
    """Nobody is warned of or blamed for a case that is answered, even if the answer is told late."""
    answered = start_clock(subject=SubjectFactory(), kind="test.solution", limit=SEVEN, at=nov(2))
    stop_clock(clock=answered, at=nov(9))
    assert sweep_clocks(now=nov(30)) == 0
    assert events_of(answered) == []

    told_late = start_clock(subject=SubjectFactory(), kind="test.solution", limit=SEVEN, at=nov(2))
    sweep_clocks(now=nov(11, 18, 30))
    told_late.refresh_from_db()
    assert told_late.escalation == 1
    stop_clock(clock=told_late, at=nov(11, 17))
    assert told_late.was_on_time is True
    assert told_late.escalation == 0


def test_kind_of_reply_ignored() -> None:
    """A word that it was received stops the clock of the first response, never that of the solution."""
    subject = SubjectFactory()
    for kind, limit in [("test.response", Limit(hours=24)), ("test.solution", SEVEN)]:
        start_clock(subject=subject, kind=kind, limit=limit, at=nov(16))
    assert [clock.kind for clock in answer_clocks(subject=subject, answer="acknowledged", at=nov(16, 11))] == [
        "test.response"
    ]
    assert answer_clocks(subject=subject, answer="progress", at=nov(17)) == []
    assert [clock.kind for clock in live_clocks_of(subject)] == ["test.solution"]
    assert [clock.kind for clock in answer_clocks(subject=subject, answer="solved", at=nov(18))] == ["test.solution"]
    assert not live_clocks_of(subject).exists()


def test_update_limit_overriding_first_response() -> None:
    """A limit for news, started later and longer, neither replaces nor hides the limit for the first response."""
    subject = SubjectFactory()
    response = start_clock(subject=subject, kind="test.response", limit=Limit(hours=24), at=nov(16, 8))
    start_clock(subject=subject, kind="test.update", limit=SEVEN, at=nov(16, 9))
    answer_clocks(subject=subject, answer="progress", at=nov(16, 10))
    start_clock(subject=subject, kind="test.update", limit=SEVEN, at=nov(16, 10))
    response.refresh_from_db()
    assert response.is_live
    assert response.due_at == nov(17, 8)
    assert most_urgent_clock(live_clocks_of(subject)) == response
    pause_clock(clock=response, reason="等居民约时间", at=nov(16, 12))
    update = clock_of(subject, "test.update")
    assert update is not None
    assert most_urgent_clock(live_clocks_of(subject)) == update
