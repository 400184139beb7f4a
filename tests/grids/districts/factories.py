"""Workbooks of a district for these tests, and an import on its way."""

import io
from collections.abc import Iterator, Mapping, Sequence

from openpyxl import Workbook

from grids.districts.domain import Part, Sheet
from grids.districts.models import DistrictImport
from grids.districts.services import bring_in, check_workbooks, undo_import
from grids.districts.workbook import SHEETS
from grids.roles.domain import Role
from grids.territory.models import Territory
from portal.accounts.models import User
from portal.jobs.running import run_next
from tests.grids.roles.factories import make_staff
from tests.grids.territory.factories import CommunityFactory, DistrictFactory

Row = dict[str, object]
HOME = "320105004004"


def workbook(rows: Mapping[Sheet, Sequence[Row]]) -> bytes:
    """A filled-in template: each row says something of some columns by their keys."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for kind, lines in rows.items():
        sheet = book.create_sheet(str(kind.label))
        sheet.append([str(column.heading) for column in SHEETS[kind]])
        for line in lines:
            sheet.append([line.get(column.key, "") for column in SHEETS[kind]])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def grid_row(name: str, **more: object) -> Row:
    """A grid of 洲岛家园社区."""
    return {"community": HOME, "name": name, "household_count": "400", **more}


def building_row(grid: str, name: str, **more: object) -> Row:
    """A building of one of its grids."""
    return {"community": HOME, "grid": grid, "name": name, **more}


def phones() -> Iterator[str]:
    """Numbers that nobody has yet."""
    return (f"136 {number // 10_000:04d} {number % 10_000:04d}" for number in range(2_000_000, 99_999_999))


def staff_row(name: str, phone: str, role: str, grid: str, **more: object) -> Row:
    """Somebody with an office in one of its grids."""
    return {"legal_name": name, "phone": phone, "role": role, "community": HOME, "grid": grid, **more}


class Office:
    """The two administrators of the district, and what they do with a workbook."""

    def __init__(self, *, system: User | None = None, security: User | None = None) -> None:
        self.community: Territory = CommunityFactory()
        self.system = system or make_staff(Role.SYSTEM_ADMINISTRATOR, DistrictFactory())
        self.security = security or make_staff(Role.SECURITY_ADMINISTRATOR, DistrictFactory())

    def check(self, rows: Mapping[Sheet, Sequence[Row]], *, actor: User | None = None) -> DistrictImport:
        """Looked over."""
        content = workbook(rows)
        return check_workbooks(actor=actor or self.system, files=[("表.xlsx", io.BytesIO(content), len(content))])

    def run(self, batch: DistrictImport) -> DistrictImport:
        """Both parts brought in, each with the word of whose it is."""
        while part := batch.next_part():
            bring_in(actor=self.system if part == Part.NET else self.security, batch=batch)
            assert run_next()
            batch.refresh_from_db()
        return batch

    def undo(self, batch: DistrictImport, *, actor: User | None = None) -> DistrictImport:
        """Taken back."""
        undo_import(actor=actor or self.security, batch=batch)
        assert run_next()
        batch.refresh_from_db()
        return batch


def small() -> dict[Sheet, Sequence[Row]]:
    """Two grids, a building, four offices of three people."""
    return {
        Sheet.GRIDS: [grid_row("东一网格", supervision_phone="025-5550 0101"), grid_row("东二网格")],
        Sheet.BUILDINGS: [building_row("东一网格", "1栋", households="60")],
        Sheet.STAFF: [
            staff_row("赵一", "136 0000 0001", "网格长", "东一网格", public_phone="025-5550 0102"),
            staff_row("赵一", "13600000001", "党建联络员", "东二网格"),
            staff_row("钱二", "136 0000 0002", "党建指导员", "东二网格"),
            staff_row("孙三", "136 0000 0003", "楼栋长", "东一网格", building="1栋"),
        ],
    }
