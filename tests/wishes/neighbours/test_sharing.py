"""A wish handed on: Open Graph, code, slip."""

import pytest
from django.test import Client

from portal.errors import Unavailable
from tests.wishes.wishes.factories import SECRET_ADDRESS, SECRET_NAME, SECRET_PHONE, Cast, make_cast, posted, special
from tests.wishes.wishes.pages import client_of
from wishes.neighbours.views import sharing

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def test_what_a_messenger_shows_names_nobody(cast: Cast) -> None:
    wish = posted(cast, show_name=True)
    page = Client().get(wish.get_absolute_url()).content.decode()
    head = page[: page.index("</head>")]
    assert f'property="og:title" content="{wish.title}"' in head
    assert f'content="http://testserver{wish.get_absolute_url()}"' in head
    for secret in ("桂芳", SECRET_NAME, SECRET_ADDRESS, wish.details):
        assert secret not in head
    hidden = special(cast)
    assert "og:title" not in client_of(cast.author).get(hidden.get_absolute_url()).content.decode()


def test_address_and_code_of_a_public_wish(cast: Cast) -> None:
    wish = posted(cast)
    page = Client().get(f"{wish.get_absolute_url()}share/").content.decode()
    assert f"http://testserver{wish.get_absolute_url()}" in page
    assert "<svg" in page
    assert client_of(cast.author).get(f"{special(cast).get_absolute_url()}share/").status_code == 404


def test_the_slip_is_for_the_author_and_names_nobody(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    wish = special(cast)
    address = f"{wish.get_absolute_url()}slip/"
    author = client_of(cast.author)
    for size in ("", "?size=a5"):
        paper = author.get(address + size)
        assert paper["Content-Type"] == "application/pdf"
        assert paper.content.startswith(b"%PDF-")
    program = author.get(f"/api/v1/wishes/{wish.pk}/slip/", {"size": "a5"})
    assert program["Content-Type"] == "application/pdf"
    assert program.content.startswith(b"%PDF-")
    assert author.get(f"/api/v1/wishes/{wish.pk}/slip/", {"size": "b5"}).status_code == 400
    page = author.get(f"{address}?as=page").content.decode()
    slip = page[page.index('class="slip-page') : page.index('class="actions no-print"')]
    assert wish.number in slip
    for secret in (SECRET_NAME, SECRET_ADDRESS, SECRET_PHONE[-11:], "独居"):
        assert secret not in slip
    for person in (cast.worker, cast.stranger, cast.volunteer):
        assert client_of(person).get(address).status_code == 404
        assert client_of(person).get(f"/api/v1/wishes/{wish.pk}/slip/").status_code == 404

    def no_pdf(*_args: object, **_kwargs: object) -> None:
        raise Unavailable("这台服务器暂时不能做 PDF，请直接打印网页。", code="no_pdf")

    monkeypatch.setattr(sharing, "pdf_response", no_pdf)
    fallback = author.get(address).content.decode()
    assert "请直接打印网页" in fallback
    assert wish.number in fallback
