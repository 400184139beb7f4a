"""What the parts below ask of the division tree: clocks inherit their calendar's exceptions down it."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from grids.territory.domain import ancestor_paths
from grids.territory.models import Territory
from portal.deadlines.calendar import register_territories


class DivisionTree:
    """The division tree as clocks know it: by numbers, names and official codes."""

    def lineages(self, territory_ids: Sequence[int]) -> dict[int, list[int]]:
        """Each place and everything above it, nearest first; the bare number of a place that is gone."""
        paths = dict(Territory.objects.filter(pk__in=territory_ids).values_list("pk", "path"))
        above = {path for found in paths.values() for path in ancestor_paths(found)}
        keys = dict(Territory.objects.filter(path__in=above).values_list("path", "pk"))
        return {
            each: [keys[path] for path in sorted(ancestor_paths(paths[each]), reverse=True)]
            if each in paths
            else [each]
            for each in territory_ids
        }

    def name(self, territory_id: int) -> str:
        """What people call it."""
        found = Territory.objects.filter(pk=territory_id).values_list("name", flat=True).first()
        return found or _("已撤销的地方")

    def id_of(self, code: str) -> int | None:
        """The place with this official code."""
        found: int | None = Territory.objects.filter(code=code).values_list("pk", flat=True).first()
        return found


register_territories(DivisionTree())
