"""Planting and moving places: the only code that writes path, depth and the count of children."""

from typing import Any

from django.db import IntegrityError, models, transaction
from django.db.models import F, ProtectedError, RestrictedError
from django.utils.translation import gettext as _

from grids.territory.domain import CODE_LENGTHS, Level, clean_name, level_of, parent_code, path_of
from grids.territory.models import Territory
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

    Raises Invalid when there is none.
    """
    found = Territory.objects.select_for_update().filter(code=code).first()
    if found is None:
        raise Invalid(_("上级编码 %(code)s 还没有，请先导入或新建上级。") % {"code": code}, field="code", code="orphan")
    return found  # type: ignore[no-any-return]


@transaction.atomic
def plant(code: str, name: str, **fields: Any) -> Territory:
    """A new place under the one its code names. Raises Invalid (code, no parent, no name) and Conflict (code taken)."""
    level = check_code(code)
    tidy = clean_name(name)
    if not tidy:
        raise Invalid(_("请填写名称。"), field="name")
    if level > Level.PROVINCE:
        parent = lock_place(parent_code(code))
        Territory.objects.filter(pk=parent.pk).update(numchild=F("numchild") + 1)
    place = Territory(code=code, name=tidy, **fields)
    place.place()
    try:
        with transaction.atomic():
            place.save(force_insert=True)
    except IntegrityError as error:
        raise Conflict(_("编码 %(code)s 已经有了。") % {"code": code}, code="code_taken", field="code") from error
    return place


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
        lock_place(each)
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


def next_code(parent: Territory) -> str:
    """The next free code below a community (a grid) or a grid (a building). Raises Conflict after 999."""
    last = Territory.objects.children_of(parent).order_by("-path").values_list("code", flat=True).first()
    number = int(last[-3:]) + 1 if last else 1
    if number > 999:
        raise Conflict(_("这里的编号用完了（最多 999 个）。"), code="codes_used_up")
    assert len(parent.code) + 3 in CODE_LENGTHS.values()
    return f"{parent.code}{number:03d}"
