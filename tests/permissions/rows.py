"""Reads the permission table, the files of `table/`: one section is one route with one kind of object.

A cell lists who gets which status: `"author:200 volunteer,worker:403 *:404"`. `*` is everybody not named. A method
that a section does not mention answers as its `rest` says, 405 to everybody unless given.

302 for the anonymous is the way to the login; 404 hides what somebody may not see; 403 gives the reason; 409 says that
it is too late for anybody. POST is sent without fields to pages (400: allowed, but nothing was filled in) and with all
fields to the API. `addresses.py` says what each row knocks at.
"""

import tomllib
from dataclasses import dataclass
from pathlib import Path

from tests.permissions.world import VIEWERS

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
# Methods that hardly any route knows are asked with by one person of each kind: nobody, resident, cadre, administrator.
RARE_METHODS = frozenset({"PUT", "PATCH", "DELETE"})
RARE_VIEWERS = ("anonymous", "author", "worker", "system_administrator")
# The admin site stands behind one gate that lets nobody in but staff, and it answers any method but POST as GET.
ADMIN_METHODS = ("GET", "POST")
ADMIN_VIEWERS = (
    "anonymous",
    "author",
    "worker",
    "district_administrator",
    "supervisor",
    "system_administrator",
    "security_administrator",
    "audit_administrator",
)
TABLE = Path(__file__).with_name("table")


@dataclass(frozen=True)
class Row:
    """What each viewer gets from one route by each method. `case` tells objects of one route apart."""

    name: str
    cells: dict[str, str]

    @property
    def route(self) -> str:
        return self.name.split(" ")[0]

    @property
    def is_admin(self) -> bool:
        return self.route.startswith("admin:")

    @property
    def methods(self) -> tuple[str, ...]:
        """The methods asked with."""
        return ADMIN_METHODS if self.is_admin else METHODS

    def viewers(self, method: str) -> tuple[str, ...]:
        """Those who ask with this method."""
        if self.is_admin:
            return ADMIN_VIEWERS
        return RARE_VIEWERS if method in RARE_METHODS else VIEWERS

    def expected(self) -> dict[str, dict[str, int]]:
        """Method → viewer → status."""
        default = self.cells.get("rest", "*:405")
        found = {}
        for method in self.methods:
            statuses = parse(self.cells.get(method, default), ADMIN_VIEWERS if self.is_admin else VIEWERS)
            found[method] = {viewer: statuses[viewer] for viewer in self.viewers(method)}
        return found


def parse(cell: str, viewers: tuple[str, ...] = VIEWERS) -> dict[str, int]:
    """Viewer → status. Raises KeyError for a viewer that does not exist or is left out."""
    statuses: dict[str, int] = {}
    default: int | None = None
    for part in cell.split():
        names, status = part.split(":")
        for name in names.split(","):
            if name == "*":
                default = int(status)
            elif name in viewers:
                statuses[name] = int(status)
            else:
                raise KeyError(name)
    missing = [name for name in viewers if name not in statuses]
    if missing and default is None:
        raise KeyError(f"{missing} left out of {cell!r}")
    return {name: statuses.get(name, default or 0) for name in viewers}


def rows() -> list[Row]:
    """The whole table. Raises ValueError for a section that stands in two files."""
    found: dict[str, Row] = {}
    for file in sorted(TABLE.glob("*.toml")):
        for name, cells in tomllib.loads(file.read_text(encoding="utf-8")).items():
            if name in found:
                raise ValueError(f"{name} stands twice in the permission table")
            found[name] = Row(name, cells)
    return list(found.values())
