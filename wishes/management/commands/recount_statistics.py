"""`manage.py recount_statistics`: is every number what the wishes say? `--repair` writes all of them anew."""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from tqdm import tqdm

from wishes.statistics.recounting import check, repair


class Command(BaseCommand):
    """Checks unless told to repair; ends with an error where a number is wrong, so that a schedule notices."""

    help = "Compare all statistics with the wishes (--check, the default), or write them anew (--repair)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        chosen = parser.add_mutually_exclusive_group()
        chosen.add_argument("--check", action="store_true", help="compare and say what differs; changes nothing")
        chosen.add_argument("--repair", action="store_true", help="count everything anew, then compare")

    def handle(self, *args: Any, **options: Any) -> None:
        started = time.monotonic()
        if options["repair"]:
            with tqdm(total=1, desc=_("重新统计"), unit=_("步"), disable=None) as bar:
                repair(progress=_teller(bar))
        with tqdm(total=1, desc=_("核对统计"), unit=_("步"), disable=None) as bar:
            found = check(progress=_teller(bar))
        seconds = time.monotonic() - started
        if not found.sound:
            raise CommandError(
                _("有 {facts} 个心愿、{cells} 格统计对不上：{named}").format(
                    facts=found.facts, cells=found.cells, named="；".join(found.named)
                )
            )
        self.stdout.write(_("统计和心愿对得上，用了 {seconds} 秒。").format(seconds=f"{seconds:.1f}"))


def _teller(bar: Any) -> Any:
    def tell(done: int, total: int) -> None:
        bar.total = total
        bar.update(done - bar.n)

    return tell
