"""What people type, as it is kept: without what nobody sees and what only confuses."""

import unicodedata

# Joins the parts of one emoji, and letters of some scripts.
_JOINERS = "\u200c\u200d"


def clean_text(text: str, *, lines: bool = False) -> str:
    """What was typed without control characters and outer space; on one line unless `lines`.

    Signs that turn the reading direction or are seen by nobody go as well: they make one text look like another. A
    text of nothing that can be seen is empty.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    kept = "".join(c for c in text if (lines and c == "\n") or c in _JOINERS or _is_seen(c)).strip()
    return kept if any(unicodedata.category(c)[0] in "LNPS" for c in kept) else ""


def _is_seen(character: str) -> bool:
    is_noncharacter = ord(character) & 0xFFFE == 0xFFFE or 0xFDD0 <= ord(character) <= 0xFDEF
    return unicodedata.category(character) not in {"Cc", "Cf", "Cs"} and not is_noncharacter
