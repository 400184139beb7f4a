"""Categories of incidents from and to spreadsheets. Every row is one service call."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grids.configuration.cells import Cell, number_of, text_of, yes_of
from grids.configuration.resources import Row, ServiceResource
from grids.incidents.domain import Group
from grids.incidents.models import IncidentCategory
from grids.incidents.services.categories import save_category
from grids.territory.domain import Level
from portal.errors import Invalid
from portal.formats import list_words

_CODE = gettext_lazy("代码")
_NAME = gettext_lazy("名称")
_SORT = gettext_lazy("部件或事件")
_GROUP = gettext_lazy("大类")
_LIMIT = gettext_lazy("处置时限")
_LEVEL = gettext_lazy("默认由哪一级处置")
_NEAR = gettext_lazy("多少米以内算是同一处")
_HINT = gettext_lazy("一句话说明")
_EMERGENCY = gettext_lazy("紧急情况找谁")
_POSITION = gettext_lazy("顺序")
_ACTIVE = gettext_lazy("使用中")
LEVELS = (Level.GRID, Level.COMMUNITY, Level.STREET)


class IncidentCategoryResource(ServiceResource):
    """Categories, known by their code."""

    required = (_CODE, _NAME, _GROUP, _LIMIT)

    code = Cell(_CODE, lambda row: row.code)
    name = Cell(_NAME, lambda row: row.name)
    sort = Cell(_SORT, lambda row: str(row.sort.label))
    group = Cell(_GROUP, lambda row: str(Group(row.group).label))
    limit = Cell(_LIMIT, lambda row: row.limit)
    handled_at = Cell(_LEVEL, lambda row: str(Level(row.handled_at).label))
    near_metres = Cell(_NEAR, lambda row: "" if row.near_metres is None else row.near_metres)
    hint = Cell(_HINT, lambda row: row.hint)
    emergency_advice = Cell(_EMERGENCY, lambda row: row.emergency_advice)
    position = Cell(_POSITION, lambda row: row.position)
    is_active = Cell(_ACTIVE, lambda row: _("是") if row.is_active else _("否"))

    class Meta:
        model = IncidentCategory
        fields = (
            "code",
            "name",
            "sort",
            "group",
            "limit",
            "handled_at",
            "near_metres",
            "hint",
            "emergency_advice",
            "position",
            "is_active",
        )
        import_id_fields = ()
        use_transactions = True

    def find(self, row: Row) -> IncidentCategory | None:
        return IncidentCategory.objects.filter(code=text_of(row[str(_CODE)])).first()

    def apply(self, found: IncidentCategory | None, row: Row) -> IncidentCategory:
        assert self.actor is not None
        given: dict[str, Any] = {
            "code": text_of(row[str(_CODE)]),
            "name": text_of(row[str(_NAME)]),
            "group": _group(text_of(row[str(_GROUP)])),
            "limit": text_of(row[str(_LIMIT)]),
        }
        for column, field in ((_HINT, "hint"), (_EMERGENCY, "emergency_advice")):
            if str(column) in row:
                given[field] = text_of(row[str(column)])
        if text_of(row.get(str(_LEVEL))):
            given["handled_at"] = _level(text_of(row[str(_LEVEL)]))
        if str(_NEAR) in row:
            text = text_of(row[str(_NEAR)])
            given["near_metres"] = number_of(text, str(_NEAR)) if text else None
        if str(_POSITION) in row:
            given["position"] = number_of(row[str(_POSITION)], str(_POSITION))
        if text_of(row.get(str(_ACTIVE))):
            given["is_active"] = yes_of(row[str(_ACTIVE)])
        return save_category(actor=self.actor, category=found, **given)


def _group(text: str) -> str:
    for group in Group:
        if text in (str(group.label), group.value):
            return group.value
    words = list_words(str(group.label) for group in Group)
    raise Invalid(_("没有“%(text)s”这个大类。可以写：%(groups)s。") % {"text": text[:20], "groups": words})


def _level(text: str) -> int:
    for level in LEVELS:
        if text in (str(level.label), str(level.value)):
            return level.value
    words = list_words(str(level.label) for level in LEVELS)
    raise Invalid(_("没有“%(text)s”这一级。可以写：%(levels)s。") % {"text": text[:20], "levels": words})
