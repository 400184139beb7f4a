"""The seeded district is made of rows that the portal itself could have made."""

import pytest
from django.db import connection
from django.db.models import Max, Sum

from grids.pairing.coverage import coverage_of
from grids.pairing.models import BuildingCount, Household, Pairing, PairingLoad
from grids.territory.models import Territory
from portal.accounts.models import User
from tests.benchmarks.net import locating, seed_net
from tests.wishes.wishes.pages import client_of


@pytest.mark.django_db
def test_a_seeded_district_is_a_sound_one() -> None:
    net = seed_net(communities=72, grids=432, households=8640)
    # Foreign keys were not looked at while loading.
    connection.check_constraints()
    assert Household.objects.count() == 8640
    assert Pairing.objects.count() == Household.objects.filter(is_paired=True).count() == 6912
    assert BuildingCount.objects.aggregate(all=Sum("households"), paired=Sum("paired")) == {"all": 8640, "paired": 6912}
    assert PairingLoad.objects.aggregate(most=Max("households"))["most"] <= 10
    found = coverage_of(Territory.objects.get(code=net.district), exact=True)
    assert (found["total"].grids, found["total"].bare, found["total"].unpaired) == (432, 36, 1728)
    page = client_of(User.objects.get(pk=net.administrator_id)).get(f"/grids/pairing/?place={net.district}")
    assert page.status_code == 200
    glance = client_of(User.objects.get(pk=net.officer_id)).get(f"/grids/overview/{net.street}/")
    assert glance.status_code == 200
    assert len(glance.content) < 30_000


@pytest.mark.django_db
def test_looking_up_points_leaves_no_grids_behind() -> None:
    found = locating(grids=100, lookups=20)
    assert 0 < found["p50"] <= found["p95"] < found["build"] * 100
    assert not Territory.objects.exists()
