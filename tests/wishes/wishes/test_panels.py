"""Places on the pages of a wish where features that stand on it show something."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from django.http import HttpRequest
from django.template import engines

from portal.panels import Panel
from tests.wishes.wishes.factories import Cast, make_cast, posted
from tests.wishes.wishes.pages import client_of
from wishes.wishes.models import Wish
from wishes.wishes.views import panels
from wishes.wishes.views.panels import CardSlot, Slot, Tab, card_panels, panel, register_tab

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nothing registered yet, and nothing of the test's afterwards."""
    monkeypatch.setattr(panels._slots, "_makers", {})
    monkeypatch.setattr(panels, "_card_panels", {slot: [] for slot in CardSlot})
    monkeypatch.setattr(panels, "_tabs", [])
    loaders: Any = [
        ("django.template.loaders.locmem.Loader", {"said.html": "[{{ panel.words }}]"}),
        *engines["django"].engine.loaders,  # type: ignore[attr-defined]
    ]
    monkeypatch.setattr(engines["django"].engine, "loaders", loaders)  # type: ignore[attr-defined]
    engines["django"].engine.__dict__.pop("template_loaders", None)  # type: ignore[attr-defined]
    yield
    engines["django"].engine.__dict__.pop("template_loaders", None)  # type: ignore[attr-defined]


@pytest.mark.usefixtures("bare")
def test_each_place_shows_what_was_registered_in_order_and_nothing_where_there_is_nothing(cast: Cast) -> None:
    slots = (Slot.HEAD, Slot.BUTTONS, Slot.BELOW, Slot.ASIDE)
    for slot in slots:
        panel(slot, position=60)(lambda request, wish: Panel("said.html", {"words": "later"}))
        panel(slot)(lambda request, wish: Panel("said.html", {"words": wish.title}))
        panel(slot)(lambda request, wish: None)
    wish = posted(cast)

    page = client_of(None).get(wish.get_absolute_url()).content.decode()

    assert page.count(f"[{wish.title}][later]") == len(slots)


@pytest.mark.usefixtures("bare")
def test_cards_of_a_list_are_asked_for_together(cast: Cast) -> None:
    asked: list[list[int]] = []

    def made(request: HttpRequest, wishes: list[Wish]) -> Mapping[int, Panel]:
        asked.append([wish.pk for wish in wishes])
        return {wishes[0].pk: Panel("said.html", {"words": "three follow"})}

    card_panels(CardSlot.LIST)(made)
    older, newer = posted(cast), posted(cast)

    page = client_of(None).get("/wishes/").content.decode()

    assert asked == [[newer.pk, older.pk]]
    assert page.count("[three follow]") == 1


@pytest.mark.usefixtures("bare")
def test_a_tab_stands_beside_ones_own_wishes(cast: Cast) -> None:
    register_tab(Tab("A list of mine", "wish_list"))
    assert '<a href="/wishes/">A list of mine</a>' in client_of(cast.author).get("/wishes/mine/").content.decode()
