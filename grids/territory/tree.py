"""Planting and moving places: the only code that writes path, depth and the count of children."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from django.db import IntegrityError, connection, models, transaction
from django.db.models import F, ProtectedError, RestrictedError
from django.utils.translation import gettext as _

from grids.territory.domain import CODE_LENGTHS, Level, clean_name, level_of, parent_code, path_of
from grids.territory.models import GridNumber, Territory
from portal.errors import Conflict, Invalid


def check_code(code: str) -> Level:
    """The level of a code typed by a person. Raises Invalid that says what a code looks like."""
    try:
        return level_of(code)
    except ValueError:
        raise Invalid(
            _(
                "编码“%(code)s”不对：区县 6 位、街道 9 位、社区 12 位，网格是社区的 12 位再加 3 位，"
                "楼栋是网格的 15 位再加 3 位。"
            )
            % {"code": code},
            field="code",
            code="code_malformed",
        ) from None


def lock_place(code: str) -> Territory:
    """The place above, locked until the transaction ends, so that its children change one at a time.

    Rows that only point at it come and go meanwhile. Raises Invalid when there is none.
    """
    found = Territory.objects.select_for_update(no_key=True).filter(code=code).first()
    if found is None:
        raise Invalid(_("上级编码 %(code)s 还没有，请先导入或新建上级。") % {"code": code}, field="code", code="orphan")
    return found  # type: ignore[no-any-return]


def lock_grids(*grids: Territory) -> list[Territory]:
    """Grids of one community as they are now, held with it until the transaction ends, in the order given.

    The community comes first and the grids in the order of their codes, so that nobody who changes the net of grids
    waits for somebody who waits for them. Raises Invalid for grids of several communities and Conflict for one that
    is dissolved.
    """
    communities = {parent_code(grid.code) for grid in grids}
    if len(communities) != 1:
        raise Invalid(_("只能在同一个社区里调整网格。"), code="other_community")
    lock_place(communities.pop())
    wanted = {grid.pk for grid in grids}
    held = {each.pk: each for each in Territory.objects.select_for_update().filter(pk__in=wanted).order_by("path")}
    for grid in held.values():
        require_living(grid)
    return [held[grid.pk] for grid in grids]


# Keeps the row from being dissolved or renumbered until the transaction ends, and holds up nobody else.
_HOLD = "SELECT code, path, dissolved_on FROM grids_territory WHERE id = %s FOR KEY SHARE"


def hold_place(place: Territory) -> Territory:
    """The same place with its number and end as they are now, which they stay until the transaction ends.

    Whoever puts something new into a grid holds it so: a merge waits for them, or they see that it is dissolved.
    Raises Conflict for a place that was removed meanwhile, as when the import that made it is undone.
    """
    with connection.cursor() as cursor:
        cursor.execute(_HOLD, [place.pk])
        found = cursor.fetchone()
    if found is None:
        raise Conflict(_("“%(name)s”刚刚撤掉了，请另选一个地方。") % {"name": place.name}, code="place_removed")
    place.code, place.path, place.dissolved_on = found
    return place


_HOLD_MANY = "SELECT id FROM grids_territory WHERE id = ANY(%s) ORDER BY id FOR KEY SHARE"


def hold_places(places: Iterable[Territory]) -> dict[int, Territory]:
    """`hold_place` for many, by id, read anew without their boundaries."""
    wanted = sorted({place.pk for place in places})
    with connection.cursor() as cursor:
        cursor.execute(_HOLD_MANY, [wanted])
    found: dict[int, Territory] = Territory.objects.defer("boundary").in_bulk(wanted)
    return found


def require_living(place: Territory) -> None:
    """Raises Conflict for a grid that was dissolved."""
    if place.dissolved_on is not None:
        raise Conflict(_("“%(name)s”已经并入别的网格，请选现在的网格。") % {"name": place.name}, code="grid_dissolved")


@transaction.atomic
def plant(code: str, name: str, **fields: Any) -> Territory:
    """A new place under the one its code names. Raises Invalid (code, no parent, no name) and Conflict (code taken)."""
    level = check_code(code)
    tidy = clean_name(name)
    if not tidy:
        raise Invalid(_("请填写名称。"), field="name")
    if level > Level.PROVINCE:
        parent = lock_place(parent_code(code))
        require_living(parent)
        Territory.objects.filter(pk=parent.pk).update(numchild=F("numchild") + 1)
    place = Territory(code=code, name=tidy, **fields)
    place.place()
    try:
        with transaction.atomic():
            place.save(force_insert=True)
    except IntegrityError as error:
        if "grid_number_never_given_to_another" in str(error):
            words = _("编号 %(code)s 以前是别的网格的，不能再用。") % {"code": code}
            raise Conflict(words, code="number_used", field="code") from error
        raise Conflict(_("编码 %(code)s 已经有了。") % {"code": code}, code="code_taken", field="code") from error
    return place


def plant_many(parent: Territory, places: Sequence[tuple[str, str]]) -> list[Territory]:
    """New places, given by code and name, under one that the caller has locked. Raises Invalid and Conflict.

    Where the database refuses one of them none is planted; `plant` tells which it is.
    """
    require_living(parent)
    rows = []
    for code, name in places:
        if not clean_name(name):
            raise Invalid(_("请填写名称。"), field="name")
        place = Territory(code=code, name=clean_name(name))
        place.place()
        rows.append(place)
    try:
        with transaction.atomic():
            Territory.objects.bulk_create(rows)
    except IntegrityError as error:
        raise Conflict(_("编码已经有了。"), code="code_taken", field="code") from error
    Territory.objects.filter(pk=parent.pk).update(numchild=F("numchild") + len(rows))
    return rows


def uproot_many(places: Collection[int]) -> None:
    """Removes places that the caller holds for update and on which nothing stands, the lowest first.

    Raises Conflict where something does after all; then none is removed.
    """
    rows = list(Territory.objects.filter(pk__in=places).values_list("code", flat=True))
    above = Counter(parent_code(code) for code in rows)
    try:
        with transaction.atomic():
            for level in (Level.BUILDING, Level.GRID):
                models.QuerySet(Territory).filter(pk__in=places, level=level).delete()
    except (ProtectedError, RestrictedError) as error:
        raise Conflict(_("有的地方还有人或事在用，不能删除。"), code="in_use") from error
    for code, count in above.items():
        Territory.objects.filter(code=code).update(numchild=F("numchild") - count)


@transaction.atomic
def uproot(place: Territory) -> None:
    """Removes a place that nothing stands below and nobody refers to. Raises Conflict otherwise."""
    lock_place(parent_code(place.code))
    locked = Territory.objects.select_for_update().get(pk=place.pk)
    if Territory.objects.under(locked).exclude(pk=locked.pk).exists():
        raise Conflict(_("“%(name)s”下面还有别的地方，不能删除。") % {"name": locked.name}, code="has_children")
    try:
        models.Model.delete(locked)
    except (ProtectedError, RestrictedError) as error:
        raise Conflict(_("“%(name)s”还有人或事在用，不能删除。") % {"name": locked.name}, code="in_use") from error
    Territory.objects.filter(code=parent_code(place.code)).update(numchild=F("numchild") - 1)


@transaction.atomic
def replant(place: Territory, code: str) -> Territory:
    """Moves a place without children under another parent by giving it another code; its id stays.

    Raises Invalid and Conflict.
    """
    level = check_code(code)
    if level != place.level:
        raise Invalid(_("层级不能改变。"), field="code")
    if place.numchild:
        raise Conflict(_("“%(name)s”下面还有别的地方，不能移动。") % {"name": place.name}, code="has_children")
    old, new = parent_code(place.code), parent_code(code)
    # Both parents are locked in the order of their codes, so that two opposite moves do not wait for each other.
    for each in sorted({old, new}):
        require_living(lock_place(each))
    if Territory.objects.select_for_update().values_list("code", flat=True).get(pk=place.pk) != place.code:
        raise Conflict(_("“%(name)s”刚刚换了网格或编号，请看看现在的再来。") % {"name": place.name}, code="changed")
    Territory.objects.filter(code=old).update(numchild=F("numchild") - 1)
    Territory.objects.filter(code=new).update(numchild=F("numchild") + 1)
    place.code = code
    place.path = path_of(code)
    try:
        with transaction.atomic():
            place.save(update_fields=["code", "path"])
    except IntegrityError as error:
        raise Conflict(_("编码 %(code)s 已经有了。") % {"code": code}, code="code_taken", field="code") from error
    return place


_RENUMBER = """
UPDATE grids_territory
SET code = %(code)s || substr(code, %(digits)s + 1), path = %(path)s || substr(path, %(steps)s + 1)
WHERE path >= %(old)s AND path < %(old)s || ':'
"""


def renumber(grid: Territory, code: str) -> None:
    """Gives a grid another number in its community; its buildings follow, ids stay. Its row is held by the caller.

    A number that another grid has, or once had, is refused by the database.
    """
    path = path_of(code)
    with connection.cursor() as cursor:
        cursor.execute(
            _RENUMBER,
            {"code": code, "digits": len(code), "path": path, "steps": len(path), "old": str(grid.path)},
        )
    grid.code, grid.path = code, path


def next_code(parent: Territory) -> str:
    """The next free code below a community (a grid) or a grid (a building). Raises Conflict after 999.

    A number that a grid once had is never free again.
    """
    last = Territory.objects.children_of(parent).order_by("-path").values_list("code", flat=True).first()
    if parent.level == Level.COMMUNITY:
        used = GridNumber.objects.filter(code__startswith=parent.code).order_by("-code")
        last = max(last or "", used.values_list("code", flat=True).first() or "")
    number = int(last[-3:]) + 1 if last else 1
    if number > 999:
        raise Conflict(_("这里的编号用完了（最多 999 个）。"), code="codes_used_up")
    assert len(parent.code) + 3 in CODE_LENGTHS.values()
    return f"{parent.code}{number:03d}"
