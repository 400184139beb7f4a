"""How long a district takes from spreadsheets to a working net, with invented people; undone again unless told."""

import io
import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from itertools import cycle
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from grids.districts.domain import Sheet
from grids.districts.models import DistrictImport
from grids.districts.services import bring_in, check_workbooks, undo_import
from grids.districts.workbook import filled_in
from grids.management.commands.import_divisions import peak_memory_megabytes
from grids.roles.domain import Role
from grids.roles.models import Appointment
from grids.territory.domain import Level
from grids.territory.models import Territory
from portal.accounts.models import User
from portal.jobs.models import Job, JobState
from portal.jobs.running import run_waiting

# Tianjin Heping (docs/domain.md §5).
GRIDS, MANAGERS, INFORMANTS, INSTRUCTORS, LIAISONS = 629, 661, 1561, 183, 145
SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜"
GIVEN = "安宁和顺康乐平明远志诚信义礼智勇"
Row = dict[str, str]


class Command(BaseCommand):
    """Makes the workbook from the official codes and takes it through the portal's own services and jobs."""

    help = "Measure a district's import of the size of Tianjin Heping: checking, both parts, undoing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("code", nargs="?", default="120101", help="a district whose communities are there")
        parser.add_argument("--keep", action="store_true", help="leave it as imported")
        parser.add_argument("--write", default="", help="only write the workbook to this file")

    def handle(self, *args: Any, **options: Any) -> None:
        district: Territory | None = Territory.objects.filter(code=options["code"], level=Level.DISTRICT).first()
        if district is None:
            raise CommandError(f"{options['code']} is no district here: import_divisions {options['code']} first.")
        content = self.timed("workbook written", lambda: workbook(district))
        self.stdout.write(f"  {len(content):,} bytes")
        if options["write"]:
            with open(options["write"], "wb") as file:
                file.write(content)
            return
        system, security = (
            self.administrator(role, district) for role in (Role.SYSTEM_ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR)
        )
        began = time.perf_counter()
        files = [("district.xlsx", io.BytesIO(content), len(content))]
        batch = self.timed("looked over", lambda: check_workbooks(actor=system, files=files))
        if batch.state != DistrictImport.State.READY:
            raise CommandError("\n".join(str(row.problems) for row in batch.rows.exclude(problems=[])[:5]))
        self.timed("grids brought in", lambda: self.finish(bring_in(actor=system, batch=batch)))
        batch.refresh_from_db()
        self.timed("people appointed", lambda: self.finish(bring_in(actor=security, batch=batch)))
        self.stdout.write(f"{'altogether':<18}{time.perf_counter() - began:7.1f} s")
        for sheet, states in batch.counts().items():
            self.stdout.write(f"  {sheet}: {states}")
        if not options["keep"]:
            batch.refresh_from_db()
            self.timed("undone", lambda: self.finish(undo_import(actor=security, batch=batch)))
        self.stdout.write(f"memory at its peak {peak_memory_megabytes():.0f} MB")

    def administrator(self, role: Role, district: Territory) -> User:
        """Whoever holds the role there. Raises CommandError."""
        held = Appointment.objects.in_force().filter(role=role, territory=district).select_related("user").first()
        if held is None:
            raise CommandError(f"Nobody is {role.value} of {district.code}.")
        return held.user

    def finish(self, job: Job) -> None:
        """Waits for the worker, or does the work where none runs. Raises CommandError."""
        while not job.is_finished:
            run_waiting(seconds=0.1)
            time.sleep(0.05)
            job.refresh_from_db()
        if job.state != JobState.DONE:
            raise CommandError(job.error)

    def timed(self, what: str, work: Callable[[], Any]) -> Any:
        """The answer, after its time was told."""
        began = time.perf_counter()
        answer = work()
        self.stdout.write(f"{what:<18}{time.perf_counter() - began:7.1f} s")
        return answer


def workbook(district: Territory) -> bytes:
    """The sheets of a district of that size: its real communities, invented grids and people."""
    communities = list(Territory.objects.under(district).at(Level.COMMUNITY).values_list("code", flat=True))
    if not communities:
        raise CommandError(f"{district.code} has no communities.")
    grids = [
        (code, f"测试第{number}网格") for number, code in zip(range(1, GRIDS + 1), cycle(communities), strict=False)
    ]
    rows: dict[Sheet, list[Row]] = {
        Sheet.GRIDS: [
            {"community": code, "name": name, "household_count": str(300 + number % 200)}
            for number, (code, name) in enumerate(grids)
        ],
        Sheet.STAFF: list(_people(grids)),
    }
    return filled_in(rows)


def _people(grids: list[tuple[str, str]]) -> Iterator[Row]:
    roles = [
        *([Role.GRID_HEAD] * GRIDS),
        *([Role.GRID_MEMBER] * (MANAGERS - GRIDS)),
        *([Role.INFORMANT] * INFORMANTS),
        *([Role.INSTRUCTOR] * INSTRUCTORS),
        *([Role.LIAISON_OFFICER] * LIAISONS),
    ]
    day = timezone.localdate().isoformat()
    for number, role in enumerate(roles):
        first = 0 if role == Role.GRID_HEAD else GRIDS
        community, grid = grids[(number - first) % GRIDS]
        name = SURNAMES[number % len(SURNAMES)] + GIVEN[number // 7 % len(GIVEN)] + GIVEN[number // 3 % len(GIVEN)]
        yield {
            "legal_name": name,
            "phone": f"199{number + 10_000_000:08d}",
            "role": str(role.label),
            "community": community,
            "grid": grid,
            "starts_on": day,
        }
