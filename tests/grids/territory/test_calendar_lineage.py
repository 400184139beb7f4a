"""Exceptions to the working-day calendar hold for everything below the place they are set for."""

from datetime import date, datetime

import pytest

from portal.deadlines.calendar import calendar_for, territories
from portal.deadlines.domain import TIME_ZONE
from portal.deadlines.recomputing import set_override
from tests.grids.territory.factories import CommunityFactory, GridFactory

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 20)
NOW = datetime(2026, 11, 16, 10, tzinfo=TIME_ZONE)


def test_a_day_off_of_a_community_is_one_of_its_grids_and_of_nobody_else() -> None:
    community, elsewhere = CommunityFactory(), CommunityFactory(code="320105004002")
    grid = GridFactory(community=community)
    set_override(actor=None, day=DAY, is_workday=False, note="台风", at=NOW, territory_id=community.pk)
    assert not calendar_for(grid.pk).is_workday(DAY)
    assert calendar_for(elsewhere.pk).is_workday(DAY)
    set_override(actor=None, day=DAY, is_workday=True, note="这里照常", at=NOW, territory_id=grid.pk)
    assert calendar_for(grid.pk).is_workday(DAY)


def test_places_are_known_by_name_and_official_code() -> None:
    community, tree = CommunityFactory(), territories()
    assert tree is not None
    assert tree.id_of(community.code) == community.pk
    assert tree.id_of("320105004999") is None
    assert tree.name(community.pk) == community.name
    assert tree.lineages([10**9]) == {10**9: [10**9]}
