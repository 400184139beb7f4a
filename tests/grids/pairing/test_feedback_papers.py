"""The papers of all members of a community in one file, and the reminder to make them."""

from datetime import datetime

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from grids.gatherings.domain import How, Standing
from grids.gatherings.models import Attendance
from grids.members.domain import MemberState
from grids.pairing.feedback import give_feedback
from grids.pairing.feedback_papers import FEEDBACKS, ask_feedbacks, half_named, remind_feedback
from grids.roles.domain import Role
from portal.errors import Invalid, NotAllowed
from portal.jobs.models import Job, JobState
from portal.jobs.running import run_next
from portal.notifications.models import Notice
from portal.outbox.models import Event
from portal.outbox.services import drain
from tests.grids.gatherings.factories import make_branch
from tests.grids.members.factories import make_member
from tests.grids.roles.factories import make_staff
from tests.grids.territory.factories import CommunityFactory
from tests.portal.accounts.factories import enter_as_staff

pytestmark = pytest.mark.django_db


def test_one_file_for_a_community_and_each_look_is_written_down() -> None:
    branch = make_branch()
    place = branch.branch.territory
    make_member(branch.branch, state=MemberState.REPORTED)
    own = make_member(branch.branch, user=branch.worker)
    staff = enter_as_staff(Client(), branch.worker)
    assert "feedback/" in staff.get(reverse("pairing_members"), {"place": place.code}).content.decode()
    assert staff.post(reverse("pairing_feedbacks"), {"place": place.code, "half": "this"}).status_code == 302
    body = {"place": place.code, "half": "last"}
    assert staff.post(reverse("api_pairing_feedbacks"), body, "application/json").status_code == 202
    assert run_next()
    job = Job.objects.filter(kind=FEEDBACKS).earliest("pk")
    assert job.state == JobState.DONE
    assert job.result_path.read_bytes().startswith(b"%PDF")
    seen = Event.objects.filter(type="grids.members.revealed").values_list("payload__owner_id", flat=True)
    assert sorted(seen) == sorted(one.pk for one in branch.members)
    assert own.user_id not in seen


def test_who_may_ask_and_for_how_many() -> None:
    branch = make_branch(members=0)
    place = branch.branch.territory
    for actor in (branch.secretary, make_staff(Role.STREET_OFFICER, place.ancestors()[-2])):
        with pytest.raises(NotAllowed):
            ask_feedbacks(actor=actor, place=place, half="last")
    with pytest.raises(NotAllowed):
        ask_feedbacks(actor=branch.worker, place=CommunityFactory(code="320105004002"), half="last")
    with pytest.raises(Invalid):
        ask_feedbacks(actor=branch.worker, place=place, half="last")


def test_the_paper_tells_how_often_somebody_came() -> None:
    branch = make_branch()
    today = timezone.localdate()
    member = branch.members[0].party_member
    Attendance.objects.create(
        gathering=branch.held(today), user=branch.members[0], standing=Standing.PRESENT, how=How.CODE
    )
    given = give_feedback(actor=branch.worker, member=member, half=half_named("this", today))
    assert {figure.key: figure.value for figure in given.figures}["gatherings"] == "1 次"
    before = give_feedback(actor=branch.worker, member=member, half=half_named("last", today))
    assert {figure.key: figure.value for figure in before.figures}["gatherings"] == "0 次"


def test_each_community_is_reminded_once_a_half_year() -> None:
    branch = make_branch()
    zone = timezone.get_default_timezone()
    for day, count in ((datetime(2027, 1, 5, 9), 1), (datetime(2027, 1, 6, 9), 0), (datetime(2027, 3, 1, 9), 0)):
        with time_machine.travel(day.replace(tzinfo=zone)):
            assert remind_feedback() == count
    with time_machine.travel(datetime(2027, 7, 2, 9, tzinfo=zone)):
        assert remind_feedback() == 1
        drain()
    told = Notice.objects.filter(kind="grids.feedback_due")
    assert list(told.values_list("recipient_id", flat=True)) == [branch.worker.pk] * 2
