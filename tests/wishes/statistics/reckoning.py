"""The numbers counted a second way: from the objects, one rule after the other as docs/statistics.md says."""

from collections import Counter
from datetime import timedelta

from django.utils import timezone

from wishes.statistics.domain import LEVELS, MEASURES, Tally
from wishes.wishes.models import Rating, Wish

Key = tuple[str, int, str]


def counts_of(wish: Wish) -> Tally:
    """What one wish counts for."""
    counts: Counter[str] = Counter()
    if wish.state == "draft" or not wish.number:
        return Tally(counts)
    assert wish.submitted_at is not None
    counts["submitted"] = 1
    limit = timedelta(hours=2 if wish.urgency == "immediate" else 24)
    taken_back_first = wish.end == "withdrawn" and wish.responded_at == wish.closed_at
    if wish.responded_at and not taken_back_first:
        in_time = wish.responded_at - wish.submitted_at <= limit
        counts["answered_in_time" if in_time else "answered_late"] = 1
    elif wish.end != "withdrawn":
        counts["unanswered"] = 1
    counts["awaiting"] = wish.state == "fulfilled"
    counts["reopened"] = bool(wish.reopen_count)
    if wish.end:
        counts[f"ended_{wish.end}"] = 1
    done_at = wish.fulfilled_at or wish.closed_at
    if wish.end not in {"", "withdrawn"}:
        assert done_at is not None
        counts["late" if wish.due_at and done_at > wish.due_at else "in_time"] = 1
    if wish.end == "fulfilled":
        rating = Rating.objects.filter(wish=wish, round=wish.reopen_count).first()
        if rating is None:
            counts["unrated"] = 1
        else:
            marks = {"speed": rating.speed, "attitude": rating.attitude, "result": rating.result}
            counts.update(marks)
            counts["satisfied" if sum(marks.values()) / 3 >= 4 else "unsatisfied"] = 1
            counts["low"] = min(marks.values()) <= 2
    return Tally({name: int(counts[name]) for name in MEASURES})


def all_cells(reference: str = "category_id") -> dict[Key, Tally]:
    """Every sum there has to be, by path, category (or responsible person) and month."""
    found: dict[Key, Tally] = {}
    for wish in Wish.objects.all():
        tally, who = counts_of(wish), getattr(wish, "responsible_id" if reference == "handler_id" else reference)
        if not tally.submitted or who is None:
            continue
        month = timezone.localtime(wish.submitted_at).strftime("%Y-%m")
        for level in LEVELS:
            if len(wish.path) >= level * 3:
                key = (wish.path[: level * 3], who, month)
                found[key] = found.get(key, Tally()) + tally
    return found
