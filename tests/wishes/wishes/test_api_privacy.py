"""What the API never tells: private parts across communities, roles and states."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine

from portal.outbox.models import Event
from tests.wishes.wishes.api_calls import BODIES, SECRETS, Caller, leaked
from tests.wishes.wishes.factories import (
    IN_STATE,
    MONDAY,
    SECRET_ADDRESS,
    SECRET_PHONE,
    Cast,
    claimed,
    make_cast,
    moderated,
    special,
)
from wishes.wishes import services
from wishes.wishes.domain import State
from wishes.wishes.models import Wish

pytestmark = pytest.mark.django_db
OTHERS = ("stranger", "other_worker", "other_volunteer", "volunteer")
HIDDEN = (State.DRAFT, State.SUBMITTED, State.VERIFYING)


@pytest.fixture(autouse=True)
def _monday_afternoon() -> Iterator[None]:
    with time_machine.travel(MONDAY + timedelta(hours=4), tick=True):
        yield


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.mark.parametrize("state", HIDDEN)
def test_what_is_not_public_does_not_exist_for_others(cast: Cast, state: State) -> None:
    wish = IN_STATE[state](cast)
    for who in (None, *OTHERS):
        caller = Caller(getattr(cast, who) if who else None)
        assert caller.get(f"{wish.pk}/").status_code == 404, who
        assert wish.pk not in caller.ids(), who
        for step in BODIES:
            assert caller.take(wish, step).status_code in ((401,) if who is None else (404,)), (who, step)
    assert Wish.objects.get(pk=wish.pk).state == state


@pytest.mark.parametrize("state", list(State))
def test_no_answer_to_anybody_but_the_author_holds_a_secret(cast: Cast, state: State) -> None:
    wish = IN_STATE[state](cast)
    everybody = (*OTHERS, "worker", "grid_head", "secretary", "street_officer", "supervisor")
    for who in (None, *everybody):
        caller = Caller(getattr(cast, who) if who else None)
        for path in ("", f"{wish.pk}/", "mine/", "helping/", "work/", f"{wish.pk}/handlers/"):
            assert leaked(caller.get(path)) == [], (who, path)
    assert SECRET_ADDRESS in Caller(cast.author).get(f"{wish.pk}/").json()["contact"]["address"]


def test_a_special_group_and_verification_notes_are_for_the_staff_of_the_place(cast: Cast) -> None:
    wish = special(cast)
    Caller(cast.grid_head).take(wish, "verify")
    staff = Caller(cast.worker).get(f"{wish.pk}/").json()
    assert (staff["special_group"], len(staff["verifications"])) == ("solitary_elder", 1)
    for who in ("stranger", "volunteer", "other_worker"):
        seen = Caller(getattr(cast, who)).get(f"{wish.pk}/").json()
        assert (seen["special_group"], seen["verifications"]) == (None, []), who
        assert seen["author_name"].endswith("*"), who


def test_the_contact_is_for_the_live_claimant_and_staff_and_every_look_is_written_down(cast: Cast) -> None:
    claim = claimed(cast)
    wish, helper = claim.wish, Caller(cast.volunteer)
    masked = helper.get(f"{wish.pk}/").json()["contact"]
    assert masked["masked"] is True
    shown = helper.take(wish, "reveal-contact")
    assert (shown.json()["phone"], shown.json()["masked"]) == (SECRET_PHONE, False)
    assert "no-store" in shown["Cache-Control"]
    looks = Caller(cast.author).get(f"{wish.pk}/").json()["looks"]
    assert [(look["name"], look["reason"]) for look in looks] == [(cast.volunteer.public_name, "约时间上门。")]
    for who in ("stranger", "other_worker", "other_volunteer", "supervisor"):
        assert Caller(getattr(cast, who)).take(wish, "reveal-contact").status_code == 403, who
        assert Caller(getattr(cast, who)).get(f"{wish.pk}/").json()["contact"] is None, who
    services.give_up_claim(actor=cast.volunteer, claim=claim, reason="出差")
    assert helper.take(wish, "reveal-contact").status_code in (403, 409)
    assert Event.objects.filter(type="wishes.contact.revealed").count() == 1


def test_a_look_needs_a_reason_and_is_not_kept_to_be_repeated(cast: Cast) -> None:
    wish, helper = claimed(cast).wish, Caller(cast.volunteer)
    assert helper.take(wish, "reveal-contact", reason=" ").status_code == 400
    path = f"{wish.pk}/reveal-contact/"
    for _ in range(2):
        helper.post(path, {"reason": "约时间"}, **{"Idempotency-Key": "look"})
    assert Event.objects.filter(type="wishes.contact.revealed").count() == 2


def test_two_communities_have_two_work_lists(cast: Cast) -> None:
    wish = moderated(cast)
    assert wish.pk in Caller(cast.worker).ids("work/")
    assert Caller(cast.other_worker).ids("work/") == []
    for who in ("stranger", "volunteer", "author"):
        assert Caller(getattr(cast, who)).get("work/").status_code == 403, who


def test_the_secrets_are_secrets(cast: Cast) -> None:
    """The positive control of `leaked`: the author's own answer does hold them."""
    wish = IN_STATE[State.PUBLISHED](cast)
    assert len(leaked(Caller(cast.author).get(f"{wish.pk}/"))) == len(SECRETS)
