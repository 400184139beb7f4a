"""What comes after an end: residents called back, answers of other bodies, appeals against a refusal."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import IntegrityError, InternalError, ProgrammingError, transaction
from django.test import Client
from django.urls import reverse

from portal.accounts.models import User
from portal.deadlines.models import Clock
from portal.errors import Conflict, Invalid, NotAllowed
from portal.notifications.models import Notice
from portal.outbox.models import Event
from portal.outbox.services import drain
from tests.wishes.wishes.api_calls import Caller
from tests.wishes.wishes.factories import MONDAY as START
from tests.wishes.wishes.factories import SECRET_PHONE, Cast, fulfilled, make_cast, moderated, posted, special
from tests.wishes.wishes.pages import client_of
from wishes.wishes import services
from wishes.wishes.domain import AppealState, CallbackCause, CallbackState, CallOutcome, ReferralState, Stars, State
from wishes.wishes.handling.callbacks import counts_of, queue_of
from wishes.wishes.models import Appeal, Callback, OutsideBody, Referral, Wish
from wishes.wishes.services.referrals import link_token
from wishes.wishes.services.reminding import remind_all

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LATER = START + 5 * HOUR


@pytest.fixture
def cast() -> Cast:
    cache.clear()
    return make_cast()


def rated(cast: Cast, *marks: int) -> Wish:
    """Done by the volunteer and given these marks; handlers have run."""
    wish = fulfilled(cast)
    services.confirm_wish(actor=cast.author, wish=wish, stars=Stars(*marks), at=LATER)
    drain()
    return Wish.objects.get(pk=wish.pk)


def kinds_told(user: User) -> set[str]:
    drain()
    return set(Notice.objects.filter(recipient=user).values_list("kind", flat=True))


# -- call-backs --------------------------------------------------------------------------------------------------------
def test_any_low_mark_asks_for_a_call_and_good_ones_do_not(cast: Cast) -> None:
    assert not Callback.objects.filter(wish=rated(cast, 3, 4, 5)).exists()

    callback = rated(cast, 5, 5, 2).callbacks.get()

    assert (callback.cause, callback.state) == (CallbackCause.LOW_RATING, CallbackState.WAITING)
    assert callback.due_at > LATER
    assert "wishes.callback_asked" in kinds_told(cast.worker)


def test_no_answer_asks_for_a_call(cast: Cast) -> None:
    wish = fulfilled(cast)
    services.auto_confirm_wish(wish=wish, at=START + 8 * DAY)
    drain()

    assert wish.callbacks.get().cause == CallbackCause.NO_RATING


def test_those_who_had_a_part_in_it_and_the_grid_do_not_call(cast: Cast) -> None:
    wish = fulfilled(cast)
    Wish.objects.filter(pk=wish.pk).update(responsible=cast.worker)
    services.confirm_wish(actor=cast.author, wish=wish, stars=Stars(1, 1, 1), at=LATER)
    drain()

    for person in (cast.worker, cast.grid_head, cast.volunteer, cast.other_worker, cast.author):
        with pytest.raises(NotAllowed):
            services.record_call(actor=person, wish=wish, outcome=CallOutcome.SATISFIED, at=LATER)
    assert not queue_of(cast.worker).exists()
    assert queue_of(cast.secretary).count() == 1


def test_each_look_at_the_number_is_written_down_and_told(cast: Cast) -> None:
    wish = rated(cast, 1, 1, 1)

    contact = services.look_up_phone(actor=cast.worker, wish=wish, at=LATER)

    assert contact.phone == SECRET_PHONE
    assert Event.objects.about(wish).filter(type="wishes.contact.revealed", actor=cast.worker).count() == 1
    assert "wishes.revealed" in kinds_told(cast.author)


def test_not_done_reopens_in_the_resident_s_place_however_late_we_call(cast: Cast) -> None:
    wish = rated(cast, 1, 1, 1)

    with pytest.raises(Invalid) as refused:
        services.record_call(actor=cast.worker, wish=wish, outcome=CallOutcome.NOT_DONE, at=LATER)
    services.record_call(actor=cast.worker, wish=wish, outcome=CallOutcome.NOT_DONE, note="还漏", at=LATER + 20 * DAY)

    again = Wish.objects.get(pk=wish.pk)
    assert refused.value.field == "note"
    assert (again.state, again.reopen_count) == (State.CLAIMED, 1)
    assert Clock.objects.get(subject_id=wish.pk).state == "running"
    assert wish.callbacks.get().state == CallbackState.REOPENED
    event = Event.objects.about(wish).get(type="wishes.wish.reopened")
    assert (event.actor, event.on_behalf_of) == (cast.worker, cast.author)


def test_not_done_without_a_turn_left_goes_to_the_secretary(cast: Cast) -> None:
    wish = rated(cast, 1, 1, 1)
    Wish.objects.filter(pk=wish.pk).update(reopen_count=2)

    services.record_call(actor=cast.worker, wish=wish, outcome=CallOutcome.NOT_DONE, note="还漏", at=LATER)

    assert wish.callbacks.get().state == CallbackState.UNSATISFIED
    assert Wish.objects.get(pk=wish.pk).state == State.CLOSED
    assert "wishes.callback_unsatisfied" in kinds_told(cast.secretary)


def test_nobody_there_is_tried_again_a_few_times(cast: Cast) -> None:
    wish = rated(cast, 2, 3, 3)
    first = services.record_call(actor=cast.worker, wish=wish, outcome=CallOutcome.UNREACHED, at=LATER)
    assert (first.state, first.due_at) == (CallbackState.WAITING, LATER + DAY)
    services.record_call(actor=cast.worker, wish=wish, outcome=CallOutcome.UNREACHED, at=LATER + DAY)
    last = services.record_call(actor=cast.secretary, wish=wish, outcome=CallOutcome.UNREACHED, at=LATER + 2 * DAY)

    assert (last.state, last.tries, last.calls.count()) == (CallbackState.UNREACHED, 3, 3)
    with pytest.raises(Conflict):
        services.record_call(actor=cast.worker, wish=wish, outcome=CallOutcome.SATISFIED, at=LATER + 3 * DAY)
    assert counts_of(cast.worker, LATER + 3 * DAY) == [{"cause": "low_rating", "state": "unreached", "number": 1}]


def test_a_resident_who_reopens_is_not_called_any_more(cast: Cast) -> None:
    wish = rated(cast, 1, 1, 1)
    services.reopen_wish(actor=cast.author, wish=wish, reason="还漏", at=LATER + HOUR)

    assert wish.callbacks.get().state == CallbackState.LAPSED


def test_the_pages_and_the_api_of_a_call(cast: Cast) -> None:
    wish = rated(cast, 1, 2, 3)
    worker = client_of(cast.worker)
    url = reverse("wish_callback", args=[wish.number])
    assert wish.number in worker.get(reverse("wish_callbacks")).content.decode()
    assert SECRET_PHONE[3:] not in worker.get(url).content.decode().replace(" ", "")
    assert SECRET_PHONE in worker.post(url, {"look": "1"}).content.decode()
    assert worker.post(url, {"note": "问了"}).status_code == 400

    caller = Caller(cast.worker)
    assert [row["number"] for row in caller.get("callbacks/").json()["results"]] == [wish.number]
    assert caller.post(f"{wish.pk}/callback-phone/").json()["phone"] == SECRET_PHONE
    assert caller.post(f"{wish.pk}/callback-call/", {"outcome": "satisfied"}).status_code == 200
    assert worker.get(url).status_code == 409
    assert client_of(cast.grid_head).get(reverse("wish_callbacks")).status_code == 403


# -- referrals ---------------------------------------------------------------------------------------------------------
@pytest.fixture
def referral(cast: Cast) -> Referral:
    body = OutsideBody.objects.create(name="江心洲城管中队", phone="025-5550 0900")
    wish = services.close_not_ours(actor=cast.worker, wish=posted(cast), body=body, reason="占道归城管", at=LATER)
    return wish.referrals.get()


def test_a_registered_body_is_named_and_its_answer_waited_for(cast: Cast, referral: Referral) -> None:
    assert referral.wish.referred_to == "江心洲城管中队 025-5550 0900"
    assert (referral.state, referral.due_at > LATER) == (ReferralState.WAITING, True)
    with pytest.raises(Invalid):
        services.close_not_ours(actor=cast.worker, wish=posted(cast), at=LATER)


def test_the_body_answers_by_its_link_and_everybody_reads_it(cast: Cast, referral: Referral) -> None:
    url = reverse("wish_referral_answer", args=[link_token(referral)])
    body = Client()
    page = body.get(url)
    assert page.status_code == 200
    assert SECRET_PHONE[3:] not in page.content.decode()
    assert body.post(url, {"answer": " "}).status_code == 400
    assert body.post(url, {"answer": "摊位已经劝离，安排每天巡查。"}).status_code == 302

    assert "摊位已经劝离" in body.get(referral.wish.get_absolute_url()).content.decode()
    assert Caller(None).get(f"{referral.wish_id}/").json()["referral"]["answer"].startswith("摊位")
    assert {"wishes.referral_answered"} <= kinds_told(cast.author) & kinds_told(cast.worker)
    assert body.post(url, {"answer": "改口"}).status_code == 409


def test_no_link_is_guessed_and_an_old_one_is_over(cast: Cast, referral: Referral) -> None:
    token = link_token(referral)
    assert Client().get(reverse("wish_referral_answer", args=[token[:-2] + "xx"])).status_code == 404
    Referral.objects.update(link_expires_at=START)
    url = reverse("wish_referral_answer", args=[token])

    assert Client().get(url).status_code == 410
    assert Client().post(url, {"answer": "晚了"}).status_code == 410
    assert Referral.objects.get().answer == ""


def test_nothing_is_sent_by_a_link_without_end(cast: Cast, referral: Referral) -> None:
    url = reverse("wish_referral_answer", args=[link_token(referral)])

    statuses = [Client().post(url, {"answer": ""}).status_code for _ in range(31)]

    assert (statuses[0], statuses[-1]) == (400, 429)


def test_staff_write_an_answer_down_and_are_reminded_of_one_that_is_missing(cast: Cast, referral: Referral) -> None:
    assert remind_all(now=referral.due_at) == 1
    assert "wishes.referral_late" in kinds_told(cast.worker)
    with pytest.raises(NotAllowed):
        services.record_answer(actor=cast.volunteer, wish=referral.wish, answer="好了")

    page = client_of(cast.worker).get(reverse("wish_referral", args=[referral.wish.number]))
    assert link_token(referral).rsplit(":", 2)[0] in page.content.decode()
    assert Caller(cast.worker).post(f"{referral.wish_id}/referral-answer/", {"answer": "已处理"}).status_code == 200
    assert Referral.objects.get().recorded_by == cast.worker
    with pytest.raises(Conflict):
        services.record_answer(actor=cast.worker, wish=referral.wish, answer="又处理")
    assert remind_all(now=referral.due_at + 9 * DAY) == 0


# -- appeals -----------------------------------------------------------------------------------------------------------
def declined(cast: Cast, wish: Wish | None = None) -> Wish:
    return services.decline_wish(actor=cast.secretary, wish=wish or moderated(cast), reason="不在范围", at=LATER)


def appealed(cast: Cast, wish: Wish) -> Appeal:
    return services.open_appeal(actor=cast.author, subject=wish, reason="这是大家的事", at=LATER + DAY)


def test_upheld_the_wish_is_back_with_its_clock_running(cast: Cast) -> None:
    wish = declined(cast)
    appeal = appealed(cast, wish)
    with pytest.raises(NotAllowed):
        services.decide_appeal(actor=cast.secretary, appeal=appeal, uphold=True, reason="我再看看", at=LATER + DAY)
    assert "wishes.appealed" in kinds_told(cast.street_officer)

    services.decide_appeal(actor=cast.street_officer, appeal=appeal, uphold=True, reason="应当受理", at=LATER + 2 * DAY)

    back = Wish.objects.get(pk=wish.pk)
    clock = Clock.objects.get(subject_id=wish.pk)
    assert (back.state, back.end, back.closed_at) == (State.SUBMITTED, "", None)
    assert (clock.state, clock.due_at) == ("running", back.due_at)
    assert "wishes.appeal_upheld" in kinds_told(cast.author)


def test_what_was_public_is_public_again_and_what_was_not_verified_is_verified_first(cast: Cast) -> None:
    for wish, state in ((posted(cast), State.PUBLISHED), (special(cast), State.VERIFYING)):
        appeal = appealed(cast, declined(cast, wish))
        services.decide_appeal(actor=cast.street_officer, appeal=appeal, uphold=True, reason="应当受理", at=LATER + DAY)
        assert Wish.objects.get(pk=wish.pk).state == state


def test_dismissed_it_stays_declined_and_cannot_be_appealed_again(cast: Cast) -> None:
    wish = declined(cast)
    appeal = appealed(cast, wish)
    with pytest.raises(Conflict):
        appealed(cast, wish)

    services.decide_appeal(
        actor=cast.street_officer, appeal=appeal, uphold=False, reason="依据充分", at=LATER + 2 * DAY
    )

    assert Wish.objects.get(pk=wish.pk).state == State.CLOSED
    with pytest.raises(Conflict):
        appealed(cast, wish)
    with pytest.raises(Conflict):
        services.decide_appeal(actor=cast.street_officer, appeal=appeal, uphold=True, reason="改主意", at=LATER)


def test_after_fifteen_days_and_by_others_there_is_no_appeal(cast: Cast) -> None:
    wish = declined(cast)
    for person in (cast.stranger, cast.worker):
        with pytest.raises(NotAllowed):
            services.open_appeal(actor=person, subject=wish, reason="不对", at=LATER)
    with pytest.raises(Conflict):
        services.open_appeal(actor=cast.author, subject=wish, reason="不对", at=LATER + 16 * DAY)
    with pytest.raises(Conflict):
        services.open_appeal(actor=cast.author, subject=fulfilled(cast), reason="不对", at=LATER)

    for_them = services.open_appeal(
        actor=cast.worker, subject=wish, reason="老人托我说", on_behalf_of=cast.author, at=LATER + DAY
    )
    assert for_them.appellant == cast.author


def test_the_database_lets_nobody_decide_their_own_decision_or_twice(cast: Cast) -> None:
    appeal = appealed(cast, declined(cast))
    done = {"decided_at": LATER, "remind_at": None}
    with pytest.raises(IntegrityError), transaction.atomic():
        Appeal.objects.update(state=AppealState.UPHELD, decided_by=cast.secretary, **done)
    services.decide_appeal(actor=cast.street_officer, appeal=appeal, uphold=False, reason="依据充分", at=LATER)
    with pytest.raises((InternalError, ProgrammingError)), transaction.atomic():
        Appeal.objects.update(state=AppealState.UPHELD)


def test_the_pages_and_the_api_of_an_appeal(cast: Cast) -> None:
    wish = services.decline_wish(actor=cast.secretary, wish=moderated(cast), reason="不在范围")
    author, street = client_of(cast.author), client_of(cast.street_officer)
    step = reverse("wish_step", args=[wish.number, "appeal"])
    assert author.post(step, {"reason": ""}).status_code == 400
    assert author.post(step, {"reason": "这是大家的事"}).status_code == 302
    appeal = Appeal.objects.get()
    assert wish.number in street.get(reverse("wish_decisions")).content.decode()
    url = reverse("wish_appeal", args=[appeal.pk])
    assert "这是大家的事" in street.get(url).content.decode()
    assert client_of(cast.secretary).get(url).status_code == 403
    assert client_of(cast.stranger).get(url).status_code == 404

    caller = Caller(cast.street_officer)
    assert [row["id"] for row in caller.get("appeals/").json()["results"]] == [appeal.pk]
    answer = caller.post(f"appeals/{appeal.pk}/decide/", {"uphold": False, "reason": "依据充分"})
    assert (answer.status_code, answer.json()["state"]) == (200, "dismissed")
    assert street.get(url).status_code == 409
