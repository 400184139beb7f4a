"""`manage.py translations`: keep the catalogues of the three languages."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal.site import translations


class Command(BaseCommand):
    help = "Takes the texts of the code into the catalogues: traditional Chinese is converted, English keeps its own."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        one = parser.add_mutually_exclusive_group()
        one.add_argument("--compile", action="store_true", help="only write the .mo files that Django reads")
        one.add_argument("--check", action="store_true", help="change nothing, fail when something is wrong")
        one.add_argument("--missing", action="store_true", help="print the texts without English as a JSON object")
        one.add_argument("--fill", type=Path, metavar="FILE", help="take English from such a JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["check"]:
            self._check()
        elif options["missing"]:
            words = {
                translations.ids_of(message)[0]: ["", ""] if message.pluralizable else ""
                for message in translations.missing()
            }
            self.stdout.write(json.dumps(words, ensure_ascii=False, indent=1))
        elif options["fill"]:
            self.stdout.write(f"{translations.fill(options['fill'])} texts have English now.")
        elif options["compile"]:
            for path in translations.compile_all():
                self.stdout.write(f"{path.relative_to(translations.ROOT)}")
        else:
            translations.update()
            self.stdout.write(f"{len(translations.missing())} texts still need English.")

    def _check(self) -> None:
        found = translations.problems()
        for problem in found:
            self.stderr.write(problem)
        if found:
            raise CommandError(f"{len(found)} problems. `manage.py translations` takes up new texts.")
