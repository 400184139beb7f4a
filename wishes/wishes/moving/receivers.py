"""How many wishes a change of the net would take along."""

from collections.abc import Collection

from django.utils.translation import gettext_lazy as _

from grids.lineage.registry import register_open_matters
from grids.territory.models import Territory
from wishes.wishes.services.moving import still_open, wishes_of_buildings


def open_wishes(grid: Territory, buildings: Collection[Territory] | None) -> int:
    """Wishes that were sent and are not closed: of the grid, or of these buildings of it."""
    if buildings is None:
        return still_open(grid.pk).exclude(number="").count()
    found = wishes_of_buildings(grid.pk, [building.pk for building in buildings])
    return sum(1 for wish in found if wish.number)


register_open_matters("wishes", label=_("没办完的心愿"), counter=open_wishes)
