"""Two imports of 和平区 from spreadsheets: one brought in, one with cells to mend."""

import io
from collections.abc import Mapping, Sequence

from grids.districts.domain import Sheet
from grids.districts.models import DistrictImport
from grids.districts.services import bring_in, check_workbooks
from grids.districts.workbook import filled_in
from portal.accounts.models import User
from portal.jobs.running import run_next
from portal.outbox.services import drain

DONE, FAULTY = "120101001001", "120101001002"
Row = Mapping[str, str]
# Grids and buildings alone: accounts of invented people would be told of their offices an hour later.
BROUGHT_IN: Mapping[Sheet, Sequence[Row]] = {
    Sheet.GRIDS: [
        {"community": DONE, "name": name, "household_count": households, "supervision_phone": "022-5550 0201"}
        for name, households in (("福荫里第一网格", "412"), ("福荫里第二网格", "385"))
    ],
    Sheet.BUILDINGS: [
        {"community": DONE, "grid": "福荫里第一网格", "name": "1门", "address": "福荫里1门", "households": "48"},
        {"community": DONE, "grid": "福荫里第一网格", "name": "2门", "address": "福荫里2门", "households": "52"},
        {"community": DONE, "grid": "福荫里第二网格", "name": "8门", "address": "福荫里8门", "households": "60"},
    ],
}
TO_MEND: Mapping[Sheet, Sequence[Row]] = {
    Sheet.GRIDS: [
        {"community": FAULTY, "name": "新津里第一网格", "household_count": "四百户"},
        {"community": FAULTY, "name": "新津里第二网格", "household_count": "366"},
        {"community": "12010100100", "name": "新津里第三网格", "household_count": "352"},
    ],
    Sheet.BUILDINGS: [
        {"community": FAULTY, "grid": "新津里第一网格", "name": "1号楼", "longitude": "117.201", "households": "72"},
        {"community": FAULTY, "grid": "新津里第九网格", "name": "2号楼", "households": "64"},
    ],
    Sheet.STAFF: [
        {
            "legal_name": "石一鸣",
            "phone": "138 0001 29",
            "role": "网格长",
            "community": FAULTY,
            "grid": "新津里第一网格",
        },
        {
            "legal_name": "温如玉",
            "phone": "138 0001 2902",
            "role": "系统管理员",
            "community": FAULTY,
            "grid": "新津里第二网格",
        },
    ],
}


def import_district(everybody: dict[str, User]) -> None:
    """韩涛 brings in the net of one community, and has uploaded that of another, which he has to mend."""
    actor = everybody["韩涛"]
    batch = _upload(actor, "和平区·第一批.xlsx", BROUGHT_IN)
    bring_in(actor=actor, batch=batch)
    # Nobody else sees the job before the demo is there whole, so no worker is at it.
    while run_next():
        pass
    _upload(actor, "和平区·第二批.xlsx", TO_MEND)
    drain()


def _upload(actor: User, name: str, rows: Mapping[Sheet, Sequence[Row]]) -> DistrictImport:
    content = filled_in(rows)
    return check_workbooks(actor=actor, files=[(name, io.BytesIO(content), len(content))])
