"""Reads the permission table, the files of `table/`: one section is one route with one kind of object.

A cell lists who gets which status: `"author:200 volunteer,worker:403 *:404"`. `*` is everybody not named. A method
that a section does not mention answers as its `rest` says, 405 to everybody unless given.

302 for the anonymous is the way to the login; 404 hides what somebody may not see; 403 gives the reason; 409 says that
it is too late for anybody. POST is sent without fields to pages (400: allowed, but nothing was filled in) and with all
fields to the API. `addresses.py` says what each row knocks at.

Who is asked: everybody whom a cell names, and everybody whom `*` refuses with 403 or 404, for a door left open to one
kind of person is what this table is for. Where `*` lets in or answers all alike (200, 400, 405, the way to the login),
nothing in the route looks at who it is, and one of each kind of person speaks for the rest. The rare methods that a
section does not mention never reach its object: one of them is asked with once a route, by nobody and by a cadre.
"""

import tomllib
from dataclasses import dataclass
from pathlib import Path

from tests.permissions.world import VIEWERS

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
RARE_METHODS = ("PUT", "PATCH", "DELETE")
# Nobody, resident, cadre, administrator.
ONE_OF_EACH_KIND = ("anonymous", "author", "worker", "system_administrator")
UNKNOWN_METHOD_VIEWERS = ("anonymous", "worker")
HIDING = frozenset({403, 404})
# The admin site stands behind one gate that lets nobody in but staff, and it answers any method but POST as GET. It
# asks what may be seen before it looks at what was sent: of those who saw nothing, one of each kind sends something.
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
    is_first_of_route: bool = True

    @property
    def route(self) -> str:
        return self.name.split(" ")[0]

    @property
    def is_admin(self) -> bool:
        return self.route.startswith("admin:")

    @property
    def is_for_programs(self) -> bool:
        return self.route.startswith(("api_", "open311"))

    @property
    def methods(self) -> tuple[str, ...]:
        """The methods asked with."""
        return ADMIN_METHODS if self.is_admin else METHODS

    def viewers(self, method: str) -> tuple[str, ...]:
        """Those who ask with this method."""
        if method in RARE_METHODS and method not in self.cells:
            unknown = next(rare for rare in RARE_METHODS if rare not in self.cells)
            return UNKNOWN_METHOD_VIEWERS if self.is_first_of_route and method == unknown else ()
        cell, everybody = self.cell(method), ADMIN_VIEWERS if self.is_admin else VIEWERS
        if self.is_admin and method == "POST":
            seen = parse(self.cell("GET"), everybody)
            return tuple(viewer for viewer in everybody if seen[viewer] == 200 or viewer in ONE_OF_EACH_KIND)
        if status_of_the_rest(cell) in HIDING:
            return everybody
        return tuple(viewer for viewer in everybody if viewer in named(cell) or viewer in ONE_OF_EACH_KIND)

    def cell(self, method: str) -> str:
        return self.cells.get(method) or self.cells.get("rest", "*:405")

    def statuses(self, method: str) -> dict[str, int]:
        """Viewer → status, also of those who are not asked."""
        return parse(self.cell(method), ADMIN_VIEWERS if self.is_admin else VIEWERS)

    def expected(self) -> dict[str, dict[str, int]]:
        """Method → viewer → status, of those who ask."""
        found = {}
        for method in self.methods:
            statuses = self.statuses(method)
            found[method] = {viewer: statuses[viewer] for viewer in self.viewers(method)}
        return found


def named(cell: str) -> frozenset[str]:
    """The viewers whom a cell names."""
    return frozenset(name for part in cell.split() for name in part.split(":")[0].split(",")) - {"*"}


def status_of_the_rest(cell: str) -> int | None:
    """What everybody gets whom a cell does not name."""
    return next((int(part.removeprefix("*:")) for part in cell.split() if part.startswith("*:")), None)


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
    routes: set[str] = set()
    for file in sorted(TABLE.glob("*.toml")):
        for name, cells in tomllib.loads(file.read_text(encoding="utf-8")).items():
            if name in found:
                raise ValueError(f"{name} stands twice in the permission table")
            route = name.split(" ")[0]
            found[name] = Row(name, cells, is_first_of_route=route not in routes)
            routes.add(route)
    return list(found.values())
