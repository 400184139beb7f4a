"""Everybody concerned is told at each step, once, and whoever took the step is not."""

from datetime import timedelta

import pytest

from portal.deadlines.models import Clock
from portal.notifications.models import Notice
from portal.outbox.services import drain
from tests.wishes.wishes.factories import (
    MONDAY,
    Cast,
    CategoryFactory,
    claimed,
    confirmed,
    fulfilled,
    make_cast,
    posted,
    special,
)
from wishes.wishes import services

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    cast = make_cast()
    drain()
    Notice.objects.all().delete()
    return cast


def told(cast: Cast) -> set[tuple[str, str]]:
    """(who, kind) of all notices since the last call."""
    drain()
    names = {person.pk: name for name, person in vars(cast).items() if hasattr(person, "public_name")}
    found = {(names[notice.recipient_id], notice.kind.removeprefix("wishes.")) for notice in Notice.objects.all()}
    Notice.objects.all().delete()
    return found


def test_posting_tells_author_and_whoever_is_responsible(cast: Cast) -> None:
    posted(cast)

    assert told(cast) == {("author", "submitted"), ("author", "published"), ("grid_head", "assigned")}


def test_an_urgent_wish_and_one_to_verify_are_announced_as_such(cast: Cast) -> None:
    posted(cast, category=CategoryFactory(urgency="immediate"))
    assert ("grid_head", "assigned_urgent") in told(cast)

    special(cast)
    assert told(cast) == {("author", "submitted"), ("grid_head", "to_verify")}


def test_the_main_way(cast: Cast) -> None:
    claim = claimed(cast)
    told(cast)
    wish = services.fulfil_claim(actor=cast.volunteer, wish=claim.wish, note="修好了", at=MONDAY + timedelta(hours=2))
    assert told(cast) == {("author", "fulfilled"), ("grid_head", "fulfilled_staff")}

    wish = services.reopen_wish(actor=cast.author, wish=wish, reason="又漏了", at=MONDAY + timedelta(hours=3))
    assert told(cast) == {("volunteer", "reopened"), ("grid_head", "reopened")}

    services.close_cannot_be_done(actor=cast.grid_head, wish=wish, reason="月底整栋换管")
    assert told(cast) == {("author", "cannot_be_done"), ("volunteer", "over_for_helpers")}


def test_claim_and_giving_up(cast: Cast) -> None:
    claim = claimed(cast)
    assert {("author", "claimed"), ("grid_head", "claimed_staff")} <= told(cast)

    services.give_up_claim(actor=cast.volunteer, claim=claim, reason="出差")
    assert told(cast) == {("author", "given_up"), ("grid_head", "given_up")}


def test_stars_reach_whoever_helped(cast: Cast) -> None:
    confirmed(cast)

    assert {("volunteer", "rated"), ("grid_head", "rated")} <= told(cast)


def test_question_answer_extension_transfer_and_look(cast: Cast) -> None:
    wish = claimed(cast).wish
    told(cast)
    question = services.pause_for_resident(actor=cast.volunteer, wish=wish, question="几点？", at=MONDAY)
    assert told(cast) == {("author", "asked")}
    services.answer_question(actor=cast.author, question=question, answer="七点", at=MONDAY)
    assert told(cast) == {("volunteer", "answered"), ("grid_head", "answered")}
    services.extend_wish(actor=cast.grid_head, wish=wish, by="2d", reason="等配件", at=MONDAY)
    assert told(cast) == {("author", "extended"), ("volunteer", "extended")}
    services.transfer_wish(actor=cast.grid_head, wish=wish, to=cast.secretary, reason="请书记协调")
    assert told(cast) == {("secretary", "handover_offered")}
    services.accept_handover(actor=cast.secretary, wish=wish)
    assert told(cast) == {("grid_head", "transferred"), ("author", "transferred"), ("volunteer", "transferred")}
    services.reveal_contact(actor=cast.secretary, wish=wish, reason="电话核对")
    assert told(cast) == {("author", "revealed")}


def test_withdrawing_tells_those_who_were_helping(cast: Cast) -> None:
    wish = claimed(cast).wish
    told(cast)

    services.withdraw_wish(actor=cast.author, wish=wish)

    assert told(cast) == {("volunteer", "withdrawn"), ("grid_head", "withdrawn")}


def test_a_cadre_who_writes_for_a_resident_is_named_to_them(cast: Cast) -> None:
    draft = services.start_draft(actor=cast.worker, on_behalf_of=cast.author)
    services.save_draft(
        actor=cast.worker,
        wish=draft,
        title="陪着去医院",
        category=cast.category,
        territory=cast.grid,
        contact_name="欧阳",
    )
    services.submit_wish(actor=cast.worker, wish=draft)

    drain()
    notice = Notice.objects.get(recipient=cast.author, kind="wishes.entered_for_you")
    assert cast.worker.public_name in notice.title


def test_overdue_goes_up_from_grid_to_community_to_street(cast: Cast) -> None:
    from portal.deadlines.sweeping import sweep_clocks

    wish = posted(cast)
    told(cast)
    clock = Clock.objects.get(subject_id=wish.pk)
    assert clock.due_at is not None

    seen = []
    for hours in (1, 26, 72):
        sweep_clocks(now=clock.due_at + timedelta(hours=hours))
        seen.append({who for who, kind in told(cast) if kind == "overdue"})
    wish.refresh_from_db()

    assert seen == [{"grid_head"}, {"grid_head", "worker", "secretary"}, {"grid_head", "street_officer"}]
    assert wish.escalation == 3


def test_a_delivery_that_runs_twice_tells_nobody_twice(cast: Cast) -> None:
    from portal.outbox.models import Delivery

    fulfilled(cast)
    drain()
    before = Notice.objects.count()
    Delivery.objects.update(state="pending")
    drain()

    assert Notice.objects.count() == before
