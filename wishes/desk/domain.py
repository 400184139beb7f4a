"""Rules of the desk that need no database: how many at once."""

from typing import Final

MAX_AT_ONCE: Final = 100
"""How many wishes one step may be taken with at once."""

MAX_VIEWS: Final = 30
"""How many views one person may keep."""

MAX_EXPORTED: Final = 20_000
"""How many rows an export may have."""

MAX_REVEALED: Final = 200
"""How many rows an export with real contacts may have: each of them is a look that is written down."""

MAX_ENTERED: Final = 500
"""How many rows may be entered from one spreadsheet."""
