"""The weekly digest (一周摘要): how a week went in one community or street, for those who answer for it."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count, F, Q
from django.utils import timezone

from grids.roles.models import Appointment
from grids.territory.models import Territory
from portal.accounts.models import User
from portal.deadlines.domain import TIME_ZONE
from portal.outbox.services import record
from wishes.statistics.domain import END_MEASURES, total, week_bounds, week_of
from wishes.statistics.events import DigestMade
from wishes.statistics.models import WeeklyDigest, WishFact
from wishes.statistics.policies import DIGEST_ROLES
from wishes.statistics.querysets import tallies
from wishes.wishes.models import Wish

# When the digest of the week before is made, in the portal's own time.
READY = time(8)
# How many wishes each list of the digest names.
LISTED = 5
COUNTED = (*END_MEASURES.values(), "satisfied", "unsatisfied", "unrated", "low")


def sweep_digests(*, now: datetime) -> int:
    """Makes the digests of last week that are still missing, from Monday 08:00 on; returns how many were made.

    May run at any time and twice at once: a place has one digest a week, and each is one transaction.
    """
    local = timezone.localtime(now, TIME_ZONE)
    monday = week_of(local.date())
    if local < datetime.combine(monday, READY, tzinfo=TIME_ZONE):
        return 0
    week = monday - timedelta(days=7)
    offices = Appointment.objects.in_force(local.date()).filter(role__in=list(DIGEST_ROLES), user__is_active=True)
    there = WeeklyDigest.objects.filter(week=week).values("territory")
    places = Territory.objects.filter(pk__in=offices.values("territory")).exclude(pk__in=there).defer("boundary")
    return sum(make_digest(territory=place, week=week, at=now) for place in list(places))


@transaction.atomic
def make_digest(*, territory: Territory, week: date, at: datetime) -> bool:
    """Writes down how that week went and tells those who answer for the place; False where it was there already."""
    digest, is_new = WeeklyDigest.objects.get_or_create(territory=territory, week=week, defaults={"made_at": at})
    if not is_new:
        return False
    digest.numbers = _numbers(territory, week, at)
    digest.save(update_fields=["numbers"])
    record(DigestMade(digest_id=digest.pk), subject=digest, at=at)
    return True


def recipients(digest: WeeklyDigest) -> list[User]:
    """Whoever holds the secretary's or the street officer's office in this very place on the day it was made."""
    day = timezone.localtime(digest.made_at, TIME_ZONE).date()
    offices = Appointment.objects.in_force(day).filter(role__in=list(DIGEST_ROLES), territory=digest.territory_id)
    return list(User.objects.filter(pk__in=offices.values("user"), is_active=True).order_by("pk"))


def _numbers(territory: Territory, week: date, at: datetime) -> dict[str, Any]:
    return {
        "week": _week(territory, week),
        "before": _week(territory, week - timedelta(days=7)),
        **_standing(territory, at),
        "low": _low(territory, week),
    }


def _week(territory: Territory, monday: date) -> dict[str, int]:
    """What came in and what ended in these seven days; an end counts in its own week, whenever the wish was sent."""
    first, behind = week_bounds(monday, TIME_ZONE)
    facts = WishFact.objects.filter(path__startswith=territory.path, submitted=1)
    ended = total(
        tally for _key, tally in tallies(facts.filter(closed_at__gte=first, closed_at__lt=behind), "submitted")
    )
    came_in = facts.filter(submitted_at__gte=first, submitted_at__lt=behind).count()
    return {"submitted": came_in, "closed": ended.closed, **{name: ended[name] for name in COUNTED}}


def _standing(territory: Territory, at: datetime) -> dict[str, Any]:
    """What is still to do at this moment, and the wishes that are late or wait longest, by id."""
    todo = Wish.objects.open().in_territory(territory).order_by()
    late = todo.filter(due_at__lte=at)
    counts = todo.aggregate(
        open=Count("pk"),
        late=Count("pk", filter=Q(due_at__lte=at)),
        waiting=Count("pk", filter=Q(waiting_since__isnull=False)),
    )
    oldest = list(todo.order_by("submitted_at", "pk").values_list("pk", "submitted_at")[:LISTED])
    return {
        **counts,
        "longest_days": (at - oldest[0][1]).days if oldest and oldest[0][1] else 0,
        "longest_wishes": [pk for pk, _since in oldest],
        "late_wishes": list(late.order_by(F("due_at").asc(), "pk").values_list("pk", flat=True)[:LISTED]),
    }


def _low(territory: Territory, monday: date) -> list[int]:
    """Wishes that somebody rated low in this week: their residents are called back."""
    first, behind = week_bounds(monday, TIME_ZONE)
    facts = WishFact.objects.filter(path__startswith=territory.path, low=1, closed_at__gte=first, closed_at__lt=behind)
    return list(facts.order_by("closed_at", "pk").values_list("pk", flat=True)[: 4 * LISTED])
