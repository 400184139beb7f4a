"""Which building a wish speaks of: no wish says so by a number, many say so in words."""

import re
import unicodedata
from collections.abc import Mapping

# A name that begins with a number is not part of a longer number: 3栋 does not stand in 13栋, nor 三栋 in 十三栋.
_NUMERALS = "0-9一二三四五六七八九十百"


def building_named(text: str, names: Mapping[int, str]) -> int | None:
    """The one building of these (key → name) whose name stands in the text; None for none or several."""
    bare = _bare(text)
    found = [key for key, name in names.items() if _stands_in(_bare(name), bare)]
    return found[0] if len(found) == 1 else None


def _stands_in(name: str, text: str) -> bool:
    if not name:
        return False
    before = f"(?<![{_NUMERALS}])" if re.match(f"[{_NUMERALS}]", name) else ""
    after = f"(?![{_NUMERALS}])" if re.search(f"[{_NUMERALS}]$", name) else ""
    return re.search(before + re.escape(name) + after, text) is not None


def _bare(text: str) -> str:
    """NFKC, no spaces, and the two words for a block of flats as one."""
    folded = "".join(unicodedata.normalize("NFKC", text).split())
    return re.sub("号楼|幢|座", "栋", folded)
