"""What a board says of coming days."""

from datetime import date, timedelta

from grids.duty.domain import Absence, Office, Presence, cell_of, days_from, row_of, spans_of

DAY = date(2026, 11, 23)


def after(days: int) -> date:
    return DAY + timedelta(days=days)


def test_a_head_on_leave_is_covered_or_missing_and_back_again() -> None:
    leave = (Absence(after(2), after(4), "李四"), Absence(after(5), after(6)))
    head = Office("张三", after(-30), after(8), leave)
    days = days_from(DAY, 10)
    told = [cell_of(day, [head], []).head for day in days]
    there, covered, away, vacant = Presence.THERE, Presence.COVERED, Presence.AWAY, Presence.VACANT
    assert told == [there, there, covered, covered, there, away, there, there, vacant, vacant]
    assert cell_of(after(2), [head], []).head_name == "李四"


def test_one_member_is_enough() -> None:
    away = Office("甲", after(-9), None, (Absence(after(-1), after(5)),))
    there = Office("乙", after(-9), None)
    both = cell_of(DAY, [], [away, there])
    assert (both.members, both.member_names) == (Presence.THERE, ("乙",))
    alone = cell_of(DAY, [], [away])
    assert alone.members == Presence.AWAY
    assert alone.is_gap


def test_a_grid_without_anybody_is_a_gap_every_day_and_one_line() -> None:
    row = row_of("1", "第一网格", days_from(DAY), {}, head="grid_head", member="grid_member")
    assert len(row.gaps) == 14
    (span,) = spans_of(row.cells)
    assert (span.first, span.last, span.length, span.is_gap) == (DAY, after(13), 14, True)
