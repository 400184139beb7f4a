"""Traditional Chinese (臺灣 wording) for texts written in simplified Chinese, whoever needs it: catalogues and rows."""

import re
from functools import lru_cache

from django.conf import settings
from opencc import OpenCC

TERMS = settings.LOCALE_PATHS[0] / "zh_Hant" / "terms.tsv"


@lru_cache
def _terms() -> tuple[re.Pattern[str], dict[str, str]]:
    table = dict(line.split("\t") for line in TERMS.read_text(encoding="utf-8").splitlines() if line)
    return re.compile("|".join(sorted(map(re.escape, table), key=len, reverse=True))), table


@lru_cache
def _converter() -> OpenCC:
    return OpenCC("s2twp")


@lru_cache(maxsize=64)
def to_traditional(text: str) -> str:
    """Simplified to traditional Chinese in Taiwan's wording; placeholders and set terms stay what they are."""
    terms, table = _terms()
    converted, start = [], 0
    for term in terms.finditer(text):
        converted += [_converter().convert(text[start : term.start()]), table[term.group()]]
        start = term.end()
    return "".join([*converted, _converter().convert(text[start:])])
