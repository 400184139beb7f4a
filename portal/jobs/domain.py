"""Numbers of long work: how often it is tried, how long its result is kept, how much one person may ask for at once."""

from datetime import timedelta
from typing import Final

MAX_ATTEMPTS: Final = 2
"""How often a job is begun: once more after its worker died or something broke, and no more."""

MAX_OPEN: Final = 3
"""How many unfinished jobs one person may have."""

KEPT: Final = timedelta(days=3)
"""How long a result can be fetched unless its kind says otherwise: long enough for a weekend."""

PROGRESS_EVERY: Final = 0.5
"""Seconds between two writes of the progress; a bar that moves more often tells nobody more."""


def percent(done: int, total: int) -> int:
    """How far the work is, 0–100; 0 while nobody knows how much it is."""
    return min(100, done * 100 // total) if total > 0 else 0
