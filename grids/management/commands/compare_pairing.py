"""How good the greedy proposal is: its ways beside a bound that no assignment is below."""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from grids.pairing.domain import loads, propose, shortest_possible
from grids.pairing.proposals import question_for
from grids.territory.domain import Level
from grids.territory.models import Territory


class Command(BaseCommand):
    """Prints the proposal of a community or grid beside the bound; changes nothing."""

    help = "Compare the greedy pairing proposal of a place with the shortest ways possible."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("code", help="official code of a community or grid")

    def handle(self, *args: Any, code: str, **options: Any) -> None:
        place: Territory | None = Territory.objects.filter(code=code).first()
        if place is None or place.level not in (Level.COMMUNITY, Level.GRID):
            raise CommandError(f"{code} is no community and no grid.")
        question = question_for(place, most=1_000_000)
        givers, spots = question.givers, question.spots
        began = time.perf_counter()
        matches = propose(givers, spots)
        seconds = time.perf_counter() - began
        found, bound = sum(match.metres for match in matches), shortest_possible(givers, spots)
        carried = loads(givers, matches).values() or [0]
        self.stdout.write(f"households without a pair: {question.waiting}, members: {len(givers)}")
        self.stdout.write(f"proposed: {len(matches)} pairs in {seconds:.3f} s")
        self.stdout.write(f"ways: {found:,.0f} m; no assignment of all of them is below {bound:,.0f} m")
        self.stdout.write(f"load: {min(carried)} to {max(carried)} households a member")
