"""The State Council's notice on a year's holidays (节假日安排的通知), read from its own words."""

import re
from datetime import date, timedelta
from typing import Final

from django.utils.translation import gettext as _

from portal.errors import Invalid

FIELD: Final = "text"
LONGEST: Final = 20
"""Days of one holiday at most: more is a slip of the pen."""

_DAY = r"(?:(?P<year>\d{4})年)?(?:(?P<month>\d{1,2})月)?(?P<day>\d{1,2})日(?:[（(](?P<said>[^）)]*)[）)])?"
_TOKEN = re.compile(_DAY + r"|(?P<to>至|到|—|－|-|~|～)|(?P<what>放假|休息|上班)")
_WEEKDAYS: Final = "一二三四五六日"


def read_announcement(text: str, year: int) -> dict[date, bool]:
    """What the notice says: each day off (False), and each Saturday or Sunday that is worked (True).

    A sentence gives days or spans ("1月1日（周五）至3日（周日）") and then what they are (放假, 上班); a weekday in
    brackets has to be that of the day. Raises Invalid (field "text") naming the words that do not hold.
    """
    found: dict[date, bool] = {}
    for sentence in re.split(r"[。；;\n]", text):
        for day, worked in _sentence(sentence, year):
            if found.get(day, worked) != worked:
                raise _wrong(_("%s 又写放假，又写上班。") % _named(day))
            found[day] = worked
    if not any(not worked for worked in found.values()):
        raise _wrong(_("没有读到放假的日子。请把通知里“元旦：1月1日……放假”这样的几句贴进来。"))
    if date(year, 1, 1) not in found:
        raise _wrong(_("没有读到 %d 年元旦，请核对年份，把通知贴全。") % year)
    return dict(sorted(found.items()))


def _sentence(sentence: str, year: int) -> list[tuple[date, bool]]:
    given: list[tuple[date, bool]] = []
    pending: list[date] = []
    at, spans = date(year, 1, 1), False
    for token in _TOKEN.finditer(sentence):
        if token["what"]:
            given += [(day, token["what"] == "上班") for day in pending]
            pending = []
        elif token["to"]:
            spans = bool(pending)
        else:
            day = at = _day(token, at, year)
            if spans:
                length = (day - pending[-1]).days
                if not 0 < length <= LONGEST:
                    raise _wrong(_("“%s”：起止的日子不对。") % sentence.strip()[:40])
                pending += [pending[-1] + timedelta(days=after) for after in range(1, length + 1)]
            else:
                pending.append(day)
            spans = False
    return given


def _day(token: "re.Match[str]", before: date, year: int) -> date:
    written = token[0]
    try:
        day = date(int(token["year"] or before.year), int(token["month"] or before.month), int(token["day"]))
    except ValueError:
        raise _wrong(_("没有“%s”这一天。") % written) from None
    if abs((day - date(year, 7, 1)).days) > 200:
        raise _wrong(_("“{words}”不在 {year} 年。").format(words=written, year=year))
    said = re.search(r"(?:周|星期)([一二三四五六日天])", token["said"] or "")
    if said and said[1].replace("天", "日") != _WEEKDAYS[day.weekday()]:
        raise _wrong(
            _("“{words}”：这一天是周{weekday}，请核对。").format(words=written, weekday=_WEEKDAYS[day.weekday()])
        )
    return day


def _named(day: date) -> str:
    return f"{day:%Y-%m-%d}"


def _wrong(words: str) -> Invalid:
    return Invalid(words, code="unreadable", field=FIELD)
