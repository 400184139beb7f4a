"""What a whole district is told of gaps is what the boards of its communities say."""

import random
from datetime import timedelta

import pytest
from django.utils import timezone

from grids.duty.domain import GAPS, Presence, days_from
from grids.duty.gaps import Gap, gaps_below
from grids.duty.queries import board_of
from grids.roles.models import Appointment, DutyCover, Role
from tests.grids.roles.factories import PersonFactory
from tests.grids.territory.factories import CommunityFactory, GridFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("seed", range(4))
def test_the_statement_and_the_board_agree(seed: int) -> None:
    """Terms and absences are drawn at random: one may end, begin, overlap and be covered by somebody who has left."""
    chosen, today, community = random.Random(seed), timezone.localdate(), CommunityFactory()
    arranger = PersonFactory(is_staff=True)
    covers = [None, None, PersonFactory(is_staff=True), PersonFactory(), PersonFactory(is_staff=True, is_active=False)]
    for _ in range(12):
        grid, at = GridFactory(community=community), today - timedelta(days=20)
        for role in (Role.GRID_HEAD, Role.GRID_MEMBER, Role.GRID_HEAD, Role.GRID_MEMBER):
            starts = at + timedelta(days=chosen.randint(0, 24))
            ends = chosen.choice([None, starts + timedelta(days=chosen.randint(1, 30))])
            if role == Role.GRID_HEAD:
                at = ends or today + timedelta(days=60)
            if starts > today + timedelta(days=20):
                continue
            user = PersonFactory(is_staff=True, is_active=chosen.random() < 0.9)
            term = Appointment.objects.create(user=user, role=role, territory=grid, starts_on=starts, ends_on=ends)
            leave = today + timedelta(days=chosen.randint(-3, 12))
            for _again in range(chosen.randint(0, 2)):
                back = leave + timedelta(days=chosen.randint(1, 4))
                DutyCover.objects.create(
                    appointment=term,
                    cover=chosen.choice(covers),
                    starts_on=leave,
                    ends_on=back,
                    arranged_by=arranger,
                )
                leave = back
    days = days_from(today)
    told = {
        f"{row.code}": Gap(row.cells[0].head in GAPS, bool(row.gaps), row.cells[0].head == Presence.COVERED)
        for row in board_of(community, days)
    }
    found = gaps_below(str(community.path), days)
    assert {f"{community.code}{path[-3:]}": gap for path, gap in found.items()} == told
    assert len(told) == 12
    assert len(set(told.values())) > 1
