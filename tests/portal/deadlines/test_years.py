"""The turn of the year: what the law gives off, what administrators take over from the notice, and who is told."""

from datetime import date, datetime, time, timedelta

import chinese_calendar
import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from grids.roles.domain import Role
from portal.deadlines import years
from portal.deadlines.announcement import read_announcement
from portal.deadlines.calendar import LAST_KNOWN_YEAR, ChinaCalendar, calendar_for
from portal.deadlines.domain import ClockFacts, Limit, at_time, deadline, local_day, workdays_left
from portal.deadlines.models import CalendarChange, CalendarOverride, CalendarYear, Clock
from portal.deadlines.recomputing import recompute_clocks, set_override
from portal.deadlines.services import start_clock
from portal.deadlines.statutory import days_off, is_workday_by_law
from portal.deadlines.words import explain
from portal.deadlines.years import enter_year, missing_years, note_published_years, remind_of_missing_years
from portal.errors import Invalid
from portal.notifications.models import Notice
from portal.outbox.models import Event
from portal.outbox.services import drain
from tests.grids.roles.factories import make_staff
from tests.grids.territory.factories import DistrictFactory
from tests.portal.accounts.factories import enter_as_staff
from tests.portal.deadlines.factories import SubjectFactory, nov

# 国办发明电〔2025〕7号.
OF_2026 = """一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。
二、春节：2月15日（农历腊月二十八、周日）至23日（农历正月初七、周一）放假调休，共9天。2月14日（周六）、2月28日（周六）上班。
三、清明节：4月4日（周六）至6日（周一）放假，共3天。
四、劳动节：5月1日（周五）至5日（周二）放假调休，共5天。5月9日（周六）上班。
五、端午节：6月19日（周五）至21日（周日）放假，共3天。
六、中秋节：9月25日（周五）至27日（周日）放假，共3天。
七、国庆节：10月1日（周四）至7日（周三）放假调休，共7天。9月20日（周日）、10月10日（周六）上班。"""
# Invented, in the words of such a notice: 2027 as nobody has published it.
INVENTED = """一、元旦：1月1日（周五）至3日（周日）放假，共3天。
二、春节：2月5日（周五）至11日（周四）放假调休，共7天。1月31日（周日）、2月14日（周日）上班。"""
LAW = ChinaCalendar()
calendars = st.builds(
    ChinaCalendar, st.dictionaries(st.dates(date(2026, 12, 20), date(2027, 3, 15)), st.booleans(), max_size=15)
)
starts = st.datetimes(datetime(2026, 12, 1), datetime(2027, 2, 15)).map(lambda at: at.replace(tzinfo=nov(1).tzinfo))
limits = st.one_of(st.builds(Limit, days=st.integers(1, 30)), st.builds(Limit, work_hours=st.integers(1, 40)))


def due(start: datetime, limit: Limit, calendar: ChinaCalendar) -> datetime:
    return deadline(ClockFacts(limit=limit, started_at=start), calendar).due_at


def worked(start: datetime, end: datetime, calendar: ChinaCalendar) -> timedelta:
    """The working hours between two moments."""
    found, day = timedelta(), local_day(start)
    while day <= local_day(end):
        if calendar.is_workday(day):
            opens, closes = at_time(day, calendar.opens), at_time(day, calendar.closes)
            found += max(min(end, closes) - max(start, opens), timedelta())
        day += timedelta(days=1)
    return found


@given(calendars, starts, st.timedeltas(timedelta(), timedelta(days=40)), limits)
def test_whoever_begins_later_is_due_no_earlier(
    calendar: ChinaCalendar, start: datetime, later: timedelta, limit: Limit
) -> None:
    assert due(start, limit, calendar) <= due(start + later, limit, calendar)


@given(calendars, starts, limits)
def test_working_time_added_is_counted_back(calendar: ChinaCalendar, start: datetime, limit: Limit) -> None:
    end = due(start, limit, calendar)
    assert end > start
    if limit.days:
        midnight = at_time(local_day(start) + timedelta(days=1), time())
        assert workdays_left(midnight, end, calendar) == limit.days
        assert end < due(start, limit.times(2), calendar)
    else:
        assert worked(start, end, calendar) == timedelta(hours=limit.work_hours)


@given(starts, limits, st.sets(st.dates(date(2026, 12, 20), date(2027, 3, 15)), max_size=10))
def test_more_days_off_make_nothing_due_earlier(start: datetime, limit: Limit, off: set[date]) -> None:
    assert due(start, limit, ChinaCalendar(dict.fromkeys(off, False))) >= due(start, limit, LAW)


def test_the_law_gives_thirteen_days_and_makes_up_for_weekends() -> None:
    assert days_off(2027) == {
        *(date(2027, 2, day) for day in (5, 6, 7, 8, 9, 10)),
        *(date(2027, 5, day) for day in (1, 2, 3, 4)),
        *(date(2027, 10, day) for day in (1, 2, 3, 4, 5)),
        *(date(2027, month, day) for month, day in ((1, 1), (4, 5), (6, 9), (9, 15))),
    }
    for year in range(2027, 2037):
        assert sum(day.weekday() < 5 for day in days_off(year)) >= 12
    assert not is_workday_by_law(date(2060, 10, 1)), "further on than the moon was looked up for"
    assert due(nov(30), Limit(days=25), LAW).date() == date(2027, 1, 5), "New Year's Day is no working day"


def test_a_notice_is_read_as_it_was_published() -> None:
    days = read_announcement(OF_2026, 2026)
    year = [date(2026, 1, 1) + timedelta(days=n) for n in range(365)]
    read = {day: days.get(day, day.weekday() < 5) for day in year}
    assert read == {day: chinese_calendar.is_workday(day) for day in year}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("元旦：1月1日（周六）放假。", "这一天是周五"),
        ("元旦：1月1日放假。1月1日上班。", "又写放假，又写上班"),
        ("元旦：1月1日至2月30日放假。", "没有“2月30日”这一天"),
        ("元旦：1月9日至3日放假。", "起止的日子不对"),
        ("元旦：2025年1月1日放假。", "不在 2027 年"),
        ("大家辛苦了。", "没有读到放假的日子"),
        ("国庆节：10月1日放假。", "没有读到 2027 年元旦"),
    ],
)
def test_what_does_not_hold_is_named(text: str, words: str) -> None:
    with pytest.raises(Invalid, match=words):
        read_announcement(text, 2027)


@pytest.mark.django_db
def test_a_year_that_is_entered_moves_running_clocks_and_keeps_what_was_set_by_hand() -> None:
    clock = start_clock(subject=SubjectFactory(), kind="test.any", limit=Limit(days=45), at=nov(30))
    assert "还没有录" in explain(clock, nov(30))[-1]
    before = clock.due_at
    set_override(actor=None, day=date(2027, 2, 11), is_workday=True, note="值班", at=nov(30))
    with pytest.raises(Invalid, match="文号"):
        enter_year(actor=None, year=2027, days={}, source=" ", at=nov(30))
    days = read_announcement(INVENTED, 2027)
    row = enter_year(actor=None, year=2027, days=days, source="试", at=nov(30))
    calendar = calendar_for(None)
    assert [calendar.is_workday(date(2027, 2, day)) for day in (9, 10, 11, 14)] == [False, False, True, True]
    assert recompute_clocks(now=nov(30)) == 1
    clock.refresh_from_db()
    assert str(clock.due_at) < str(before), "two Sundays are worked"
    assert "还没有录" not in explain(clock, nov(30))[-1]
    # Entered again without one of the days: that day is as any other.
    del days[date(2027, 1, 31)]
    enter_year(actor=None, year=2027, days=days, source="试", at=nov(30))
    assert not calendar_for(None).is_workday(date(2027, 1, 31))
    assert row.days.count() == len(days) - 1
    assert Event.objects.filter(type="deadlines.year.entered", visibility="audit").count() == 2


@pytest.mark.django_db
def test_a_newer_library_is_followed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if 2026 had been counted by the law until just now."""
    clock = start_clock(subject=SubjectFactory(), kind="test.any", limit=Limit(days=3), at=nov(30))
    Clock.objects.filter(pk=clock.pk).update(started_at=nov(1) - timedelta(days=40), due_at=nov(1))
    assert note_published_years(now=nov(30))
    assert not note_published_years(now=nov(30))
    assert CalendarYear.objects.get(year=LAST_KNOWN_YEAR).source.startswith("chinesecalendar ")
    assert CalendarChange.objects.filter(date=date(2026, 10, 10)).exists(), "a Saturday that is worked"
    monkeypatch.setattr(years, "LAST_KNOWN_YEAR", 2025)
    assert not note_published_years(now=nov(30)), "a year that is over moves nothing"


@pytest.mark.django_db
@time_machine.travel(nov(30))
def test_administrators_are_told_in_time_until_it_is_entered(client: Client) -> None:
    assert missing_years(date(2026, 10, 30)) == []
    assert missing_years(date(2026, 11, 30)) == [2027]
    system = make_staff(Role.SYSTEM_ADMINISTRATOR, DistrictFactory())
    assert [remind_of_missing_years(now=nov(day)) for day in (10, 12, 24, 30)] == [1, 0, 1, 0]
    drain()
    told = Notice.objects.filter(kind="site.year_missing")
    assert set(told.values_list("recipient", flat=True)) == {system.pk}
    enter_as_staff(client, system)
    assert "2027 年的放假安排还没有录" in client.get(reverse("admin:index")).content.decode()
    assert "holidays of 2027" in client.get("/healthz").json()["notes"]["calendar"]
    assert "还没有录放假安排的年份" in client.get("/").content.decode()

    add = reverse("admin:portal_calendaryear_add")
    assert 'value="2027"' in client.get(add).content.decode()
    form = {"year": "2027", "source": "国办发明电〔2026〕0号", "text": INVENTED}
    seen = client.post(add, form).content.decode()
    assert "放假 10 天，周末上班 2 天" in seen
    assert not CalendarOverride.objects.exists(), "looked at, not entered"
    assert "INVENTED" not in client.post(add, {**form, "back": "1"}).content.decode()
    assert client.post(add, {**form, "text": "元旦"}).status_code == 400
    assert client.post(add, {**form, "save": "1"}).status_code == 302
    row = CalendarYear.objects.get(year=2027)
    assert (row.entered_by, row.days.count()) == (system, 12)
    assert "上班" in client.get(reverse("admin:portal_calendaryear_change", args=[row.pk])).content.decode()
    assert missing_years(date(2026, 11, 30)) == []
    assert remind_of_missing_years(now=nov(30) + timedelta(days=30)) == 0
    assert "还没有录，先按" not in client.get(reverse("admin:index")).content.decode()
    assert "notes" not in client.get("/healthz").json()
