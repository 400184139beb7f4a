"""Use cases: one grid becomes two, two become one, a community's grids are numbered anew; nothing is lost on the way.

Each holds the community and the grids it touches (`lock_grids`), so that changes of one community's net happen one
after the other. What wings above have in these grids follows by the events.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from grids.bodies.models import Body
from grids.lineage.events import GridMerged, GridRenumbered, GridSplit
from grids.lineage.plans import Renumbering, fingerprint, plan_merge, plan_renumbering, plan_split
from grids.roles.relocation import move_residencies, relocate_staff
from grids.territory.browsing import forget_starting_places
from grids.territory.domain import NumberFate, clean_name
from grids.territory.events import GridAdded
from grids.territory.geometry import Boundary, as_geojson
from grids.territory.models import Grid, GridNumber, Territory, TerritorySetting
from grids.territory.policies import may_configure
from grids.territory.tree import lock_grids, lock_place, next_code, plant, renumber, replant
from portal.accounts.models import User
from portal.deadlines.models import CalendarOverride
from portal.deadlines.recomputing import set_override
from portal.errors import Conflict, Invalid, NotAllowed
from portal.outbox.services import record


@transaction.atomic
def split_grid(
    *,
    actor: User,
    grid: Territory,
    name: str,
    buildings: Collection[int] = (),
    area: Any = None,
    supervision_phone: str = "",
    reason: str,
    at: datetime | None = None,
) -> Territory:
    """Gives buildings, and the part of the area that is drawn, to a new grid, which is returned.

    The new grid takes the community's next number, and the old one's settings and calendar. Staff stay with the old
    grid. Raises NotAllowed, Invalid (name, reason, buildings, area), Conflict.
    """
    _require(actor, grid)
    reason = _reason(reason)
    if not clean_name(name):
        raise Invalid(_("请给新网格起个名字。"), code="required", field="name")
    (old,) = lock_grids(grid)
    plan = plan_split(old, buildings, area)
    new = plant(next_code(lock_place(str(old.code)[:12])), name)
    _found(new, old, households=plan.households, phone=supervision_phone)
    for building in plan.buildings:
        replant(building.territory, next_code(new))
    if plan.kept is not None and plan.given is not None:
        _draw(old, plan.kept, illustrative=old.boundary_is_illustrative)
        _draw(new, plan.given, illustrative=old.boundary_is_illustrative)
    GridNumber.objects.filter(grid=new).update(split_from=old)
    _copy_settings(old, new, actor=actor, at=at)
    record(GridAdded(territory_id=new.pk, code=new.code), subject=new, actor=actor, at=at)
    event = GridSplit(
        old_territory_id=old.pk,
        new_territory_id=new.pk,
        old_code=old.code,
        new_code=new.code,
        building_ids=plan.building_ids,
    )
    record(event, subject=old, actor=actor, text=reason, at=at)
    transaction.on_commit(forget_starting_places)
    return new


@transaction.atomic
def merge_grids(
    *,
    actor: User,
    grid: Territory,
    into: Territory,
    carry: Collection[int] = (),
    reason: str,
    at: datetime | None = None,
) -> Territory:
    """Lets a grid be taken up by another of its community, which is returned; the grid keeps its row and its number.

    `carry` names the appointments that go on in the other grid; all others end today with the reason. Raises
    NotAllowed, Invalid (into, reason, carry), Conflict.
    """
    _require(actor, grid)
    _require(actor, into)
    reason = _reason(reason)
    if grid.pk == into.pk:
        raise Invalid(_("请选同一个社区里的另一个网格。"), field="into")
    old, new = lock_grids(grid, into)
    plan = plan_merge(old, new)
    if not set(carry) <= {each.appointment.pk for each in plan.staff}:
        raise Invalid(_("任职有了变化，请看看现在的再选。"), code="changed", field="carry")
    for building in plan.buildings:
        replant(building.territory, next_code(new))
    relocate_staff(actor=actor, grid=old, into=new, carry=carry, reason=reason, now=at)
    move_residencies(old, new)
    _move_bodies(old, new)
    _join(old, new)
    _dissolve(old, new, at=at)
    if plan.united is not None:
        _draw(new, plan.united, illustrative=new.boundary_is_illustrative or old.boundary_is_illustrative)
    event = GridMerged(
        old_territory_id=old.pk,
        new_territory_id=new.pk,
        old_code=old.code,
        new_code=new.code,
        building_ids=plan.building_ids,
    )
    record(event, subject=old, actor=actor, text=reason, at=at)
    return new


@transaction.atomic
def renumber_grids(
    *, actor: User, community: Territory, seen: str | None = None, reason: str, at: datetime | None = None
) -> list[Renumbering]:
    """Numbers the grids of a community by the rule; `seen` is the fingerprint of the preview that was looked at.

    Raises NotAllowed, Invalid (reason), Conflict (code "changed") where the grids are no longer as previewed.
    """
    _require(actor, community)
    reason = _reason(reason)
    held = lock_place(community.code)
    rows = plan_renumbering(held)
    if seen is not None and seen != fingerprint(rows):
        raise Conflict(_("这期间网格有了变化，请看看新的编号再定。"), code="changed")
    changed = [row for row in rows if row.changes]
    if not changed:
        raise Conflict(_("编号已经是从西到东、从北到南的，不用改。"), code="in_order")
    lock_grids(*(row.grid for row in changed))
    for row in changed:
        renumber(row.grid, row.new_code)
        event = GridRenumbered(territory_id=row.grid.pk, old_code=row.old_code, new_code=row.new_code)
        record(event, subject=row.grid, actor=actor, text=reason, at=at)
    return rows


def _require(actor: User, place: Territory) -> None:
    if not may_configure(actor, place):
        raise NotAllowed(_("只有这个辖区的系统管理员可以修改配置。"))


def _reason(reason: str) -> str:
    if not reason.strip():
        raise Invalid(_("请写一句为什么这样调整，社区会看到。"), code="required", field="reason")
    return reason.strip()[:500]


def _found(new: Territory, old: Territory, *, households: int, phone: str) -> None:
    """What the new grid publishes; the households that went are no longer counted in the old one."""
    before = Grid.objects.get(territory=old)
    details = Grid(territory=new, household_count=households, supervision_phone=phone.strip())
    details.supervision_phone = details.supervision_phone or before.supervision_phone
    details.full_clean(exclude=["territory"])
    details.save()
    before.household_count = max(0, before.household_count - households)
    before.save(update_fields=["household_count"])


def _join(old: Territory, new: Territory) -> None:
    """The households are counted together, and the words on the area stand one below the other."""
    gone, here = Grid.objects.get(territory=old), Grid.objects.get(territory=new)
    here.household_count += gone.household_count
    words = [text for text in (here.area_description, gone.area_description) if text]
    here.area_description = "\n".join(dict.fromkeys(words))
    here.save(update_fields=["household_count", "area_description"])


def _dissolve(old: Territory, new: Territory, *, at: datetime | None) -> None:
    today = timezone.localdate(at)
    ended = {"until": today, "fate": NumberFate.MERGED, "successor": new, "last_boundary": old.boundary}
    GridNumber.objects.filter(grid=old, until__isnull=True).update(**ended)
    old.dissolved_on, old.boundary, old.numchild = today, None, 0
    old.save(update_fields=["dissolved_on", "boundary"])


def _draw(grid: Territory, boundary: Boundary, *, illustrative: bool) -> None:
    grid.boundary, grid.boundary_is_illustrative = as_geojson(boundary), illustrative
    grid.save(update_fields=["boundary", "boundary_is_illustrative"])


def _copy_settings(old: Territory, new: Territory, *, actor: User, at: datetime | None) -> None:
    """What held in the old grid holds in the new one: limits run on as they were promised."""
    for setting in TerritorySetting.objects.filter(territory=old):
        TerritorySetting.objects.create(territory=new, key=setting.key, value=setting.value)
    now = at or timezone.now()
    for day in CalendarOverride.objects.filter(territory_id=old.pk, date__gte=timezone.localdate(now)):
        set_override(actor=actor, day=day.date, is_workday=day.is_workday, note=day.note, at=now, territory_id=new.pk)


def _move_bodies(old: Territory, new: Territory) -> None:
    """Teams and units of the dissolved grid act in the other; one whose name is taken there gets the number too."""
    taken = set(Body.objects.filter(territory=new).values_list("name", flat=True))
    for body in Body.objects.filter(territory=old).order_by("pk"):
        if body.name in taken:
            body.name = f"{body.name[:50]}（{old.code[-3:]}）"
        body.territory = new
        body.save(update_fields=["name", "territory"])
