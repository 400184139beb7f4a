"""`manage.py verify_audit`: walk the audit chain and say whether it holds."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal.outbox.sealing import verify


class Command(BaseCommand):
    help = (
        "Checks every seal of the audit chain and prints how many hold. Exits with 1 at the first that is broken. "
        "Note the printed head somewhere else and give it with --expect later, to notice a chain cut off at its end."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--expect", metavar="SEQUENCE:DIGEST", help="a head printed earlier, which must still be there"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        verdict = verify(expect=_parse(options["expect"]))
        if verdict.fault is None:
            self.stdout.write(f"{verdict.count} seals hold. Head: {verdict.count}:{verdict.head}")
            return
        seal = f"seal {verdict.fault.sequence}" if verdict.fault.sequence else "no seal"
        event = f"event {verdict.fault.event_id}" if verdict.fault.event_id else "no event"
        self.stdout.write(f"{verdict.count} seals hold. Head: {verdict.count}:{verdict.head}")
        raise CommandError(f"BROKEN at {seal}, {event}: {verdict.fault.reason}.", returncode=1)


def _parse(expected: str | None) -> tuple[int, str] | None:
    if not expected:
        return None
    sequence, _, digest = expected.partition(":")
    if not sequence.isdigit() or len(digest) != 64:
        raise CommandError("--expect is written SEQUENCE:DIGEST, as this command prints it.", returncode=2)
    return int(sequence), digest
