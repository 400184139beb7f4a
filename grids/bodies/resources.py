"""Bodies from and to spreadsheets. Every row is one service call."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grids.bodies.domain import BodyKind
from grids.bodies.models import Body
from grids.bodies.services import add_body, change_body
from grids.configuration.cells import Cell, text_of, yes_of
from grids.configuration.resources import Row, ServiceResource
from grids.territory.models import Territory
from portal.errors import Invalid
from portal.formats import list_words

_NAME = gettext_lazy("名称")
_KIND = gettext_lazy("类型")
_PLACE = gettext_lazy("地区编码")
_DESCRIPTION = gettext_lazy("能帮什么")
_CONTACT = gettext_lazy("联系人")
_PHONE = gettext_lazy("联系电话")
_ACTIVE = gettext_lazy("参加服务")


class BodyResource(ServiceResource):
    """Bodies, known by place and name."""

    required = (_NAME, _KIND, _PLACE)

    name = Cell(_NAME, lambda body: body.name)
    kind = Cell(_KIND, lambda body: str(BodyKind(body.kind).label))
    place = Cell(_PLACE, lambda body: body.territory.code)
    description = Cell(_DESCRIPTION, lambda body: body.description)
    contact_name = Cell(_CONTACT, lambda body: body.contact_name)
    contact_phone = Cell(_PHONE, lambda body: body.contact_phone)
    is_active = Cell(_ACTIVE, lambda body: _("是") if body.is_active else _("否"))

    class Meta:
        model = Body
        fields = ("name", "kind", "place", "description", "contact_name", "contact_phone", "is_active")
        import_id_fields = ()
        use_transactions = True

    def find(self, row: Row) -> Body | None:
        bodies = Body.objects.select_related("territory")
        return bodies.filter(territory=_territory(row), name=text_of(row[str(_NAME)])).first()

    def apply(self, found: Body | None, row: Row) -> Body:
        assert self.actor is not None
        details: dict[str, Any] = {
            field: text_of(row[str(column)])
            for column, field in ((_DESCRIPTION, "description"), (_CONTACT, "contact_name"), (_PHONE, "contact_phone"))
            if str(column) in row
        }
        if text_of(row.get(str(_ACTIVE))):
            details["is_active"] = yes_of(row[str(_ACTIVE)])
        kind = _kind(text_of(row[str(_KIND)]))
        if found is None:
            name = text_of(row[str(_NAME)])
            return add_body(actor=self.actor, kind=kind, name=name, territory=_territory(row), **details)
        return change_body(actor=self.actor, body=found, kind=kind, **details)


def _territory(row: Row) -> Territory:
    code = text_of(row[str(_PLACE)])
    found: Territory | None = Territory.objects.filter(code=code).defer("boundary").first()
    if found is None:
        raise Invalid(_("没有编码是“%s”的地方。") % code[:20])
    return found


def _kind(text: str) -> str:
    for kind in BodyKind:
        if text in (str(kind.label), kind.value):
            return kind.value
    words = list_words(str(kind.label) for kind in BodyKind)
    raise Invalid(_("没有“%(text)s”这个类型。可以写：%(kinds)s。") % {"text": text[:20], "kinds": words})
