"""Numbers of grids through time: an old paper with an old number finds the present grid."""

from collections.abc import Mapping

from grids.territory.domain import CODE_LENGTHS, Level, NumberFate
from grids.territory.models import GridNumber, Territory

GRID_DIGITS = CODE_LENGTHS[Level.GRID]


def present_place(place: Territory) -> Territory:
    """The place itself, or the living grid that took a dissolved one up, through as many merges as there were."""
    while place.dissolved_on is not None:
        merged = GridNumber.objects.filter(grid=place, fate=NumberFate.MERGED).select_related("successor").get()
        assert merged.successor is not None
        place = merged.successor
    return place


def grid_by_number(code: str) -> Territory | None:
    """The living grid for a number it has or once had, also that of a building; None for one nobody ever had."""
    found = GridNumber.objects.filter(code=code[:GRID_DIGITS]).select_related("grid").defer("grid__boundary").first()
    return present_place(found.grid) if found is not None else None


def place_by_code(code: str, *levels: Level) -> Territory | None:
    """The place of one of these levels with this code; for a number of former times the grid that it is now."""
    found: Territory | None = Territory.objects.at(*levels).living().defer("boundary").filter(code=code).first()
    if found is None and Level.GRID in levels and len(code) == GRID_DIGITS:
        return grid_by_number(code)
    return found


def numbers_of(grid: Territory) -> list[GridNumber]:
    """Every number of the grid and of those it took up, the newest first, for its public page and its history."""
    rows: list[GridNumber] = []
    asked = {grid.pk}
    while asked:
        found = list(GridNumber.objects.filter(grid__in=asked).defer("last_boundary"))
        rows += found
        asked = set(
            GridNumber.objects.filter(successor__in=asked).exclude(grid__in=asked).values_list("grid", flat=True)
        )
    return sorted(rows, key=lambda row: (row.until is not None, row.code))


def used_numbers(community: Territory) -> Mapping[int, int]:
    """Every number that a grid of the community has or once had, and which grid that is."""
    rows = GridNumber.objects.filter(code__startswith=community.code).values_list("code", "grid")
    return {int(code[-3:]): grid for code, grid in rows}
