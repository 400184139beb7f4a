"""What the parts below ask of the division tree: clocks inherit their calendar's exceptions down it."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from grids.territory.domain import ancestor_paths
from grids.territory.models import Territory
from portal.deadlines.calendar import register_territories


class DivisionTree:
    """The division tree as clocks know it: by numbers, names and official codes."""

    def lineage(self, territory_id: int) -> Iterable[int]:
        """The place and everything above it, nearest first; the bare number of a place that is gone."""
        path = Territory.objects.filter(pk=territory_id).values_list("path", flat=True).first()
        if path is None:
            return [territory_id]
        found = Territory.objects.filter(path__in=ancestor_paths(path)).order_by("-path").values_list("pk", flat=True)
        return list(found)

    def name(self, territory_id: int) -> str:
        """What people call it."""
        found = Territory.objects.filter(pk=territory_id).values_list("name", flat=True).first()
        return found or _("已撤销的地方")

    def id_of(self, code: str) -> int | None:
        """The place with this official code."""
        found: int | None = Territory.objects.filter(code=code).values_list("pk", flat=True).first()
        return found


register_territories(DivisionTree())
