"""Party organisations from and to spreadsheets. Every row is one service call."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grids.cells.domain import OrganisationKind, Rank
from grids.cells.models import PartyOrganisation
from grids.cells.services import add_organisation, change_organisation
from grids.configuration.cells import Cell, day_of, text_of, yes_of
from grids.configuration.resources import Row, ServiceResource
from grids.territory.domain import ancestor_paths
from grids.territory.models import Territory
from portal.errors import Invalid
from portal.formats import list_words

_NAME = gettext_lazy("名称")
_RANK = gettext_lazy("层级")
_KIND = gettext_lazy("类型")
_UNIT = gettext_lazy("所属单位或行业")
_PLACE = gettext_lazy("地区编码")
_PARENT = gettext_lazy("上级党组织")
_PHONE = gettext_lazy("联系电话")
_ACTS = gettext_lazy("认领心愿")
_ACTIVE = gettext_lazy("现有")
_FOUNDED = gettext_lazy("成立日期")


class OrganisationResource(ServiceResource):
    """Party organisations, known by place and name; those above stand in lines before those below."""

    required = (_NAME, _RANK, _PLACE)

    name = Cell(_NAME, lambda one: one.name)
    rank = Cell(_RANK, lambda one: str(Rank(one.rank).label))
    kind = Cell(_KIND, lambda one: str(OrganisationKind(one.kind).label))
    unit = Cell(_UNIT, lambda one: one.unit)
    place = Cell(_PLACE, lambda one: one.territory.code)
    parent = Cell(_PARENT, lambda one: one.parent.name if one.parent else "")
    phone = Cell(_PHONE, lambda one: one.phone)
    acts = Cell(_ACTS, lambda one: _("是") if one.acts else _("否"))
    is_active = Cell(_ACTIVE, lambda one: _("是") if one.is_active else _("否"))
    founded_on = Cell(_FOUNDED, lambda one: one.founded_on.isoformat() if one.founded_on else "")

    class Meta:
        model = PartyOrganisation
        fields = ("name", "rank", "kind", "unit", "place", "parent", "phone", "acts", "is_active", "founded_on")
        import_id_fields = ()
        use_transactions = True

    def get_queryset(self) -> Any:
        return super().get_queryset().select_related("territory", "parent", "body").defer("territory__boundary")

    def find(self, row: Row) -> PartyOrganisation | None:
        found = PartyOrganisation.objects.select_related("territory", "parent", "body")
        return found.filter(territory=_territory(row), name=text_of(row[str(_NAME)])).first()

    def apply(self, found: PartyOrganisation | None, row: Row) -> PartyOrganisation:
        assert self.actor is not None
        place = _territory(row)
        details: dict[str, Any] = {"rank": _choice(Rank, text_of(row[str(_RANK)]))}
        if text_of(row.get(str(_KIND))):
            details["kind"] = _choice(OrganisationKind, text_of(row[str(_KIND)]))
        for column, field in ((_UNIT, "unit"), (_PHONE, "phone")):
            if str(column) in row:
                details[field] = text_of(row[str(column)])
        if str(_PARENT) in row:
            details["parent"] = _parent(text_of(row[str(_PARENT)]), place)
        for column, field in ((_ACTS, "acts"), (_ACTIVE, "is_active")):
            if text_of(row.get(str(column))):
                details[field] = yes_of(row[str(column)])
        founded_on = day_of(row.get(str(_FOUNDED)), str(_FOUNDED))
        if founded_on is not None:
            details["founded_on"] = founded_on
        if found is None:
            name = text_of(row[str(_NAME)])
            return add_organisation(actor=self.actor, name=name, territory=place, **details)
        return change_organisation(actor=self.actor, organisation=found, **details)


def _territory(row: Row) -> Territory:
    code = text_of(row[str(_PLACE)])
    found: Territory | None = Territory.objects.filter(code=code).defer("boundary").first()
    if found is None:
        raise Invalid(_("没有编码是“%s”的地方。") % code[:20])
    return found


def _parent(name: str, place: Territory) -> PartyOrganisation | None:
    """The organisation of that name which covers the place, the nearest where there are several."""
    if not name:
        return None
    covering = PartyOrganisation.objects.filter(name=name, territory__path__in=ancestor_paths(str(place.path)))
    found = covering.select_related("territory").order_by("-territory__depth").first()
    if found is None:
        raise Invalid(_("这个地方和它的上级都没有叫“%s”的党组织。上级要写在前面的行。") % name[:60])
    return found


def _choice(kind: type[Rank] | type[OrganisationKind], text: str) -> Any:
    for each in kind:
        if text in (str(each.label), str(each.value)):
            return each.value
    words = list_words(str(each.label) for each in kind)
    raise Invalid(_("没有“%(text)s”。可以写：%(words)s。") % {"text": text[:20], "words": words})
