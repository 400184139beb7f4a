"""Open wishes go where their building or their grid goes, with their clocks, and to whoever answers there."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from grids.roles.domain import ResidencyStatus
from grids.roles.models import DutyCover, Residency
from grids.territory.domain import Level
from grids.territory.models import Territory
from grids.territory.numbers import present_place
from portal.deadlines.recomputing import relocate_clocks
from portal.outbox.services import record
from wishes.wishes.domain import State
from wishes.wishes.models import Wish
from wishes.wishes.moving.domain import building_named
from wishes.wishes.moving.events import NumberFollowed, WishMoved
from wishes.wishes.querysets import WishQuerySet
from wishes.wishes.services import steps
from wishes.wishes.services.dispatch import redispatch_wish
from wishes.wishes.services.posting import set_place

# A cover that ended longer ago was seen to by an earlier sweep.
LOOKED_BACK = timedelta(days=7)


def still_open(territory_id: int) -> WishQuerySet:
    """Everything of a grid that is not closed, drafts among it."""
    return Wish.objects.filter(territory=territory_id).exclude(state=State.CLOSED)


def wishes_of_buildings(old_id: int, buildings: Collection[int]) -> list[Wish]:
    """Open wishes of a grid that belong to one of these buildings, before or after those went elsewhere.

    A wish holds no building. Where its own words name one building of the old grid, that is it; else it is the one in
    which its author lives. Of what tells neither, nobody can say that it went, and it stays.
    """
    old = Territory.objects.get(pk=old_id)
    here = Territory.objects.under(old).at(Level.BUILDING) | Territory.objects.filter(pk__in=buildings)
    names = dict(here.values_list("pk", "name"))
    wishes = list(still_open(old_id).order_by("pk"))
    living = Residency.objects.filter(
        user__in={wish.author_id for wish in wishes}, status=ResidencyStatus.APPROVED, building__in=names
    )
    homes: dict[int, int | None] = dict(living.values_list("user", "building"))
    moving = set(buildings)
    return [
        wish
        for wish in wishes
        if (building_named(f"{wish.place} {wish.address}", names) or homes.get(wish.author_id)) in moving
    ]


@transaction.atomic
def follow_buildings(*, old_id: int, new: Territory, buildings: Collection[int], at: datetime) -> int:
    """Open wishes of buildings that left a grid belong to the new one; how many moved. Twice it does nothing more."""
    return sum(move_wish(wish=wish, to=new, at=at) for wish in wishes_of_buildings(old_id, buildings))


@transaction.atomic
def follow_merge(*, old_id: int, new: Territory, at: datetime) -> int:
    """Whatever is not closed in a dissolved grid belongs to the one that took it up; how many moved."""
    return sum(move_wish(wish=wish, to=new, at=at) for wish in still_open(old_id).order_by("pk"))


@transaction.atomic
def move_wish(*, wish: Wish, to: Territory, at: datetime | None = None) -> bool:
    """Puts an open wish into another grid: its clock goes on by the calendar there, and somebody there answers for it.

    Whoever answers for it now stays so where their appointment covers the new grid too. False where it is closed or
    there already.
    """
    now = steps.moment(at)
    wish = steps.locked(wish)
    before = wish.territory_id
    if wish.state == State.CLOSED or before == to.pk:
        return False
    set_place(wish, to)
    if wish.responsible_territory_id == before:
        wish.responsible_territory = wish.territory
    if not wish.number:
        steps.save(wish)
        return True
    record(WishMoved(wish_id=wish.pk, from_id=before, to_id=to.pk), subject=wish, at=now)
    relocate_clocks(subject=wish, territory_id=to.pk, at=now)
    clock = steps.clock(wish)
    if clock is not None:
        wish.due_at, wish.escalation = clock.due_at, clock.escalation
    steps.save(wish)
    redispatch_wish(wish=wish, at=now)
    return True


@transaction.atomic
def follow_number(*, grid: Territory, old_path: str, at: datetime) -> int:
    """All wishes of a grid with another number stand at its present path; how many did not. What counts them hears."""
    moved = Wish.objects.filter(territory=grid).exclude(path=grid.path).update(path=grid.path)
    event = NumberFollowed(territory_id=grid.pk, old_path=old_path, new_path=grid.path)
    record(event, subject=grid, at=at)
    return moved


def return_after_cover(*, now: datetime) -> int:
    """Wishes that came to somebody who stood in, and does no more, go to whoever is back; how many."""
    today = timezone.localdate(now)
    ended = DutyCover.objects.filter(cover__isnull=False, ends_on__lte=today, ends_on__gt=today - LOOKED_BACK)
    count = 0
    for cover, grid in ended.values_list("cover", "appointment__territory").distinct():
        left = Wish.objects.open().filter(responsible=cover, responsible_territory=grid).order_by("pk")
        count += sum(redispatch_wish(wish=wish, at=now) for wish in left)
    return count


def leave_dissolved_grids(*, now: datetime) -> int:
    """Moves what came to stand open in a dissolved grid after all, such as a wish reopened by an appeal; how many."""
    gone = list(Territory.objects.filter(dissolved_on__isnull=False).defer("boundary"))
    places = {place.pk: place for place in gone}
    left = Wish.objects.filter(territory__in=places).exclude(state=State.CLOSED).order_by("pk")
    return sum(
        move_wish(wish=wish, to=present_place(places[wish.territory_id or 0]), at=now) for wish in left.iterator(500)
    )
