"""The page of one wish: who sees what of it, and what each can do."""

import pytest
from django.urls import reverse

from tests.wishes.wishes.factories import IN_STATE, SECRET_ADDRESS, SECRET_NAME, SECRET_PHONE, Cast, make_cast
from tests.wishes.wishes.pages import client_of
from wishes.wishes.domain import State
from wishes.wishes.views.step_pages import PAGES

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.mark.parametrize("state", [state for state in State if state != State.DRAFT])
@pytest.mark.parametrize("who", ["author", "volunteer", "grid_head", "worker", "secretary", "street_officer"])
def test_it_opens_in_every_state_for_those_concerned(cast: Cast, state: State, who: str) -> None:
    wish = IN_STATE[state](cast)
    response = client_of(getattr(cast, who)).get(wish.get_absolute_url())
    hidden = state in (State.SUBMITTED, State.VERIFYING) and who == "volunteer"
    assert response.status_code == (404 if hidden else 200)


@pytest.mark.parametrize("state", [State.PUBLISHED, State.CLAIMED, State.FULFILLED, State.CLOSED])
@pytest.mark.parametrize("who", [None, "stranger", "volunteer", "other_worker", "worker", "supervisor"])
def test_nobody_but_the_author_reads_the_contact_on_the_page(cast: Cast, state: State, who: str | None) -> None:
    wish = IN_STATE[state](cast)
    page = client_of(getattr(cast, who) if who else None).get(wish.get_absolute_url()).content.decode()
    assert wish.title in page
    for secret in (SECRET_ADDRESS, SECRET_NAME, SECRET_PHONE, SECRET_PHONE[-8:]):
        assert secret not in page


@pytest.mark.parametrize("slug", PAGES)
@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("who", ["author", "volunteer", "worker", "stranger"])
def test_every_step_opens_or_says_why_not(cast: Cast, slug: str, state: State, who: str) -> None:
    wish = IN_STATE[state](cast)
    if not wish.number:
        return
    response = client_of(getattr(cast, who)).get(reverse("wish_step", args=[wish.number, slug]))
    assert response.status_code in (200, 403, 404, 409)
