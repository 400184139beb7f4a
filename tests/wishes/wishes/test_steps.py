"""Each use case: what it refuses and what it leaves behind."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import InternalError, ProgrammingError, transaction

from grids.territory.models import TerritorySetting
from portal.deadlines.models import Clock
from portal.errors import Conflict, Invalid, NotAllowed
from portal.outbox.models import Event
from portal.outbox.querysets import timeline
from portal.outbox.registry import Visibility
from tests.grids.roles.factories import AppointmentFactory, PersonFactory
from tests.wishes.wishes.factories import (
    MONDAY,
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
from wishes.wishes.domain import ClaimState, End, Kind, Stars, State
from wishes.wishes.limits import LOOK_FIRST
from wishes.wishes.models import Wish

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
GOOD = Stars(speed=5, attitude=5, result=5)


@pytest.fixture
def cast() -> Cast:
    return make_cast()


# -- posting -----------------------------------------------------------------------------------------------------------
def test_a_resident_has_one_open_draft_and_nothing_typed_is_lost(cast: Cast) -> None:
    draft = services.start_draft(actor=cast.author)
    services.save_draft(actor=cast.author, wish=draft, title="  灯坏了\x00 ", draft_step="details")

    again = services.start_draft(actor=cast.author)

    assert (again.pk, again.title, again.draft_step) == (draft.pk, "灯坏了", "details")
    assert again.community == cast.community, "the place of residency is filled in"
    assert again.contact_phone == cast.author.phone


@pytest.mark.parametrize(
    ("field", "value"),
    [("title", ""), ("contact_name", ""), ("contact_phone", ""), ("category", None)],
)
def test_sending_names_the_field_that_is_missing(cast: Cast, field: str, value: Any) -> None:
    draft = drafted(cast, **{field: value})

    with pytest.raises(Invalid) as refused:
        services.submit_wish(actor=cast.author, wish=draft)

    assert refused.value.field == field
    assert Wish.objects.get().state == State.DRAFT


def test_too_long_and_out_of_range_are_refused_with_their_field(cast: Cast) -> None:
    draft = drafted(cast)
    for field, value in (("title", "长" * 61), ("quantity", 0), ("special_group", "rich")):
        with pytest.raises(Invalid) as refused:
            services.save_draft(actor=cast.author, wish=draft, **{field: value})  # type: ignore[arg-type]
        assert refused.value.field == field


def test_a_wish_cannot_be_sent_twice(cast: Cast) -> None:
    draft = drafted(cast)
    services.submit_wish(actor=cast.author, wish=draft)

    with pytest.raises(Conflict):
        services.submit_wish(actor=cast.author, wish=draft)

    assert Wish.objects.count() == 1


def test_somebody_without_a_verified_phone_cannot_send(cast: Cast) -> None:
    newcomer = PersonFactory(phone_verified_at=None)

    with pytest.raises(NotAllowed):
        posted(cast, author=newcomer)


def test_goods_have_an_amount_and_services_do_not(cast: Cast) -> None:
    goods = posted(cast, category=CategoryFactory(kind=Kind.GOODS), quantity=3, unit="袋")
    service = posted(cast, quantity=3, unit="袋")

    assert (goods.quantity, goods.unit) == (3, "袋")
    assert (service.quantity, service.unit) == (None, "")


def test_a_cadre_writes_a_wish_down_for_a_resident_and_it_is_recorded(cast: Cast) -> None:
    elder = PersonFactory(phone=None, phone_verified_at=None, username=None, assisted_by=cast.worker)
    draft = services.start_draft(actor=cast.worker, on_behalf_of=elder)
    services.save_draft(
        actor=cast.worker,
        wish=draft,
        title="想有人陪着去医院",
        category=cast.category,
        territory=cast.grid,
        contact_name="钱爷爷",
    )

    wish = services.submit_wish(actor=cast.worker, wish=draft)

    event = Event.objects.about(wish).get(type="wishes.wish.submitted")
    assert (wish.author, wish.entered_by) == (elder, cast.worker)
    assert (event.actor, event.on_behalf_of) == (cast.worker, elder)


def test_a_cadre_reads_nothing_of_a_resident_by_beginning_a_draft(cast: Cast) -> None:
    own = services.start_draft(actor=cast.author)
    services.save_draft(actor=cast.author, wish=own, details="只有我自己知道的事")

    draft = services.start_draft(actor=cast.other_worker, on_behalf_of=cast.author)

    assert draft.pk != own.pk
    assert (draft.contact_name, draft.address, draft.details, draft.territory) == ("", "", "", None)
    assert services.start_draft(actor=cast.other_worker, on_behalf_of=cast.author) == draft
    assert own not in Wish.objects.visible_to(cast.other_worker)


def test_a_cadre_sends_wishes_only_where_they_answer_for(cast: Cast) -> None:
    draft = services.start_draft(actor=cast.other_worker, on_behalf_of=cast.author)
    given = {"title": "修灯", "category": cast.category, "territory": cast.grid, "contact_name": "桂芳"}
    services.save_draft(actor=cast.other_worker, wish=draft, **given)  # type: ignore[arg-type]

    with pytest.raises(NotAllowed):
        services.submit_wish(actor=cast.other_worker, wish=draft)


def test_a_neighbour_cannot_write_for_somebody_else(cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        services.start_draft(actor=cast.volunteer, on_behalf_of=cast.author)


def test_edits_stop_once_claimed(cast: Cast) -> None:
    wish = posted(cast)
    services.edit_wish(actor=cast.author, wish=wish, details="换成周末来也行。")
    claim = services.claim_wish(actor=cast.volunteer, wish=wish)

    with pytest.raises(Conflict):
        services.edit_wish(actor=cast.author, wish=claim.wish, details="算了，还是周一。")


def test_an_edit_from_an_old_page_is_refused(cast: Cast) -> None:
    wish = posted(cast)
    services.edit_wish(actor=cast.author, wish=wish, version=wish.version, details="第一次改")

    with pytest.raises(Conflict) as refused:
        services.edit_wish(actor=cast.author, wish=wish, version=wish.version, details="第二次改")

    assert refused.value.code == "changed"


# -- dispatch ----------------------------------------------------------------------------------------------------------
def test_without_grid_staff_it_goes_up_until_somebody_is_there(cast: Cast) -> None:
    cast.grid_head.appointments.all().delete()
    first = posted(cast)
    cast.worker.appointments.all().delete()
    second = posted(cast)
    cast.secretary.appointments.all().delete()
    third = posted(cast)

    assert [first.responsible, second.responsible, third.responsible] == [
        cast.worker,
        cast.secretary,
        cast.street_officer,
    ]
    assert first.responsible_territory == cast.community


def test_a_place_without_anybody_still_takes_wishes(cast: Cast) -> None:
    for person in (cast.grid_head, cast.worker, cast.secretary, cast.street_officer):
        person.appointments.all().delete()

    wish = posted(cast)

    assert (wish.responsible, wish.responsible_territory) == (None, cast.grid)


def test_the_role_named_by_the_category_comes_first(cast: Cast) -> None:
    wish = posted(cast, category=CategoryFactory(responsible_role="community_secretary"))

    assert wish.responsible == cast.secretary


def test_of_two_workers_the_one_with_less_to_do_gets_it(cast: Cast) -> None:
    cast.grid_head.appointments.all().delete()
    colleague = PersonFactory(is_staff=True)
    AppointmentFactory(user=colleague, role="community_worker", territory=cast.community)

    assert [posted(cast).responsible for _ in range(3)] == [cast.worker, colleague, cast.worker]


def test_handing_on_needs_somebody_who_answers_for_the_place(cast: Cast) -> None:
    wish = posted(cast)
    with pytest.raises(Invalid) as refused:
        services.transfer_wish(actor=cast.grid_head, wish=wish, to=cast.other_worker, reason="他熟悉")
    assert refused.value.field == "to"

    services.transfer_wish(actor=cast.grid_head, wish=wish, to=cast.secretary, reason="要书记协调物业")
    wish = services.accept_handover(actor=cast.secretary, wish=wish)

    assert (wish.responsible, wish.responsible_territory) == (cast.secretary, cast.community)


# -- verification ------------------------------------------------------------------------------------------------------
def test_a_special_wish_is_public_only_after_verification(cast: Cast) -> None:
    wish = special(cast)
    assert not Wish.objects.public().exists()

    wish = services.verify_wish(actor=cast.grid_head, wish=wish, note="上门看过，老人独居，情况属实。")

    assert wish.state == State.PUBLISHED
    assert wish.author_name == "欧阳*"


def test_a_special_name_stays_masked_even_if_its_owner_wanted_it_shown(cast: Cast) -> None:
    assert special(cast, show_name=True).author_name == "欧阳*"
    assert posted(cast, show_name=True).author_name == "桂芳阿姨"
    assert posted(cast, show_name=False).author_name == "欧阳*"


def test_a_returned_wish_keeps_its_number_rests_its_clock_and_comes_back(cast: Cast) -> None:
    wish = special(cast)
    wish = services.reject_verification(actor=cast.grid_head, wish=wish, reason="请写明要陪几次", at=MONDAY + HOUR)
    assert (wish.state, wish.was_returned, wish.due_at) == (State.DRAFT, True, None)
    other_draft = services.start_draft(actor=cast.author)
    assert other_draft.pk != wish.pk, "a returned wish does not block a new one"

    services.save_draft(actor=cast.author, wish=wish, details="每周一次，共四次。")
    again = services.submit_wish(actor=cast.author, wish=wish, at=MONDAY + 2 * DAY)

    assert (again.state, again.number, again.submitted_at) == (State.VERIFYING, wish.number, MONDAY)
    assert again.due_at is not None
    assert Clock.objects.filter(subject_id=wish.pk).count() == 1


def test_a_moderated_category_waits_for_a_look(cast: Cast) -> None:
    wish = moderated(cast)
    assert wish.published_at is None

    wish = services.publish_wish(actor=cast.worker, wish=wish, at=MONDAY + HOUR)

    assert (wish.state, wish.published_at) == (State.PUBLISHED, MONDAY + HOUR)


# -- claims ------------------------------------------------------------------------------------------------------------
def test_giving_up_opens_the_wish_again_and_the_clock_goes_on(cast: Cast) -> None:
    claim = claimed(cast)
    due = claim.wish.due_at

    wish = services.give_up_claim(actor=cast.volunteer, claim=claim, reason="临时出差", at=MONDAY + 2 * HOUR)

    assert (wish.state, wish.claimant, wish.due_at) == (State.PUBLISHED, None, due)
    assert services.claim_wish(actor=cast.secretary, wish=wish).state == ClaimState.LIVE


def test_giving_up_needs_a_reason_and_is_the_claimants_alone(cast: Cast) -> None:
    claim = claimed(cast)

    with pytest.raises(Invalid):
        services.give_up_claim(actor=cast.volunteer, claim=claim, reason="  ")
    with pytest.raises(NotAllowed):
        services.give_up_claim(actor=cast.grid_head, claim=claim, reason="换人")


def test_a_claim_that_is_over_cannot_be_given_up_again(cast: Cast) -> None:
    claim = claimed(cast)
    services.give_up_claim(actor=cast.volunteer, claim=claim, reason="临时出差")
    services.claim_wish(actor=cast.volunteer, wish=claim.wish)

    with pytest.raises(Conflict):
        services.give_up_claim(actor=cast.volunteer, claim=claim, reason="又出差")


# -- fulfilment --------------------------------------------------------------------------------------------------------
def test_done_needs_a_photo_or_some_words(cast: Cast) -> None:
    claim = claimed(cast)

    with pytest.raises(Invalid) as refused:
        services.fulfil_claim(actor=cast.volunteer, wish=claim.wish)

    assert refused.value.field == "photos"


def test_the_clock_stops_when_it_is_done(cast: Cast) -> None:
    wish = fulfilled(cast)

    assert Clock.objects.get(subject_id=wish.pk).stopped_at == MONDAY + 2 * HOUR


def test_every_mark_is_one_to_five(cast: Cast) -> None:
    wish = fulfilled(cast)

    with pytest.raises(Invalid) as refused:
        services.confirm_wish(actor=cast.author, wish=wish, stars=Stars(speed=5, attitude=6, result=5))

    assert refused.value.field == "attitude"


def test_reopening_goes_back_to_the_same_person_twice_at_most(cast: Cast) -> None:
    wish = confirmed(cast)
    for day in (1, 2):
        later = MONDAY + day * DAY
        wish = services.reopen_wish(actor=cast.author, wish=wish, reason="又漏了", at=later)
        assert (wish.state, wish.claimant, wish.end) == (State.CLAIMED, cast.volunteer, "")
        assert wish.claims.get().state == ClaimState.LIVE
        wish = services.fulfil_claim(actor=cast.volunteer, wish=wish, note="换了新的", at=later + HOUR)
        wish = services.confirm_wish(actor=cast.author, wish=wish, stars=GOOD, at=later + 2 * HOUR)

    with pytest.raises(Conflict):
        services.reopen_wish(actor=cast.author, wish=wish, reason="还是漏", at=MONDAY + 3 * DAY)
    assert [rating.round for rating in wish.ratings.all()] == [2, 1, 0]


def test_reopening_after_the_seventh_day_is_too_late(cast: Cast) -> None:
    wish = confirmed(cast)
    ended = wish.closed_at
    assert ended is not None

    with pytest.raises(Conflict):
        services.reopen_wish(actor=cast.author, wish=wish, reason="又漏了", at=ended + 7 * DAY + HOUR)
    assert services.reopen_wish(actor=cast.author, wish=wish, reason="又漏了", at=ended + 7 * DAY).reopen_count == 1


def test_a_wish_whose_claimant_has_left_waits_for_somebody_new(cast: Cast) -> None:
    wish = fulfilled(cast)
    type(cast.volunteer).objects.filter(pk=cast.volunteer.pk).update(is_active=False)

    wish = services.reopen_wish(actor=cast.author, wish=wish, reason="没修好", at=MONDAY + DAY)

    assert (wish.state, wish.claimant) == (State.PUBLISHED, None)


def test_a_reopened_clock_runs_again_with_at_least_a_day(cast: Cast) -> None:
    wish = fulfilled(cast)

    wish = services.reopen_wish(actor=cast.author, wish=wish, reason="没修好", at=MONDAY + 3 * HOUR)

    clock = Clock.objects.get(subject_id=wish.pk)
    assert clock.is_live
    assert clock.due_at == wish.due_at
    assert wish.due_at is not None
    assert wish.due_at > MONDAY + DAY


def test_nobody_answering_for_seven_days_confirms_without_a_rating(cast: Cast) -> None:
    wish = fulfilled(cast)
    assert wish.fulfilled_at is not None

    assert not services.auto_confirm_wish(wish=wish, at=wish.fulfilled_at + 7 * DAY - HOUR)
    assert services.auto_confirm_wish(wish=wish, at=wish.fulfilled_at + 7 * DAY)
    assert not services.auto_confirm_wish(wish=wish, at=wish.fulfilled_at + 8 * DAY), "a second sweep changes nothing"

    wish.refresh_from_db()
    assert (wish.state, wish.end) == (State.CLOSED, End.FULFILLED)
    assert not wish.ratings.exists()
    assert Event.objects.about(wish).filter(type="wishes.wish.auto_confirmed").count() == 1


# -- other ends --------------------------------------------------------------------------------------------------------
def test_each_end_has_its_reason_and_ends_claim_and_clock(cast: Cast) -> None:
    claim = claimed(cast)

    wish = services.close_cannot_be_done(actor=cast.grid_head, wish=claim.wish, reason="整栋楼的管道月底统一更换。")

    claim.refresh_from_db()
    assert (wish.end, wish.end_reason) == (End.CANNOT_BE_DONE, "整栋楼的管道月底统一更换。")
    assert claim.state == ClaimState.ENDED
    assert not Clock.objects.get(subject_id=wish.pk).is_live


def test_a_reason_is_required_for_what_we_do_not_do(cast: Cast) -> None:
    wish = posted(cast)

    refusals: tuple[tuple[Callable[[], object], str], ...] = (
        (lambda: services.close_cannot_be_done(actor=cast.worker, wish=wish, reason=" "), "reason"),
        (lambda: services.close_not_ours(actor=cast.worker, wish=wish, referred_to=""), "referred_to"),
        (lambda: services.decline_wish(actor=cast.worker, wish=wish, reason=""), "reason"),
    )
    for refuse, field in refusals:
        with pytest.raises(Invalid) as refused:
            refuse()
        assert refused.value.field == field


def test_a_duplicate_names_another_public_wish_of_the_community(cast: Cast) -> None:
    first, second = posted(cast), posted(cast, title="水管又漏了")
    hidden = special(cast)

    for wrong in (second, hidden):
        with pytest.raises(Invalid):
            services.close_duplicate(actor=cast.worker, wish=second, of=wrong)
    closed = services.close_duplicate(actor=cast.worker, wish=second, of=first)

    assert (closed.end, closed.duplicate_of) == (End.DUPLICATE, first)


def test_declined_and_withdrawn_wishes_are_no_longer_public(cast: Cast) -> None:
    services.decline_wish(actor=cast.worker, wish=posted(cast), reason="内容是广告。")
    services.withdraw_wish(actor=cast.author, wish=posted(cast))

    assert not Wish.objects.public().exists()
    assert Wish.objects.visible_to(cast.author).count() == 2


# -- waiting -----------------------------------------------------------------------------------------------------------
def test_the_clock_rests_while_we_wait_for_the_resident(cast: Cast) -> None:
    wish = posted(cast)
    question = services.pause_for_resident(actor=cast.grid_head, wish=wish, question="几点在家？", at=MONDAY + DAY)
    assert question.wish.due_at is None

    wish = services.answer_question(actor=cast.author, question=question, answer="晚上七点", at=MONDAY + 3 * DAY)

    # Tuesday, Wednesday and Thursday are given back: 25 → 30 November.
    assert wish.due_at == MONDAY.replace(day=30, hour=18)
    assert wish.waiting_since is None


def test_an_extension_gives_days_for_a_reason_and_is_public(cast: Cast) -> None:
    wish = posted(cast)

    wish = services.extend_wish(actor=cast.grid_head, wish=wish, by="3d", reason="配件要订货", at=MONDAY + DAY)

    assert wish.due_at == MONDAY.replace(day=30, hour=18)
    told = timeline(wish, levels=[Visibility.PUBLIC]).get(type="wishes.wish.extended")
    assert told.text == "配件要订货"
    for by in ("", "soon", "24h"):
        with pytest.raises(Invalid) as refused:
            services.extend_wish(actor=cast.grid_head, wish=wish, by=by, reason="再等等", at=MONDAY + DAY)
        assert refused.value.field == "by"


def test_the_database_itself_refuses_a_state_that_the_table_does_not_know(cast: Cast) -> None:
    wish = posted(cast)
    with pytest.raises((InternalError, ProgrammingError)), transaction.atomic():
        Wish.objects.filter(pk=wish.pk).update(state=State.VERIFYING)


def test_where_the_place_says_so_newcomers_are_looked_at_first(cast: Cast) -> None:
    newcomer = PersonFactory()
    assert posted(cast, author=newcomer).state == State.PUBLISHED
    TerritorySetting.objects.create(territory=cast.community, key=LOOK_FIRST, value=True)

    assert posted(cast, author=newcomer).state == State.SUBMITTED
    assert posted(cast).state == State.PUBLISHED, "a confirmed resident is not held up"
