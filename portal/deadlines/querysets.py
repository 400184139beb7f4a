"""Reading clocks."""

from collections.abc import Iterable

from django.db.models import Model, QuerySet

from portal.deadlines.models import Clock, ClockState


def clocks_of(subject: Model) -> QuerySet[Clock]:
    """Every clock on an object, oldest first."""
    return Clock.objects.filter(subject_type=subject._meta.label_lower, subject_id=subject.pk).order_by("id")


def live_clocks_of(subject: Model) -> QuerySet[Clock]:
    """Running and paused clocks on an object, oldest first."""
    return clocks_of(subject).exclude(state=ClockState.STOPPED)


def most_urgent_clock(clocks: Iterable[Clock]) -> Clock | None:
    """The clock that a list shows where several run on one object: the earliest due, a paused one last.

    A later limit never hides an earlier one, whatever was started first.
    """
    live = [clock for clock in clocks if clock.is_live]
    return min(live, key=lambda clock: (clock.due_at is None, clock.due_at or clock.started_at), default=None)
