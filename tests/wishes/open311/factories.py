"""A hotline with a key, and calls of GeoReport v2."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree

from django.test import Client

from grids.roles.models import Role
from grids.territory.models import Territory
from grids.territory.services import draw_boundary
from portal.accounts.models import User
from tests.grids.roles.factories import make_staff
from tests.grids.territory.factories import CommunityFactory, DistrictFactory, StreetFactory, square
from tests.wishes.wishes.factories import Cast
from wishes.open311.services import issue_key, open_source
from wishes.wishes.models import Source

ROOT = "/open311/v2/"
FORM = "application/x-www-form-urlencoded; charset=utf-8"
WEST, SOUTH = 118.70, 32.01


@dataclass(frozen=True)
class Hotline:
    """A source with its key."""

    source: Source
    key: str
    administrator: User


def make_administrator() -> User:
    return make_staff(Role.SYSTEM_ADMINISTRATOR, DistrictFactory())


def make_hotline(*, territory: Territory | None = None, per_day: int = 500, name: str = "12345 热线") -> Hotline:
    CommunityFactory()
    administrator = make_administrator()
    source = open_source(
        actor=administrator,
        name=name,
        contact="值班长",
        phone="025-12345",
        territory=territory or StreetFactory(),
        per_day=per_day,
    )
    _key, text = issue_key(actor=administrator, source=source)
    return Hotline(source, text, administrator)


def drawn(cast: Cast, administrator: User) -> Territory:
    """The cast's grid with a boundary, so that a point finds it."""
    return draw_boundary(actor=administrator, territory=cast.grid, boundary=square(WEST, SOUTH))


def arguments(cast: Cast, hotline: Hotline, **others: Any) -> dict[str, Any]:
    """The specification's own example of a POST, at a place we have."""
    given: dict[str, Any] = {
        "api_key": hotline.key,
        "jurisdiction_id": "city.gov",
        "service_code": cast.category.code,
        "lat": "32.011",
        "long": "118.701",
        "address_string": "1234 5th street",
        "email": "smit333@sfgov.edu",
        "device_id": "tt222111",
        "account_id": "123456",
        "first_name": "john",
        "last_name": "smith",
        "phone": "13900001111",
        "description": "A large sinkhole is destroying the street",
        "media_url": "http://farm3.static.flickr.com/2002/2212426634_5ed477a060.jpg",
    }
    return {name: value for name, value in (given | others).items() if value is not None}


def send(given: dict[str, Any], form: str = "json", **headers: str) -> Any:
    return Client(headers=headers).post(f"{ROOT}requests.{form}", urlencode(given, doseq=True), content_type=FORM)


def xml_of(answer: Any) -> ElementTree.Element:
    """The document, which begins with its declaration."""
    assert answer["Content-Type"] == "text/xml; charset=utf-8"
    assert answer.content.startswith(b'<?xml version="1.0" encoding="utf-8"?>\n')
    return ElementTree.fromstring(answer.content)


def shape(element: ElementTree.Element) -> Any:
    """An element as the JSON it stands for; texts stay texts."""
    if len(element) == 0:
        return element.text
    if len({child.tag for child in element}) == 1 and element.tag.rstrip("s") != element.tag:
        return [shape(child) for child in element]
    return {child.tag: shape(child) for child in element}
