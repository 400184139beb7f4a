"""The kinds of clocks there are (时限种类), and which kinds of answer stop each.

A holding answer ("we have got it, somebody will come") must not stop the clock of the solution, and a note on the way
must not count as the first response: so each kind of clock names the kinds of answer that end it, and every other
answer leaves it running.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class ClockKind:
    """A kind of clock: what people call it, and the answers that stop it."""

    key: str
    label: str | Promise
    answered_by: frozenset[str] = frozenset()


_kinds: dict[str, ClockKind] = {}


def register_clock_kind(key: str, *, label: str | Promise, answered_by: Iterable[str] = ()) -> ClockKind:
    """Declare a kind of clock. Raises ValueError when the key is taken."""
    if key in _kinds:
        raise ValueError(f"Clock kind {key!r} is declared twice.")
    kind = _kinds[key] = ClockKind(key, label, frozenset(answered_by))
    return kind


def clock_kind(key: str) -> ClockKind:
    """The kind of this key; one that nobody declared is called 办理时限 and stopped by no answer."""
    return _kinds.get(key) or ClockKind(key, _("办理时限"))
