"""Rules of the desk that need no database: how many at once, text that no spreadsheet takes for a formula."""

import unicodedata
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

FORMULA_STARTS: Final = frozenset("=+-@\t\r\n")


def plain_cell(text: str) -> str:
    """The text as a CSV cell that no program takes for a formula (docs/quality.md, "Security").

    What begins like one, also behind spaces or in full-width forms, gets an apostrophe in front. Characters that no
    text contains go.
    """
    kept = "".join(char for char in text if char in "\n\t" or unicodedata.category(char) not in {"Cc", "Cs"})
    first = unicodedata.normalize("NFKC", kept.lstrip(" \u3000"))[:1]
    return f"'{kept}" if first in FORMULA_STARTS and first else kept
