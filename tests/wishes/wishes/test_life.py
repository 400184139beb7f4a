"""The way of a wish from the first word to its stars: the row and the timeline after each step."""

from datetime import timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from portal.outbox.querysets import timeline
from portal.outbox.registry import Visibility
from tests.wishes.wishes.factories import MONDAY, Cast, confirmed, drafted, make_cast, posted
from wishes.wishes import services
from wishes.wishes.domain import End, State

pytestmark = pytest.mark.django_db

# One statement more than the steps ask for is a slower post; the test's own transaction adds two, for a savepoint.
MOST_TO_POST, MOST_TO_CLAIM = 11 + 2, 6 + 2


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def test_posting_and_claiming_ask_the_database_little(
    cast: Cast, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    draft = drafted(cast)
    with django_assert_max_num_queries(MOST_TO_POST):
        wish = services.submit_wish(actor=cast.author, wish=draft)
    with django_assert_max_num_queries(MOST_TO_CLAIM):
        services.claim_wish(actor=cast.volunteer, wish=wish)


def test_submission_numbers_dispatches_publishes_and_starts_the_clock_at_once(cast: Cast) -> None:
    wish = posted(cast)

    assert wish.state == State.PUBLISHED
    assert wish.number == "2026-1116-0001"
    assert wish.responsible == cast.grid_head
    assert wish.responsible_territory == cast.grid
    assert wish.community == cast.community
    assert wish.path == cast.grid.path
    # Seven working days after Monday the 16th end on Wednesday the 25th at closing time.
    assert wish.due_at == MONDAY.replace(day=25, hour=18)


def test_the_public_timeline_tells_the_whole_story_in_order(cast: Cast) -> None:
    wish = confirmed(cast)

    keys = [event.type for event in timeline(wish, levels=[Visibility.PUBLIC])]

    assert keys == [
        "wishes.wish.submitted",
        "wishes.wish.dispatched",
        "wishes.wish.published",
        "wishes.wish.claimed",
        "wishes.wish.fulfilled",
        "wishes.wish.confirmed",
    ]
    assert (wish.state, wish.end) == (State.CLOSED, End.FULFILLED)
    assert wish.closed_at == MONDAY + timedelta(hours=3)
    assert wish.ratings.get().result == 4


def test_numbers_of_one_day_follow_each_other_and_the_next_day_begins_anew(cast: Cast) -> None:
    numbers = [posted(cast, at=MONDAY + timedelta(hours=hours)).number for hours in (0, 1, 24)]

    assert numbers == ["2026-1116-0001", "2026-1116-0002", "2026-1117-0001"]


def test_a_day_begins_at_midnight_in_shanghai(cast: Cast) -> None:
    late = posted(cast, at=MONDAY.replace(hour=23, minute=59))
    early = posted(cast, at=MONDAY.replace(day=17, hour=0, minute=1))

    assert (late.number, early.number) == ("2026-1116-0001", "2026-1117-0001")


def test_a_submission_that_fails_leaves_no_number_behind(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*args: object, **kwargs: object) -> None:
        raise RuntimeError("the database went away")

    with monkeypatch.context() as broken:
        broken.setattr("wishes.wishes.services.posting.save_only_gift", fails)
        with pytest.raises(RuntimeError):
            posted(cast)

    draft = services.start_draft(actor=cast.author)
    assert (draft.state, draft.number) == (State.DRAFT, "")
    assert posted(cast).number == "2026-1116-0001"
