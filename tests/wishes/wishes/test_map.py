"""The map of wishes that wait for somebody: the same numbers as a list, outlines that are sent once."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from grids.territory.models import Territory
from tests.grids.roles.factories import make_resident
from tests.grids.territory.factories import CommunityFactory, GridFactory
from tests.wishes.wishes.factories import Cast, claimed, make_cast, posted, special
from tests.wishes.wishes.pages import client_of
from wishes.wishes.map import Band
from wishes.wishes.models import Wish

pytestmark = pytest.mark.django_db

MAP = reverse("wish_map")
SQUARE = [
    [118.7, 32.0],
    [118.7001, 32.00001],
    [118.701, 32.0],
    [118.701, 32.0012345678],
    [118.7, 32.001],
    [118.7, 32.0],
]


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def wishes(cast: Cast) -> list[Wish]:
    """Two wait in the grid, one in the community alone; one is taken and one is not public."""
    claimed(cast)
    special(cast, author=make_resident(cast.community))
    places = [cast.grid, cast.grid, cast.community]
    found = [posted(cast, author=make_resident(cast.community), territory=place) for place in places]
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    return found


def numbers(cast: Cast, code: str) -> dict[str, int]:
    rows = client_of(None).get(MAP, {"place": code}).context["rows"]
    return {row.place.code + ("+" if row.is_rest else ""): row.open for row in rows}


@pytest.mark.usefixtures("wishes")
def test_the_list_has_the_numbers_of_what_lies_below(cast: Cast) -> None:
    community = cast.community.code
    GridFactory(community=cast.community, code=f"{community}999")
    assert numbers(cast, community) == {cast.grid.code: 2, f"{community}999": 0, f"{community}+": 1}
    assert numbers(cast, community[:9])[community] == 3
    assert numbers(cast, community[:6]) == {community[:9]: 3}
    assert numbers(cast, cast.grid.code) == numbers(cast, community)
    page = client_of(None).get(MAP, {"place": community}).content.decode()
    assert f"?state=published&amp;place={cast.grid.code}" in page
    assert "3 个心愿等人认领" in page


@pytest.mark.usefixtures("wishes")
def test_a_resident_begins_at_home_and_nonsense_ends_there(cast: Cast) -> None:
    client = client_of(cast.author)
    for code in ("", "x", "32010500400400x", "٣٢", "99", "32"):
        assert client.get(MAP, {"place": code}).context["place"] == cast.community
    assert client_of(None).get(MAP).status_code == 200


@pytest.mark.usefixtures("wishes")
def test_programs_get_the_same(cast: Cast) -> None:
    address = reverse("api_wish_map", args=[cast.community.code])
    answer = client_of(None).get(address).json()
    assert answer["total"] == 3
    assert {grid["code"]: grid["open"] for grid in answer["grids"]} == {cast.grid.code: 2, cast.community.code: 1}
    assert client_of(None).get(reverse("api_wish_map", args=["999999"])).status_code == 404


def test_outlines_are_small_and_sent_once(cast: Cast) -> None:
    Territory.objects.filter(pk=cast.grid.pk).update(
        boundary={"type": "Polygon", "coordinates": [SQUARE]}, boundary_is_illustrative=True
    )
    address, client = reverse("wish_map_shapes", args=[cast.community.code]), client_of(None)
    first = client.get(address)
    (feature,) = json.loads(first.content)["features"]
    assert feature["id"] == cast.grid.code
    assert feature["properties"]["illustrative"] is True
    assert len(feature["geometry"]["coordinates"][0]) == 5
    assert all(len(str(number)) <= 9 for point in feature["geometry"]["coordinates"][0] for number in point)
    again = client.get(address, headers={"if-none-match": first["ETag"]})
    assert again.status_code == 304
    Territory.objects.filter(pk=cast.grid.pk).update(boundary=None)
    changed = client.get(address, headers={"if-none-match": first["ETag"]})
    assert json.loads(changed.content)["features"] == []


@pytest.mark.usefixtures("wishes")
def test_it_asks_little(cast: Cast) -> None:
    client = client_of(cast.author)
    with CaptureQueriesContext(connection) as queries:
        client.get(MAP)
    assert len(queries) <= 12
    assert not [query for query in queries if "wishes_wish" in query["sql"]]


def test_a_street_of_sixty_communities_is_still_light(cast: Cast) -> None:
    """Under 30 KB of HTML, with the number of each place."""
    for number in range(60):
        CommunityFactory(code=f"320105004{number + 100}", name=f"第{number}社区居民委员会")
    page = client_of(cast.author).get(f"{MAP}?place=320105004").content
    assert page.decode().count("社区居民委员会") >= 60
    assert len(page) < 30_000, len(page)


def test_bands() -> None:
    assert [Band.of(number) for number in (0, 1, 4, 5, 14, 15, 900)] == [
        Band.NONE,
        Band.FEW,
        Band.FEW,
        Band.SOME,
        Band.SOME,
        Band.MANY,
        Band.MANY,
    ]
