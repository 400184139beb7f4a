"""Households from and to spreadsheets: buildings and doors only. Every row is one service call."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grids.configuration.cells import Cell, text_of
from grids.configuration.resources import Row, ServiceResource
from grids.pairing.models import Household
from grids.pairing.services import add_household
from grids.territory.domain import Level
from grids.territory.models import Territory
from portal.errors import Invalid

_BUILDING = gettext_lazy("楼栋编码")
_DOOR = gettext_lazy("门牌号")


class HouseholdResource(ServiceResource):
    """Households, known by building and door; what stands there already is left alone."""

    required = (_BUILDING, _DOOR)

    building = Cell(_BUILDING, lambda one: one.building.code)
    door = Cell(_DOOR, lambda one: one.door)

    class Meta:
        model = Household
        fields = ("building", "door")
        import_id_fields = ()
        use_transactions = True

    def get_queryset(self) -> Any:
        return super().get_queryset().select_related("building").defer("building__boundary")

    def find(self, row: Row) -> Household | None:
        door = " ".join(text_of(row[str(_DOOR)]).split())
        rows = Household.objects.select_related("building")
        return rows.filter(building__code=text_of(row[str(_BUILDING)]), door=door).first()

    def apply(self, found: Household | None, row: Row) -> Household:
        assert self.actor is not None
        if found is not None:
            return found
        code = text_of(row[str(_BUILDING)])
        building: Territory | None = Territory.objects.at(Level.BUILDING).filter(code=code).first()
        if building is None:
            raise Invalid(_("没有编码是“%s”的楼栋。") % code[:20])
        return add_household(actor=self.actor, building=building, door=text_of(row[str(_DOOR)]))
