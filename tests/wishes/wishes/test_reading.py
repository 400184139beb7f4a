"""Who sees which wishes and which part of them: contact, lists, timeline levels."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser

from portal.errors import Conflict, Invalid, NotAllowed
from portal.outbox.models import Event
from portal.outbox.registry import Visibility
from tests.wishes.wishes.factories import (
    MONDAY,
    SECRET_ADDRESS,
    SECRET_NAME,
    SECRET_PHONE,
    Cast,
    CategoryFactory,
    claimed,
    confirmed,
    drafted,
    fulfilled,
    make_cast,
    moderated,
    posted,
    special,
)
from wishes.wishes import services
from wishes.wishes.models import Wish
from wishes.wishes.policies import timeline_levels

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def test_a_draft_is_its_authors_alone(cast: Cast) -> None:
    drafted(cast)

    seeing = [who for who in (cast.author, cast.grid_head, cast.supervisor, cast.stranger) if _sees(who)]

    assert seeing == [cast.author]


@pytest.mark.parametrize("make", [moderated, special])
def test_before_publication_only_author_handlers_and_supervisors_see_it(cast: Cast, make: object) -> None:
    make(cast)  # type: ignore[operator]

    everybody = {
        "anonymous": AnonymousUser(),
        "author": cast.author,
        "volunteer": cast.volunteer,
        "grid_head": cast.grid_head,
        "street_officer": cast.street_officer,
        "supervisor": cast.supervisor,
        "other_worker": cast.other_worker,
        "stranger": cast.stranger,
    }

    assert {name for name, who in everybody.items() if _sees(who)} == {
        "author",
        "grid_head",
        "street_officer",
        "supervisor",
    }


@pytest.mark.parametrize("make", [posted, fulfilled, confirmed])
def test_published_wishes_are_everybodys_to_read(cast: Cast, make: object) -> None:
    make(cast)  # type: ignore[operator]

    assert _sees(AnonymousUser())
    assert _sees(cast.other_worker)


def test_a_returned_wish_is_seen_by_its_author_and_the_handlers(cast: Cast) -> None:
    services.reject_verification(actor=cast.grid_head, wish=special(cast), reason="请补充")

    assert _sees(cast.author)
    assert _sees(cast.grid_head)
    assert not _sees(cast.other_worker)
    assert not _sees(AnonymousUser())


def test_stars_stand_for_the_contact_until_it_is_revealed(cast: Cast) -> None:
    claim = claimed(cast)

    for viewer in (AnonymousUser(), cast.stranger, cast.volunteer, cast.grid_head):
        contact = services.contact_for(viewer=viewer, wish=claim.wish)
        assert contact.masked
        assert (contact.name, contact.phone, contact.address) == ("欧阳*", "···0001", "···")
    own = services.contact_for(viewer=cast.author, wish=claim.wish)
    assert (own.name, own.phone, own.address, own.masked) == (SECRET_NAME, SECRET_PHONE, SECRET_ADDRESS, False)


def test_the_claimant_may_look_and_the_author_can_read_who_did_and_why(cast: Cast) -> None:
    claim = claimed(cast)

    contact = services.reveal_contact(actor=cast.volunteer, wish=claim.wish, reason="约上门时间")

    look = Event.objects.about(claim.wish).get(type="wishes.contact.revealed")
    assert contact.phone == SECRET_PHONE
    assert (look.actor, look.text) == (cast.volunteer, "约上门时间")
    assert look.visibility in timeline_levels(cast.author, claim.wish)
    assert look.visibility not in timeline_levels(cast.stranger, claim.wish)


def test_a_look_without_a_reason_is_refused_and_shows_nothing(cast: Cast) -> None:
    with pytest.raises(Invalid):
        services.reveal_contact(actor=cast.volunteer, wish=claimed(cast).wish, reason="")


@pytest.mark.parametrize("who", ["stranger", "other_worker", "other_volunteer", "supervisor"])
def test_others_may_not_look(cast: Cast, who: str) -> None:
    with pytest.raises(NotAllowed):
        services.reveal_contact(actor=getattr(cast, who), wish=claimed(cast).wish, reason="好奇")


def test_the_contact_is_masked_again_when_the_claim_ends(cast: Cast) -> None:
    given_up = claimed(cast)
    services.give_up_claim(actor=cast.volunteer, claim=given_up, reason="出差")
    with pytest.raises(NotAllowed):
        services.reveal_contact(actor=cast.volunteer, wish=given_up.wish, reason="再看一眼")

    done = fulfilled(cast)
    with pytest.raises(NotAllowed):
        services.reveal_contact(actor=cast.volunteer, wish=done, reason="再看一眼")

    closed = confirmed(cast)
    with pytest.raises(Conflict):
        services.reveal_contact(actor=cast.grid_head, wish=closed, reason="再看一眼")


def test_the_work_list_holds_the_open_wishes_of_the_place_by_due_time(cast: Cast) -> None:
    slow = posted(cast, category=CategoryFactory(urgency="fortnight"))
    urgent = posted(cast, category=CategoryFactory(urgency="immediate"))
    normal = posted(cast)
    services.pause_for_resident(actor=cast.grid_head, wish=normal, question="几点？", at=MONDAY)
    confirmed(cast)

    assert list(Wish.objects.work_list(cast.worker)) == [urgent, slow, normal], "a resting clock comes last"
    assert not Wish.objects.work_list(cast.other_worker).exists()
    assert not Wish.objects.work_list(cast.volunteer).exists()


def test_parties_and_handlers_read_more_of_the_timeline_than_the_public(cast: Cast) -> None:
    wish = claimed(cast).wish
    parties, internal = {Visibility.PUBLIC, Visibility.PARTIES}, {*Visibility} - {Visibility.AUDIT}

    assert timeline_levels(AnonymousUser(), wish) == {Visibility.PUBLIC}
    assert timeline_levels(cast.stranger, wish) == {Visibility.PUBLIC}
    assert timeline_levels(cast.other_worker, wish) == {Visibility.PUBLIC}
    assert timeline_levels(cast.author, wish) == parties
    assert timeline_levels(cast.volunteer, wish) == parties
    assert timeline_levels(cast.grid_head, wish) == internal


def test_a_wish_nobody_answers_for_finds_somebody_once_appointed(cast: Cast) -> None:
    for person in (cast.grid_head, cast.secretary, cast.street_officer):
        person.appointments.all().delete()
    wish = posted(cast)
    assert wish.responsible == cast.worker
    long_ago = MONDAY.date() - timedelta(days=400)
    cast.worker.appointments.update(starts_on=long_ago - timedelta(days=100), ends_on=long_ago)

    assert list(Wish.objects.without_responsible()) == [wish]
    assert services.redispatch_wish(wish=wish), "whoever left no longer answers for it"
    assert not services.redispatch_wish(wish=wish), "nobody is there yet"
    wish.refresh_from_db()
    assert wish.responsible is None


def _sees(viewer: object) -> bool:
    return Wish.objects.visible_to(viewer).exists()  # type: ignore[arg-type]
