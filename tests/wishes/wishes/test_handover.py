"""Who answers for a wish: objections, offers, and the first recipient who stays responsible until another accepts."""

from datetime import timedelta

import pytest
from django.db import InternalError, ProgrammingError, transaction

from grids.roles.models import Role
from grids.territory.models import TerritorySetting
from portal.accounts.models import User
from portal.deadlines.models import Clock
from portal.errors import Conflict, Invalid, NotAllowed
from portal.notifications.models import Notice
from portal.outbox.querysets import timeline
from portal.outbox.registry import Visibility
from portal.outbox.services import drain
from tests.grids.roles.factories import make_staff
from tests.grids.territory.factories import DistrictFactory
from tests.wishes.wishes.factories import IN_STATE, MONDAY, Cast, CategoryFactory, make_cast, posted
from wishes.wishes import services
from wishes.wishes.domain import OPEN_STATES, Action, HandoverKind, HandoverState, State
from wishes.wishes.handling.handover import owed_by
from wishes.wishes.limits import HANDOVER_HOURS
from wishes.wishes.models import Handover, Wish
from wishes.wishes.policies import can
from wishes.wishes.services.handover import remind_of_handover
from wishes.wishes.tasks import remind

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LATER = MONDAY + HOUR


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def wish(cast: Cast) -> Wish:
    """Sent to the grid head."""
    found = posted(cast)
    assert found.responsible == cast.grid_head
    return found


def objected(cast: Cast, wish: Wish, to: User | None = None) -> Handover:
    return services.object_to_dispatch(actor=cast.grid_head, wish=wish, reason="这是物业的事", to=to, at=LATER)


def responsible_for(wish: Wish) -> User | None:
    return Wish.objects.select_related("responsible").get(pk=wish.pk).responsible


# -- objections --------------------------------------------------------------------------------------------------------
def test_an_objection_leaves_the_wish_and_its_clock_where_they_are(cast: Cast, wish: Wish) -> None:
    before = Clock.objects.get(subject_id=wish.pk)

    handover = objected(cast, wish, to=cast.worker)

    after = Clock.objects.get(subject_id=wish.pk)
    assert (handover.kind, handover.state) == (HandoverKind.OBJECTION, HandoverState.OPEN)
    assert responsible_for(wish) == cast.grid_head
    assert (after.state, after.due_at) == ("running", before.due_at)
    assert Wish.objects.get(pk=wish.pk).state == State.PUBLISHED


def test_who_is_proposed_accepts_and_answers_for_it_from_then_on(cast: Cast, wish: Wish) -> None:
    objected(cast, wish, to=cast.worker)

    services.accept_handover(actor=cast.worker, wish=wish, at=LATER + HOUR)

    handover = Handover.objects.get()
    assert responsible_for(wish) == cast.worker
    assert Wish.objects.get(pk=wish.pk).responsible_territory == cast.community
    assert (handover.state, handover.decided_by, handover.remind_at) == (HandoverState.ACCEPTED, cast.worker, None)


def test_who_is_proposed_refuses_and_the_level_above_goes_on_deciding(cast: Cast, wish: Wish) -> None:
    objected(cast, wish, to=cast.worker)

    services.refuse_handover(actor=cast.worker, wish=wish, reason="也不归我", at=LATER + HOUR)

    handover = Handover.objects.get()
    assert (handover.state, handover.proposed) == (HandoverState.OPEN, None)
    assert responsible_for(wish) == cast.grid_head
    assert can(cast.secretary, Action.DECIDE_OBJECTION, Wish.objects.get(pk=wish.pk))


def test_the_level_above_dismisses_with_a_reason(cast: Cast, wish: Wish) -> None:
    objected(cast, wish)

    with pytest.raises(Invalid) as refused:
        services.decide_objection(actor=cast.secretary, wish=wish, reason=" ", at=LATER)
    services.decide_objection(actor=cast.secretary, wish=wish, reason="就在你们网格", at=LATER)

    assert refused.value.field == "reason"
    assert Handover.objects.get().state == HandoverState.REFUSED
    assert responsible_for(wish) == cast.grid_head


def test_whom_the_level_above_names_is_asked_and_answers_for_it_only_once_accepted(cast: Cast, wish: Wish) -> None:
    objected(cast, wish)

    services.decide_objection(actor=cast.secretary, wish=wish, to=cast.worker, reason="社区来办", at=LATER)
    assert responsible_for(wish) == cast.grid_head

    services.accept_handover(actor=cast.worker, wish=wish, at=LATER + HOUR)
    assert responsible_for(wish) == cast.worker


def test_whoever_decides_can_take_the_wish_themselves(cast: Cast, wish: Wish) -> None:
    objected(cast, wish)

    services.decide_objection(actor=cast.secretary, wish=wish, to=cast.secretary, reason="我来协调物业", at=LATER)

    assert responsible_for(wish) == cast.secretary
    assert Handover.objects.get().state == HandoverState.ACCEPTED


def test_only_whom_it_was_sent_to_objects_and_only_the_level_above_decides(cast: Cast, wish: Wish) -> None:
    for person in (cast.worker, cast.other_worker, cast.volunteer, cast.author):
        with pytest.raises(NotAllowed):
            services.object_to_dispatch(actor=person, wish=wish, reason="不该派这里", at=LATER)
    objected(cast, wish)
    for person in (cast.grid_head, cast.other_worker, cast.volunteer, cast.supervisor):
        with pytest.raises(NotAllowed):
            services.decide_objection(actor=person, wish=wish, reason="不行", at=LATER)

    assert [owed_by(person).count() for person in (cast.worker, cast.secretary, cast.street_officer)] == [1, 1, 1]
    assert not owed_by(cast.grid_head).exists()
    assert not owed_by(cast.other_worker).exists()


def test_an_objection_of_the_community_is_decided_by_the_street_and_of_the_street_by_the_district(cast: Cast) -> None:
    district = make_staff(Role.DISTRICT_ADMINISTRATOR, DistrictFactory())
    wish = posted(cast, category=CategoryFactory(responsible_role=Role.COMMUNITY_WORKER))
    assert wish.responsible == cast.worker
    services.object_to_dispatch(actor=cast.worker, wish=wish, reason="要街道协调", at=LATER)
    with pytest.raises(NotAllowed):
        services.decide_objection(actor=cast.secretary, wish=wish, reason="不行", at=LATER)
    services.decide_objection(actor=cast.street_officer, wish=wish, to=cast.street_officer, reason="街道来", at=LATER)

    services.object_to_dispatch(actor=cast.street_officer, wish=wish, reason="是区里的路", at=LATER + HOUR)
    assert list(owed_by(district)) == [wish.handovers.last()]
    assert not owed_by(cast.secretary).exists()


def test_one_open_at_a_time(cast: Cast, wish: Wish) -> None:
    objected(cast, wish)

    for attempt in (
        lambda: objected(cast, wish),
        lambda: services.transfer_wish(actor=cast.worker, wish=wish, to=cast.secretary, reason="急", at=LATER),
    ):
        with pytest.raises(Conflict):
            attempt()

    services.withdraw_handover(actor=cast.grid_head, wish=wish, at=LATER)
    objected(cast, wish)
    assert [each.state for each in Handover.objects.all()] == [HandoverState.WITHDRAWN, HandoverState.OPEN]


def test_what_is_over_stays_over_whatever_statement_is_run(cast: Cast, wish: Wish) -> None:
    objected(cast, wish)
    services.withdraw_handover(actor=cast.grid_head, wish=wish, at=LATER)

    with pytest.raises((InternalError, ProgrammingError)), transaction.atomic():
        Handover.objects.update(state=HandoverState.ACCEPTED)


# -- transfers ---------------------------------------------------------------------------------------------------------
def test_a_transfer_is_an_offer_until_it_is_accepted(cast: Cast, wish: Wish) -> None:
    returned = services.transfer_wish(actor=cast.grid_head, wish=wish, to=cast.worker, reason="请社区出面", at=LATER)
    assert returned.responsible == cast.grid_head

    with pytest.raises(NotAllowed):
        services.accept_handover(actor=cast.secretary, wish=wish, at=LATER)
    services.accept_handover(actor=cast.worker, wish=wish, at=LATER)

    assert responsible_for(wish) == cast.worker


def test_a_refused_transfer_is_over_and_says_why(cast: Cast, wish: Wish) -> None:
    services.transfer_wish(actor=cast.grid_head, wish=wish, to=cast.worker, reason="请社区出面", at=LATER)

    with pytest.raises(Invalid):
        services.refuse_handover(actor=cast.worker, wish=wish, reason="", at=LATER)
    services.refuse_handover(actor=cast.worker, wish=wish, reason="这周在外培训", at=LATER)

    handover = Handover.objects.get()
    assert (handover.state, handover.decision) == (HandoverState.REFUSED, "这周在外培训")
    assert responsible_for(wish) == cast.grid_head


def test_a_grid_head_shares_out_the_work_of_the_grid_at_once(cast: Cast, wish: Wish) -> None:
    member = make_staff(Role.GRID_MEMBER, cast.grid)

    services.transfer_wish(actor=cast.grid_head, wish=wish, to=member, reason="小李住得近", at=LATER)

    assert responsible_for(wish) == member
    assert not Handover.objects.exists()


def test_a_member_who_hands_on_to_the_head_and_a_head_to_the_community_only_offer(cast: Cast, wish: Wish) -> None:
    member = make_staff(Role.GRID_MEMBER, cast.grid)
    services.transfer_wish(actor=cast.grid_head, wish=wish, to=member, reason="小李住得近", at=LATER)

    services.transfer_wish(actor=member, wish=wish, to=cast.grid_head, reason="我请假", at=LATER)

    assert responsible_for(wish) == member
    assert Handover.objects.get().proposed == cast.grid_head


def test_taking_a_wish_on_oneself_needs_nobody_s_yes(cast: Cast, wish: Wish) -> None:
    services.transfer_wish(actor=cast.secretary, wish=wish, to=cast.secretary, reason="我来协调", at=LATER)

    assert responsible_for(wish) == cast.secretary


@pytest.mark.parametrize("ending", ["close", "fulfil", "return"])
def test_nobody_is_asked_any_more_once_the_wish_is_done_over_or_back_with_its_author(cast: Cast, ending: str) -> None:
    state = {"close": State.PUBLISHED, "fulfil": State.CLAIMED, "return": State.VERIFYING}[ending]
    wish = IN_STATE[state](cast)
    objected(cast, wish)

    if ending == "close":
        services.withdraw_wish(actor=cast.author, wish=wish, at=LATER)
    elif ending == "fulfil":
        services.fulfil_claim(actor=cast.volunteer, wish=wish, note="好了", at=LATER)
    else:
        services.reject_verification(actor=cast.grid_head, wish=wish, reason="缺证明", at=LATER)

    assert Wish.objects.get(pk=wish.pk).state not in OPEN_STATES
    assert Handover.objects.get().state == HandoverState.LAPSED


def test_a_wish_sent_out_anew_takes_its_open_offer_with_it(cast: Cast, wish: Wish) -> None:
    services.transfer_wish(actor=cast.worker, wish=wish, to=cast.secretary, reason="换人", at=LATER)
    appointment = cast.grid_head.appointments.get()
    appointment.ends_on = appointment.starts_on
    appointment.save()

    assert services.redispatch_wish(wish=wish, at=LATER)

    assert Handover.objects.get().state == HandoverState.LAPSED


# -- reminders, notices, timeline --------------------------------------------------------------------------------------
def test_those_who_owe_an_answer_are_reminded_by_the_place_s_setting(cast: Cast, wish: Wish) -> None:
    TerritorySetting.objects.create(territory=cast.community, key=HANDOVER_HOURS, value=4)
    handover = objected(cast, wish, to=cast.secretary)

    assert not remind_of_handover(handover=handover, at=LATER + 3 * HOUR)
    assert remind_of_handover(handover=handover, at=LATER + 4 * HOUR)
    assert not remind_of_handover(handover=handover, at=LATER + 5 * HOUR)
    drain()

    told = Notice.objects.filter(kind="wishes.handover_waiting").values_list("recipient_id", flat=True)
    assert set(told) == {cast.worker.pk, cast.secretary.pk}


def test_the_sweep_reminds_of_what_is_late_and_of_nothing_that_is_over(cast: Cast, wish: Wish) -> None:
    objected(cast, wish)
    assert remind() == 1, "asked long ago"

    services.withdraw_handover(actor=cast.grid_head, wish=wish)
    Handover.objects.update(reminders=0)
    assert remind() == 0


def test_an_urgent_wish_does_not_wait_a_day_for_an_answer(cast: Cast) -> None:
    wish = posted(cast, category=CategoryFactory(urgency="immediate"))
    services.transfer_wish(actor=cast.grid_head, wish=wish, to=cast.worker, reason="我在外地", at=MONDAY)

    assert Handover.objects.get().remind_at == MONDAY + timedelta(minutes=30)
    drain()
    assert Notice.objects.filter(recipient=cast.worker, kind="wishes.handover_offered_urgent").exists()


def test_everybody_concerned_hears_of_it_and_the_resident_only_of_the_result(cast: Cast, wish: Wish) -> None:
    drain()
    Notice.objects.all().delete()
    objected(cast, wish, to=cast.worker)
    drain()
    told = {(notice.recipient_id, notice.kind) for notice in Notice.objects.all()}
    assert told == {
        (cast.worker.pk, "wishes.handover_offered"),
        (cast.secretary.pk, "wishes.handover_objected"),
    }

    services.accept_handover(actor=cast.worker, wish=wish, at=LATER + HOUR)
    drain()
    assert {
        (cast.author.pk, "wishes.transferred"),
        (cast.grid_head.pk, "wishes.transferred"),
    } <= {(notice.recipient_id, notice.kind) for notice in Notice.objects.all()}

    seen = [event.type for event in timeline(wish, levels={Visibility.PUBLIC, Visibility.PARTIES})]
    inside = [event.type for event in timeline(wish, levels={Visibility.INTERNAL})]
    assert "wishes.wish.transferred" in seen
    assert "wishes.handover.objected" in inside
    assert "wishes.handover.objected" not in seen


def test_refusals_and_decisions_are_told_to_whoever_asked(cast: Cast, wish: Wish) -> None:
    objected(cast, wish, to=cast.worker)
    services.refuse_handover(actor=cast.worker, wish=wish, reason="不归我", at=LATER)
    services.decide_objection(actor=cast.secretary, wish=wish, reason="还是网格办", at=LATER)
    drain()

    told = Notice.objects.filter(recipient=cast.grid_head).values_list("kind", flat=True)
    assert {"wishes.handover_refused", "wishes.handover_dismissed"} <= set(told)


# -- longer limits -----------------------------------------------------------------------------------------------------
def test_a_limit_is_extended_as_often_and_by_as_much_as_the_place_allows(cast: Cast, wish: Wish) -> None:
    with pytest.raises(Invalid) as too_long:
        services.extend_wish(actor=cast.grid_head, wish=wish, by="16d", reason="等料", at=LATER)
    for _ in range(2):
        services.extend_wish(actor=cast.grid_head, wish=wish, by="3d", reason="等料", at=LATER)
    with pytest.raises(Conflict) as too_often:
        services.extend_wish(actor=cast.grid_head, wish=wish, by="1d", reason="还要等", at=LATER)

    assert (too_long.value.field, too_often.value.code) == ("by", "no_extension_left")
    assert wish.extensions.count() == 2
