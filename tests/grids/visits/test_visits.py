"""Visits logged once, dues that follow, who is told, and what is kept no longer."""

from datetime import date, timedelta
from itertools import permutations
from uuid import uuid4

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone

from grids.incidents.models import Incident
from grids.pairing.feedback import give_feedback
from grids.pairing.models import Pairing
from grids.pairing.services import end_pairing, set_care
from grids.roles.domain import Role
from grids.territory.services import change_setting, move_building
from grids.visits import services
from grids.visits.domain import Standing
from grids.visits.dues import follow_care, keep_dues
from grids.visits.keeping import forget_words
from grids.visits.models import CareDue, PlannedVisit, Visit, VisitPhoto
from grids.visits.photos import PHOTO_PURPOSE, forget_unused_photos
from grids.visits.queries import VisitNumbers, numbers_by_community, numbers_by_grid, numbers_of
from portal.accounts.erasure import erase_user
from portal.accounts.export import data_sections
from portal.errors import Conflict, Invalid, NotAllowed
from portal.notifications.models import Notice
from portal.outbox.models import Event
from portal.outbox.services import drain
from portal.photos.models import Photo
from tests.grids.incidents.factories import IncidentCategoryFactory, make_photo
from tests.grids.members.factories import make_member
from tests.grids.roles.factories import PersonFactory, make_resident, make_staff
from tests.grids.territory.factories import DistrictFactory, GridFactory
from tests.grids.visits.factories import Estate, counted, days_ago, make_estate, visited
from tests.portal.accounts.test_erasing import where_found

pytestmark = pytest.mark.django_db
# A Monday with an ordinary week on both sides.
MONDAY = "2026-11-16 10:00+08:00"


@pytest.fixture
def estate() -> Estate:
    with time_machine.travel(MONDAY, tick=False):
        return make_estate()


def test_what_is_sent_twice_is_one_visit(estate: Estate) -> None:
    key = uuid4()
    first, second = visited(estate, key=key), visited(estate, key=key, words="又发了一次")
    assert first.pk == second.pk
    assert second.words == "腿好些了"
    # The same answer also when the pairing has ended meanwhile, and to nobody else.
    end_pairing(actor=estate.net.worker, pairing=Pairing.objects.get())
    assert visited(estate, key=key).pk == first.pk
    with pytest.raises(Conflict) as taken:
        visited(estate, key=key, by=estate.grid_head)
    assert taken.value.code == "key_taken"
    with pytest.raises(NotAllowed):
        visited(estate)
    assert Event.objects.filter(type="grids.visits.logged").count() == 1


def test_what_was_noted_without_a_network_is_taken_for_a_week(estate: Estate) -> None:
    assert visited(estate, visited_at=days_ago(6)).visited_at < days_ago(5)
    for when, code in ((days_ago(8), "too_old"), (days_ago(-1), "in_future")):
        with pytest.raises(Invalid) as refused:
            visited(estate, visited_at=when)
        assert (refused.value.field, refused.value.code) == ("visited_at", code)
    # A clock that is a little fast tells no future.
    assert visited(estate, visited_at=timezone.now() + timedelta(minutes=5)).visited_at <= timezone.now()


def test_the_next_visit_counts_from_the_last_whatever_order_they_arrive_in(estate: Estate) -> None:
    ends = set()
    for order in permutations([(1, "home"), (3, "outside"), (0, "away"), (2, "phone")]):
        with time_machine.travel(MONDAY, tick=False), transaction.atomic():
            estate.counted_from(date(2026, 11, 1), 0)
            CareDue.objects.filter(pk=estate.homes[0].pk).update(told=2)
            for days, kind in order:
                visited(estate, kind=kind, visited_at=days_ago(days))
            row = estate.due()
            transaction.set_rollback(True)
        ends.add((row.counted_from, row.last_visit_on, row.due_on, row.standing, row.told))
    assert ends == {(date(2026, 11, 15), date(2026, 11, 15), date(2026, 11, 20), Standing.RESTED, 0)}


def test_each_level_is_told_once_and_nobody_twice(estate: Estate) -> None:
    drain()
    Notice.objects.all().delete()
    told = []
    for day in range(16, 31):
        with time_machine.travel(f"2026-11-{day} 09:00+08:00", tick=False):
            keep_dues()
            assert keep_dues() == 0
            drain()
        told.append(
            {*Notice.objects.filter(kind__startswith="grids.visit_overdue").values_list("recipient_id", flat=True)}
        )
        assert Notice.objects.count() == len(told[-1])
    # Due on Monday the 23rd: the member on the 24th, the head on the 26th, the community on the 1st of December.
    assert told[23 - 16] == set()
    assert told[24 - 16] == told[25 - 16] == {estate.member.user_id}
    assert told[26 - 16] == told[30 - 16] == {estate.member.user_id, estate.grid_head.pk}
    with time_machine.travel("2026-12-01 09:00+08:00", tick=False):
        keep_dues()
        drain()
        everybody = {estate.member.user_id, estate.grid_head.pk, estate.net.worker.pk, estate.secretary.pk}
        assert {*Notice.objects.values_list("recipient_id", flat=True)} == everybody
        visited(estate)
    assert (estate.due().told, estate.due().standing) == (0, Standing.RESTED)


def test_where_nobody_is_paired_the_grid_is_told_and_a_late_start_tells_each_level(estate: Estate) -> None:
    drain()
    with time_machine.travel("2027-01-20 09:00+08:00", tick=False):
        visited(estate)
        keep_dues()
        drain()
        # The head looked after it with the member and has heard of it; the next level is the community.
        events = Event.objects.filter(type="grids.visits.overdue").order_by("pk")
        assert [(one.subject_id, one.payload["level"]) for one in events] == [
            (estate.homes[1].pk, n) for n in (1, 2, 3)
        ]
        people = [one.recipient_id for one in Notice.objects.filter(kind__startswith="grids.visit").order_by("pk")]
        assert {*people[:2]} == {estate.grid_head.pk, estate.grid_member.pk}
        assert sorted(people[2:]) == sorted([estate.net.worker.pk, estate.secretary.pk])


def test_dues_follow_care_and_the_rhythm_of_the_place(estate: Estate) -> None:
    with time_machine.travel(MONDAY, tick=False):
        assert (estate.due(0).every, estate.due(1).every) == (7, 30)
        system = make_staff(Role.SYSTEM_ADMINISTRATOR, DistrictFactory())
        change_setting(actor=system, territory=estate.net.grid, key="visits.days.solitary", text="3")
        drain()
        assert (estate.due(0).every, estate.due(0).due_on, estate.due(1).every) == (3, date(2026, 11, 19), 30)
        set_care(actor=estate.net.worker, household=estate.homes[0], care="")
        set_care(actor=estate.net.worker, household=estate.homes[2], care="ill")
        drain()
        assert not CareDue.objects.filter(pk=estate.homes[0].pk).exists()
        assert estate.due(2).due_on == date(2026, 11, 23)
        follow_care(household_id=estate.homes[2].pk, today=timezone.localdate())
        assert CareDue.objects.count() == 2


def test_numbers_are_kept_and_follow_a_building_into_another_grid(estate: Estate) -> None:
    with time_machine.travel("2026-11-25 10:00+08:00", tick=False):
        visited(estate, 1, by=estate.grid_head)
        visited(estate, 0, kind="away")
        visited(estate, 3, by=estate.grid_head)
        keep_dues()
        counted()
        expected = VisitNumbers(visits=3, met=2, in_care=2, overdue=1)
        assert numbers_of(estate.net.community) == expected
        assert numbers_by_grid(estate.net.community) == {str(estate.net.grid.path): expected}
        assert numbers_of(estate.net.grid, month=date(2026, 10, 5)).visits == 0
        other = GridFactory(community=estate.net.community)
        system = make_staff(Role.SYSTEM_ADMINISTRATOR, DistrictFactory())
        move_building(actor=system, building=estate.homes[0].building, grid=other)
        other.refresh_from_db()
        by_grid = numbers_by_grid(estate.net.community)
        assert by_grid[str(other.path)] == VisitNumbers(visits=2, met=1, in_care=2, overdue=1)
        assert by_grid[str(estate.net.grid.path)] == VisitNumbers(visits=1, met=1)
        assert numbers_by_community(estate.net.community)[str(estate.net.community.path)] == expected
        visited(estate, 0)
        set_care(actor=estate.net.worker, household=estate.homes[1], care="")
        drain()
        counted()
        assert numbers_of(other) == VisitNumbers(visits=3, met=2, in_care=1)


def test_a_need_becomes_one_incident_in_the_building(estate: Estate) -> None:
    visit, category = visited(estate, words="楼道灯坏了"), IncidentCategoryFactory()
    found = services.report_need(actor=estate.grid_head, visit=visit, category=category, words=visit.words)
    again = services.report_need(actor=estate.grid_head, visit=visit, category=category, words="再点一次")
    assert found.pk == again.pk == Incident.objects.get().pk
    assert found.building == estate.homes[0].building
    assert visit.led_to.incident == found
    with pytest.raises(NotAllowed):
        services.report_need(actor=estate.street_officer, visit=visit, category=category, words="我来")


def test_words_are_read_near_by_and_further_away_for_a_reason(estate: Estate) -> None:
    visit = visited(estate)
    assert services.reveal_words(actor=estate.grid_member, visit=visit, reason="") == "腿好些了"
    with pytest.raises(Invalid):
        services.reveal_words(actor=estate.street_officer, visit=visit, reason=" ")
    assert services.reveal_words(actor=estate.street_officer, visit=visit, reason="信访核实") == "腿好些了"
    with pytest.raises(NotAllowed):
        services.reveal_words(actor=make_member(estate.net.committee).user, visit=visit, reason="好奇")
    assert [event.text for event in Event.objects.filter(type="grids.visits.revealed")] == ["信访核实"]


def test_words_and_photos_go_after_the_months_of_the_place(estate: Estate) -> None:
    system = make_staff(Role.SYSTEM_ADMINISTRATOR, DistrictFactory())
    with time_machine.travel("2026-01-10 10:00+08:00", tick=False):
        photo = make_photo(estate.member.user, purpose=PHOTO_PURPOSE)
        old = visited(estate, photos=[photo], topics=["health"])
    with time_machine.travel("2026-09-10 10:00+08:00", tick=False):
        young = visited(estate)
    with time_machine.travel("2026-11-16 10:00+08:00", tick=False):
        assert forget_words() == 0
        change_setting(actor=system, territory=estate.net.community, key="visits.keep_months", text="6")
        assert forget_words() == 1
        assert forget_words() == 0
    old.refresh_from_db()
    young.refresh_from_db()
    assert (old.words, old.topics, old.photos.count(), Photo.objects.count()) == ("", [], 0, 0)
    assert young.words == "腿好些了"
    assert Visit.objects.count() == 2


def test_photos_that_nobody_used_go(estate: Estate) -> None:
    used, unused = (make_photo(estate.member.user, purpose=PHOTO_PURPOSE) for _ in range(2))
    visited(estate, photos=[used])
    with pytest.raises(Conflict):
        visited(estate, photos=[used])
    Photo.objects.update(created_at=days_ago(3))
    assert forget_unused_photos() == 1
    assert not Photo.objects.filter(pk=unused.pk).exists()


def test_nothing_written_remains_of_who_leaves_and_their_copy_has_it_all(estate: Estate) -> None:
    visitor = estate.member.user
    visited(estate, words="欧阳拾遗家的水管", photos=[make_photo(visitor, purpose=PHOTO_PURPOSE)])
    visited(estate, 3, by=estate.grid_head, words="社区里的欧阳拾遗摔了一跤")
    services.plan_visit(actor=visitor, household=estate.homes[0], wanted=True)
    (mine,) = next(section.data(visitor) for section in data_sections() if section.name == "visits")
    assert (mine["words"], mine["kind"], mine["photos"]) == ("欧阳拾遗家的水管", "home", 1)
    resident = make_resident(estate.net.community, legal_name="欧阳拾遗", display_name="拾遗")
    erase_user(actor=resident, user=resident)
    assert not [*where_found(("欧阳拾遗",))]
    visited(estate, words="老伴也在家")
    erase_user(actor=visitor, user=visitor)
    assert not [*where_found(("老伴也在家",))]
    assert (VisitPhoto.objects.count(), PlannedVisit.objects.count(), Visit.objects.count()) == (0, 0, 3)


def test_the_feedback_to_the_unit_counts_visits_of_the_half_year(estate: Estate) -> None:
    with time_machine.travel("2026-06-30 20:00+08:00", tick=False):
        visited(estate)
    with time_machine.travel("2026-07-01 08:00+08:00", tick=False):
        visited(estate)
        visited(estate, kind="away")
    half = (date(2026, 7, 1), date(2027, 1, 1))
    figures = {
        one.key: one.value for one in give_feedback(actor=estate.secretary, member=estate.member, half=half).figures
    }
    assert figures["visits"] == "2 次，其中见到人 1 次"


def test_a_household_is_planned_by_who_visits_it(estate: Estate) -> None:
    with pytest.raises(NotAllowed):
        services.plan_visit(actor=PersonFactory(), household=estate.homes[0], wanted=True)
    for wanted in (True, True, False):
        services.plan_visit(actor=estate.member.user, household=estate.homes[0], wanted=wanted)
    assert not PlannedVisit.objects.get().wanted
