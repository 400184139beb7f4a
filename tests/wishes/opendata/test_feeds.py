"""RSS and Atom of a community."""

from xml.etree import ElementTree

import pytest
from django.test import Client
from django.urls import reverse

from tests.wishes.wishes.factories import (
    SECRET_ADDRESS,
    SECRET_NAME,
    SECRET_PHONE,
    Cast,
    make_cast,
    moderated,
    posted,
)

pytestmark = pytest.mark.django_db
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def test_the_feed_tells_public_wishes_and_nothing_private(cast: Cast, client: Client) -> None:
    wish = posted(cast, title="灯\ufffe不亮<b>", details="]]><script>")
    hidden = moderated(cast)
    for route, title in (("community_rss", "channel/item/title"), ("community_atom", f"{ATOM}entry/{ATOM}title")):
        answer = client.get(reverse(route, args=[cast.community.code]))
        text = answer.content.decode()
        document = ElementTree.fromstring(answer.content)

        assert document.findtext(title) == "灯不亮<b>"
        assert f"/wishes/{wish.number}/" in text
        assert hidden.number not in text
        for secret in (SECRET_ADDRESS, SECRET_NAME, SECRET_PHONE[3:], "桂芳"):
            assert secret not in text


def test_whoever_has_it_already_is_told_so(cast: Cast, client: Client) -> None:
    posted(cast)
    address = reverse("community_rss", args=[cast.community.code])
    first = client.get(address)

    assert client.get(address, headers={"If-None-Match": first["ETag"]}).status_code == 304
    posted(cast)
    assert client.get(address, headers={"If-None-Match": first["ETag"]}).status_code == 200


def test_only_communities_have_one(cast: Cast, client: Client) -> None:
    assert client.get("/opendata/feeds/320105004999.rss").status_code == 404
    assert client.get(f"/opendata/feeds/{cast.grid.code}.rss").status_code == 404


def test_the_list_of_a_community_names_its_feed(cast: Cast, client: Client) -> None:
    page = client.get(reverse("wish_list"), {"place": cast.community.code}).content.decode()

    assert reverse("community_atom", args=[cast.community.code]) in page
