"""Open wishes follow their building and their grid; closed ones stay, and are counted where they stand."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from grids.lineage.registry import open_matters
from grids.lineage.services import merge_grids, renumber_grids, split_grid
from grids.roles.domain import ResidencyStatus, Role
from grids.roles.models import Residency
from grids.territory.models import Territory
from grids.territory.services import move_building
from portal.accounts.models import User
from portal.deadlines.models import Clock
from portal.deadlines.recomputing import set_override
from portal.outbox.services import drain
from tests.grids.roles.factories import make_resident, make_staff
from tests.grids.territory.factories import BuildingFactory, CommunityFactory, DistrictFactory, GridFactory, square
from tests.wishes.wishes.factories import MONDAY, Cast, confirmed, drafted, make_cast, posted
from wishes.statistics.models import StatCell
from wishes.statistics.recounting import check
from wishes.wishes import services
from wishes.wishes.models import OpenCount, Wish
from wishes.wishes.moving.domain import building_named

WHY = "新楼入住"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("3 栋东边的楼道", 3),
        ("３号楼 502 室", 3),
        ("13栋门口", 13),
        ("小区北门", None),
        ("3栋和13栋之间", None),
        ("十三幢", None),
    ],
)
def test_a_building_is_read_from_words(text: str, found: int | None) -> None:
    assert building_named(text, {3: "3栋", 13: "13 栋", 30: "三幢"}) == found


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


@pytest.fixture
def system(db: None) -> User:
    return make_staff(Role.SYSTEM_ADMINISTRATOR, DistrictFactory())


def split(system: User, cast: Cast) -> tuple[Territory, Territory]:
    """The grid's building 2栋 goes to a new grid with a head of its own; 1栋 stays."""
    BuildingFactory(grid=cast.grid, name="1栋")
    moving = BuildingFactory(grid=cast.grid, name="2栋")
    new = split_grid(actor=system, grid=cast.grid, name="东网格", buildings=[moving.pk], reason=WHY)
    make_staff(Role.GRID_HEAD, new)
    return new, moving


def _count_open_now() -> None:
    """Open wishes are counted at the end of a transaction, which does not come in a test."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def placed(wish: Wish) -> Territory | None:
    wish.refresh_from_db()
    assert wish.territory is not None
    assert wish.path == wish.territory.path
    return wish.territory


def lives_in(user: User, building: Territory) -> None:
    Residency.objects.filter(user=user, status=ResidencyStatus.APPROVED).update(building=building)


def test_open_wishes_follow_the_building_they_name_or_their_author_lives_in(system: User, cast: Cast) -> None:
    neighbour = make_resident(cast.community)
    named = posted(cast, place="2 栋门口", address="")
    elsewhere = posted(cast, place="1栋楼道", address="")
    draft = drafted(cast, address="2栋 302")
    of_resident = posted(cast, author=neighbour, address="", place="")
    unknown = posted(cast, author=make_resident(cast.community), address="", place="北门")
    BuildingFactory(grid=cast.grid, name="1栋")
    moving = BuildingFactory(grid=cast.grid, name="2栋")
    for person in (cast.author, neighbour):
        lives_in(person, moving)
    here, of_all = (
        {str(each.label): each.count for each in found}
        for found in (open_matters(cast.grid, [moving]), open_matters(cast.grid))
    )
    assert (here["没办完的心愿"], of_all["没办完的心愿"]) == (2, 4)
    new = split_grid(actor=system, grid=cast.grid, name="东网格", buildings=[moving.pk], reason=WHY)
    head = make_staff(Role.GRID_HEAD, new)
    drain()
    assert [placed(wish) for wish in (named, draft, of_resident)] == [new, new, new]
    assert [placed(wish) for wish in (elsewhere, unknown)] == [cast.grid, cast.grid]
    named.refresh_from_db()
    assert (named.responsible, named.responsible_territory) == (head, new)
    assert Clock.objects.get(subject_id=named.pk, subject_type="wishes.wish").territory_id == new.pk
    _count_open_now()
    assert OpenCount.objects.get(territory=new).open == 2
    assert Wish.objects.visible_to(head).filter(pk=named.pk).exists()
    assert check().sound


def test_a_moved_building_takes_its_wishes_along_too(system: User, cast: Cast) -> None:
    BuildingFactory(grid=cast.grid, name="1栋")
    building, other = BuildingFactory(grid=cast.grid, name="2栋"), GridFactory(community=cast.community)
    wish = posted(cast, place="2栋")
    move_building(actor=system, building=building, grid=other)
    drain()
    assert placed(wish) == other


def test_a_merge_takes_what_is_open_and_leaves_what_is_closed(system: User, cast: Cast) -> None:
    closed, wish, other = confirmed(cast), posted(cast), GridFactory(community=cast.community)
    due, version = wish.due_at, wish.version
    head = make_staff(Role.GRID_HEAD, other)
    drain()
    merge_grids(actor=system, grid=cast.grid, into=other, reason=WHY)
    drain()
    assert (placed(wish), placed(closed)) == (other, cast.grid)
    assert (wish.responsible, wish.due_at) == (head, due)
    assert wish.version > version
    assert services.claim_wish(actor=cast.volunteer, wish=wish, at=MONDAY + timedelta(hours=1))
    assert check().sound


def test_a_reopened_wish_goes_to_the_grid_that_is_left(system: User, cast: Cast) -> None:
    wish, other = confirmed(cast), GridFactory(community=cast.community)
    merge_grids(actor=system, grid=cast.grid, into=other, reason=WHY)
    services.reopen_wish(actor=cast.author, wish=wish, reason="又漏了", at=MONDAY + timedelta(days=1))
    drain()
    assert placed(wish) == other


def test_a_draft_begun_before_is_sent_to_the_present_grid(system: User, cast: Cast) -> None:
    draft, other = drafted(cast), GridFactory(community=cast.community)
    merge_grids(actor=system, grid=cast.grid, into=other, reason=WHY)
    services.submit_wish(actor=cast.author, wish=draft, at=MONDAY)
    assert placed(draft) == other


def test_the_calendar_of_the_other_grid_holds_for_what_came_there(system: User, cast: Cast) -> None:
    wish, other = posted(cast, at=timezone.now()), GridFactory(community=cast.community)
    assert wish.due_at is not None
    for back in range(3):
        day = timezone.localdate(wish.due_at) - timedelta(days=back)
        set_override(actor=None, day=day, is_workday=False, note="停电", at=timezone.now(), territory_id=other.pk)
    before = wish.due_at
    merge_grids(actor=system, grid=cast.grid, into=other, reason=WHY)
    drain()
    wish.refresh_from_db()
    assert wish.due_at is not None
    assert wish.due_at > before


def test_all_wishes_of_a_grid_stand_at_its_new_number_and_are_counted_there(system: User, cast: Cast) -> None:
    community = CommunityFactory(code="320105004001")
    GridFactory(community=community, code=f"{community.code}002", boundary=square(118.690, 32.0))
    grid = GridFactory(community=community, code=f"{community.code}001", boundary=square(118.7, 32.0))
    wish, closed = posted(cast, territory=grid), posted(cast, territory=grid)
    services.withdraw_wish(actor=cast.author, wish=closed, at=MONDAY)
    drain()
    before = grid.path
    renumber_grids(actor=system, community=community, reason=WHY)
    drain()
    assert (placed(wish), placed(closed)) == (grid, grid)
    assert wish.path > before
    assert not StatCell.objects.filter(path=before, submitted__gt=0).exists()
    assert StatCell.objects.get(path=wish.path, level=6).submitted == 2
    assert check().sound
