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
    net = seed_net(communities=6, grids=36, households=720)
    # Foreign keys were not looked at while loading.
    connection.check_constraints()
    assert Household.objects.count() == 720
    assert Pairing.objects.count() == Household.objects.filter(is_paired=True).count() == 576
    assert BuildingCount.objects.aggregate(all=Sum("households"), paired=Sum("paired")) == {"all": 720, "paired": 576}
    assert PairingLoad.objects.aggregate(most=Max("households"))["most"] <= 10
    found = coverage_of(Territory.objects.get(code=net.district), exact=True)
    assert (found["total"].grids, found["total"].bare, found["total"].unpaired) == (36, 3, 144)
    page = client_of(User.objects.get(pk=net.administrator_id)).get(f"/grids/pairing/?place={net.district}")
    assert page.status_code == 200


@pytest.mark.django_db
def test_looking_up_points_leaves_no_grids_behind() -> None:
    found = locating(grids=100, lookups=20)
    assert 0 < found["p50"] <= found["p95"] < found["build"] * 100
    assert not Territory.objects.exists()
