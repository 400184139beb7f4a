"""The seven steps: collect, file, dispatch, handle, report back, verify, evaluate; and who may take them."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.db.models import F

from grids.incidents import services
from grids.incidents.domain import Action, State
from grids.incidents.models import Handling, Incident
from grids.incidents.policies import can
from grids.incidents.services.steps import CLOCK_KIND, VERIFY_CLOCK_KIND
from grids.roles.models import Role
from grids.territory.domain import Level
from portal.deadlines.models import Clock
from portal.deadlines.services import clock_of
from portal.deadlines.sweeping import sweep_clocks
from portal.errors import Conflict, Invalid, NotAllowed
from portal.notifications.models import Notice
from portal.outbox.models import Event
from portal.outbox.services import drain
from portal.photos.policies import may_see_photo
from tests.grids.incidents.factories import (
    MONDAY,
    POINT,
    SECRET_NAME,
    IncidentCategoryFactory,
    Round,
    collected,
    dispatched,
    evaluated,
    handled,
    make_photo,
    make_round,
    rejected,
    taken,
    verified,
)
from tests.grids.roles.factories import make_staff
from tests.grids.territory.factories import BuildingFactory

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def people() -> Round:
    return make_round()


def told(kind: str) -> set[int]:
    drain()
    return set(Notice.objects.filter(kind=f"grids.incident_{kind}").values_list("recipient_id", flat=True))


def types_of(incident: Incident) -> list[str]:
    events = Event.objects.about(incident).order_by("id").values_list("type", flat=True)
    return [key.removeprefix("grids.incident.") for key in events]


def test_the_whole_loop(people: Round) -> None:
    incident = evaluated(people)

    steps = ["collected", "filed", "dispatched", "taken", "reported_back", "verified", "evaluated"]
    assert types_of(incident) == steps
    found = Incident.objects.get(pk=incident.pk)
    assert (found.state, found.handler, found.verified_by) == (State.EVALUATED, people.member, people.grid_head)
    assert (found.evaluated_by, found.grade, found.was_on_time) == (people.secretary, "good", True)
    assert found.number == "E2026-1116-0001"


def test_what_staff_report_is_filed_and_dispatched_with_it(people: Round) -> None:
    incident = collected(people, by=people.member)

    assert types_of(incident) == ["collected", "filed", "dispatched"]
    assert (incident.state, incident.responsible_territory) == (State.DISPATCHED, people.grid)
    assert told("to_handle") == {people.grid_head.pk}


@pytest.mark.parametrize("who", ["resident", "informant", "stranger", "other_worker"])
def test_what_others_report_waits_for_the_staff_nearest_to_it(people: Round, who: str) -> None:
    incident = collected(people, by=getattr(people, who))

    assert incident.state == State.COLLECTED
    assert told("to_file") == {people.grid_head.pk, people.member.pk}


def test_solved_on_the_spot_is_one_step_and_waits_for_another_to_look(people: Round) -> None:
    before, after = make_photo(people.member), make_photo(people.member)
    incident = collected(
        people, by=people.member, words="", photos=[before], solved=True, photos_after=[after], note="顺手清了"
    )

    assert types_of(incident) == ["collected", "filed", "reported_back"]
    assert (incident.state, incident.on_the_spot, incident.handler) == (State.REPORTED, True, people.member)
    assert told("to_verify") == {people.grid_head.pk, people.worker.pk, people.secretary.pk}
    assert not can(people.member, Action.VERIFY, incident)


def test_only_staff_of_the_place_solve_on_the_spot(people: Round) -> None:
    for person in (people.resident, people.other_worker):
        with pytest.raises(NotAllowed):
            collected(people, by=person, solved=True, note="办了")


@pytest.mark.parametrize(("fields", "wrong"), [({"words": ""}, "photos"), ({"spot": "北" * 81}, "spot")])
def test_a_report_says_something(people: Round, fields: dict[str, Any], wrong: str) -> None:
    with pytest.raises(Invalid) as refused:
        collected(people, **fields)
    assert refused.value.field == wrong


def test_a_category_out_of_use_is_refused(people: Round) -> None:
    with pytest.raises(Invalid):
        collected(people, category=IncidentCategoryFactory(is_active=False))


def test_a_building_lies_in_its_grid(people: Round) -> None:
    house = BuildingFactory(grid=people.grid)
    incident = collected(people, place=house, point=POINT)

    assert (incident.territory, incident.building, incident.community) == (people.grid, house, people.community)
    assert incident.path == house.path
    assert incident.point == POINT


def test_the_category_says_on_which_level_it_is_handled(people: Round) -> None:
    category = IncidentCategoryFactory(handled_at=Level.STREET)
    incident = collected(people, by=people.member, category=category)

    assert incident.responsible_territory.level == Level.STREET
    assert told("to_handle") == {people.street_officer.pk}


def test_without_staff_in_the_grid_the_community_answers(people: Round) -> None:
    for person in (people.member, people.grid_head):
        person.appointments.update(ends_on=MONDAY.date())
    incident = services.file_incident(actor=people.worker, incident=collected(people), at=MONDAY + HOUR)

    assert incident.responsible_territory == people.community


def test_a_corrected_category_brings_its_limit_counted_from_the_report(people: Round) -> None:
    incident = collected(people)
    assert incident.due_at == MONDAY + timedelta(hours=4)
    urgent = IncidentCategoryFactory(limit="2h")
    incident = services.file_incident(
        actor=people.member, incident=incident, category=urgent, at=MONDAY + timedelta(minutes=30)
    )

    assert incident.due_at == MONDAY + timedelta(hours=2)
    live = Clock.objects.filter(subject_id=incident.pk, kind=CLOCK_KIND).exclude(state="stopped")
    assert live.count() == 1


def test_passing_up_goes_to_community_and_street_with_reasons_and_the_clock_goes_on(people: Round) -> None:
    incident = taken(people)
    due = incident.due_at
    incident = services.pass_up_incident(actor=people.member, incident=incident, reason="要吊车", at=MONDAY + HOUR)
    assert (incident.state, incident.handler, incident.responsible_territory) == (
        State.DISPATCHED,
        None,
        people.community,
    )
    assert not can(people.member, Action.TAKE, incident)
    assert told("to_handle") >= {people.worker.pk, people.secretary.pk}
    with pytest.raises(NotAllowed):
        services.pass_up_incident(actor=people.member, incident=incident, reason="还是要吊车")
    incident = services.pass_up_incident(actor=people.worker, incident=incident, reason="要占道", at=MONDAY + HOUR)

    assert incident.responsible_territory.level == Level.STREET
    assert incident.due_at == due
    assert people.street_officer.pk in told("to_handle")
    with pytest.raises(Conflict):
        services.pass_up_incident(actor=people.street_officer, incident=incident, reason="太难")


def test_a_senior_dispatches_by_hand_to_somebody_of_the_place(people: Round) -> None:
    incident = taken(people)
    incident = services.dispatch_incident(
        actor=people.worker, incident=incident, place=people.grid, to=people.grid_head, at=MONDAY + HOUR
    )

    assert (incident.state, incident.assigned_to, incident.handler) == (State.DISPATCHED, people.grid_head, None)
    assert people.grid_head.pk in told("to_handle")
    for place, to in ((people.other_worker.appointments.get().territory, None), (people.grid, people.other_worker)):
        with pytest.raises(Invalid):
            services.dispatch_incident(actor=people.worker, incident=incident, place=place, to=to)
    with pytest.raises(NotAllowed):
        services.dispatch_incident(actor=people.member, incident=incident, place=people.grid)


def test_who_handled_it_neither_verifies_nor_evaluates_it(people: Round) -> None:
    incident = handled(people)
    with pytest.raises(NotAllowed, match="谁办的谁不核查"):
        services.verify_incident(actor=people.member, incident=incident)
    with pytest.raises(NotAllowed, match="谁办的谁不核查"):
        services.fail_incident(actor=people.member, incident=incident, reason="没好")


def test_the_database_too_refuses_a_verifier_who_handled_it(people: Round) -> None:
    incident = handled(people)
    settled = {"state": State.VERIFIED, "verified_at": MONDAY, "version": F("version") + 1}
    for handler in (people.member, None):
        with pytest.raises(DatabaseError), transaction.atomic():
            Incident.objects.filter(pk=incident.pk).update(verified_by=people.member, handler=handler, **settled)
    incident = services.verify_incident(actor=people.grid_head, incident=incident, at=MONDAY + 3 * HOUR)
    with pytest.raises(DatabaseError), transaction.atomic():
        Handling.objects.create(incident=incident, user=people.grid_head)
    with pytest.raises(DatabaseError), transaction.atomic():
        Incident.objects.filter(pk=incident.pk).update(state=State.COLLECTED, version=F("version") + 1)


def test_a_hand_in_an_earlier_round_is_a_hand(people: Round) -> None:
    incident = handled(people)
    services.fail_incident(actor=people.grid_head, incident=incident, reason="还有一袋", at=MONDAY + 3 * HOUR)
    services.dispatch_incident(
        actor=people.worker, incident=incident, place=people.grid, to=people.grid_head, at=MONDAY + 3 * HOUR
    )
    services.take_incident(actor=people.grid_head, incident=incident, at=MONDAY + 3 * HOUR)
    incident = services.report_back(actor=people.grid_head, incident=incident, note="清了", at=MONDAY + 4 * HOUR)

    for person in (people.member, people.grid_head):
        with pytest.raises(NotAllowed):
            services.verify_incident(actor=person, incident=incident)
    services.verify_incident(actor=people.worker, incident=incident, at=MONDAY + 5 * HOUR)


def test_not_done_goes_back_to_whoever_handled_it_and_the_clock_runs_on(people: Round) -> None:
    incident = handled(people)
    clock = clock_of(incident, CLOCK_KIND)
    assert clock is not None
    assert not clock.is_live
    incident = services.fail_incident(
        actor=people.grid_head, incident=incident, reason="还有一袋", at=MONDAY + 3 * HOUR
    )

    assert (incident.state, incident.handler, incident.reopen_count) == (State.HANDLING, people.member, 1)
    assert incident.due_at == MONDAY + timedelta(hours=5)  # two hours were used, one stood still
    assert told("failed") == {people.member.pk}


def test_a_reporter_may_say_within_days_that_it_is_not_done(people: Round) -> None:
    incident = verified(people)
    with pytest.raises(Conflict):
        services.reopen_incident(
            actor=people.resident, incident=incident, reason="又有了", at=MONDAY + timedelta(days=8)
        )
    with pytest.raises(NotAllowed):
        services.reopen_incident(actor=people.stranger, incident=incident, reason="又有了", at=MONDAY + 4 * HOUR)
    incident = services.reopen_incident(actor=people.resident, incident=incident, reason="又有了", at=MONDAY + 4 * HOUR)

    assert (incident.state, incident.verified_by, incident.shows_photos) == (State.HANDLING, None, False)


def test_a_handler_who_has_left_is_not_waited_for(people: Round) -> None:
    incident = handled(people)
    people.member.is_active = False
    people.member.save()
    incident = services.fail_incident(actor=people.grid_head, incident=incident, reason="没好", at=MONDAY + 3 * HOUR)

    assert (incident.state, incident.handler) == (State.DISPATCHED, None)


def test_a_pause_stands_still_and_is_over_when_it_is_done(people: Round) -> None:
    incident = taken(people)
    with pytest.raises(NotAllowed):
        services.pause_incident(actor=people.member, incident=incident, reason="等配件")
    incident = services.pause_incident(actor=people.worker, incident=incident, reason="等配件", at=MONDAY + HOUR)
    assert (incident.due_at, incident.paused_at) == (None, MONDAY + HOUR)
    incident = services.resume_incident(actor=people.worker, incident=incident, at=MONDAY + 3 * HOUR)
    assert incident.due_at == MONDAY + timedelta(hours=6)
    services.pause_incident(actor=people.worker, incident=incident, reason="等配件", at=MONDAY + 4 * HOUR)
    incident = services.report_back(actor=people.member, incident=incident, note="好了", at=MONDAY + 5 * HOUR)
    assert incident.paused_at is None


def test_two_clocks_follow_each_other_and_late_ones_go_up(people: Round) -> None:
    incident = taken(people)
    late = MONDAY + timedelta(days=3)
    sweep_clocks(now=late)
    assert told("overdue") == {
        people.member.pk,
        people.grid_head.pk,
        people.worker.pk,
        people.secretary.pk,
        people.street_officer.pk,
    }
    assert Incident.objects.get(pk=incident.pk).escalation == 3
    incident = services.report_back(actor=people.member, incident=incident, note="好了", at=late)
    looked = clock_of(incident, VERIFY_CLOCK_KIND)
    assert looked is not None
    assert (looked.is_live, incident.due_at, incident.escalation) == (True, looked.due_at, 0)
    incident = services.verify_incident(actor=people.worker, incident=incident, at=late + HOUR)
    assert incident.was_on_time is False


def test_reporters_hear_how_it_went(people: Round) -> None:
    verified(people)
    for kind in ("reporter_filed", "reporter_handled", "reporter_verified"):
        assert told(kind) == {people.resident.pk}


def test_a_rejection_has_a_reason_for_the_reporter(people: Round) -> None:
    with pytest.raises(Invalid):
        services.reject_incident(actor=people.grid_head, incident=collected(people), reason=" ")
    incident = rejected(people)

    assert incident.end_reason == "不是公共区域"
    assert told("reporter_rejected") == {people.resident.pk}
    assert not Clock.objects.filter(subject_id=incident.pk).exclude(state="stopped").exists()


def test_who_reported_it_is_shown_for_a_reason_and_the_reporter_hears_of_the_look(people: Round) -> None:
    report = dispatched(people).reports.get()
    masked = services.masked_reporter(report)
    assert SECRET_NAME not in masked.name
    assert masked.masked
    for person in (people.informant, people.supervisor, people.other_worker, people.stranger):
        with pytest.raises(NotAllowed):
            services.reveal_reporter(actor=person, report=report, reason="问一问")
    with pytest.raises(Invalid):
        services.reveal_reporter(actor=people.member, report=report, reason="")
    revealed = services.reveal_reporter(actor=people.member, report=report, reason="问在哪一层")

    assert (revealed.name, revealed.phone) == (SECRET_NAME, people.resident.phone)
    assert told("reporter_revealed") == {people.resident.pk}


def test_photos_are_for_staff_until_a_verifier_lets_everybody_see_them(people: Round) -> None:
    photo = make_photo(people.resident)
    incident = handled(people, photos=[photo])
    assert may_see_photo(people.resident, photo)
    assert may_see_photo(people.worker, photo)
    assert not may_see_photo(people.stranger, photo)
    services.verify_incident(actor=people.worker, incident=incident, show_photos=True, at=MONDAY + 3 * HOUR)

    assert may_see_photo(people.stranger, photo)


def test_a_photo_of_somebody_else_or_used_before_is_refused(people: Round) -> None:
    mine = make_photo(people.resident)
    with pytest.raises(NotAllowed):
        collected(people, by=people.stranger, photos=[mine])
    collected(people, photos=[mine])
    with pytest.raises(Conflict):
        collected(people, photos=[mine])


def test_a_new_appointment_is_in_charge_at_once(people: Round) -> None:
    incident = dispatched(people)
    newcomer = make_staff(Role.GRID_MEMBER, people.grid)
    assert services.take_incident(actor=newcomer, incident=incident, at=MONDAY + HOUR).handler == newcomer
