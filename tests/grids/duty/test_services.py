"""Who stands in holds the covered role there and then, and nothing else; the database keeps absences apart."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from grids.duty.services import arrange_leave, end_leave, name_cover
from grids.duty.telling import tell_all
from grids.lineage.services import merge_grids
from grids.roles.domain import HANDLER_ROLES, Role
from grids.roles.models import Appointment, DutyCover
from grids.roles.queries import forget, held_by, holders, holds, nearest_holders
from grids.territory.models import Territory
from portal.accounts.erasure import erase_user
from portal.accounts.models import User
from portal.deadlines.domain import TIME_ZONE
from portal.errors import Conflict, Invalid, NotAllowed
from portal.notifications.models import Notice
from portal.outbox.models import Event
from portal.outbox.services import drain
from tests.grids.duty.factories import away_on_leave
from tests.grids.roles.factories import AppointmentFactory, PersonFactory, make_resident, make_staff
from tests.grids.territory.factories import CommunityFactory, DistrictFactory, GridFactory

pytestmark = pytest.mark.django_db


class Scene:
    """A grid with a head, a colleague of another grid, and the community's worker."""

    def __init__(self) -> None:
        self.grid: Territory = GridFactory()
        self.other: Territory = GridFactory()
        self.head = make_staff(Role.GRID_HEAD, self.grid)
        self.colleague = make_staff(Role.GRID_MEMBER, self.other)
        self.worker = make_staff(Role.COMMUNITY_WORKER, CommunityFactory())
        self.office = Appointment.objects.get(user=self.head)
        self.today = timezone.localdate()

    def arrange(self, **given: Any) -> DutyCover:
        asked: dict[str, Any] = {
            "actor": self.worker,
            "appointment": self.office,
            "starts_on": self.today,
            "ends_on": self.today + timedelta(days=3),
            "cover": self.colleague,
        }
        return arrange_leave(**(asked | given))


@pytest.fixture
def scene(db: None) -> Scene:
    return Scene()


def test_who_stands_in_has_the_role_there_on_these_days_and_nothing_else(scene: Scene) -> None:
    first = scene.today + timedelta(days=2)
    scene.arrange(starts_on=first, ends_on=first + timedelta(days=2))
    covering = [
        holds(scene.colleague, {Role.GRID_HEAD}, scene.grid, on=scene.today + timedelta(days=n)) for n in range(6)
    ]
    assert covering == [False, False, True, True, False, False]
    held = held_by(scene.colleague, first)
    assert {(str(each.role), each.territory_id) for each in held} == {
        ("grid_member", scene.other.pk),
        ("grid_head", scene.grid.pk),
    }
    assert not holds(scene.colleague, {Role.GRID_HEAD}, scene.other, on=first)
    assert not holds(scene.colleague, HANDLER_ROLES, CommunityFactory(), on=first)


def test_work_goes_to_who_stands_in_and_past_who_is_away(scene: Scene) -> None:
    scene.arrange()
    assert nearest_holders({Role.GRID_HEAD}, scene.grid) == [scene.colleague]
    assert set(holders({Role.GRID_HEAD}, scene.grid)) == {scene.head, scene.colleague}
    (found,) = nearest_holders({Role.GRID_HEAD}, scene.grid)
    assert {each.role for each in held_by(found)} == {Role.GRID_MEMBER, Role.GRID_HEAD}
    DutyCover.objects.update(cover=None)
    assert nearest_holders({Role.GRID_HEAD, Role.COMMUNITY_WORKER}, scene.grid) == [scene.worker]
    assert holds(scene.head, {Role.GRID_HEAD}, scene.grid), "who is away has not lost the office"


def test_it_is_over_with_the_covered_office_and_for_who_is_no_staff_any_more(scene: Scene) -> None:
    scene.arrange()
    User.objects.filter(pk=scene.colleague.pk).update(is_staff=False)
    assert not holds(User.objects.get(pk=scene.colleague.pk), {Role.GRID_HEAD}, scene.grid)
    User.objects.filter(pk=scene.colleague.pk).update(is_staff=True)
    Appointment.objects.filter(pk=scene.office.pk).update(ends_on=scene.today)
    forget(scene.colleague)
    assert not holds(scene.colleague, {Role.GRID_HEAD}, scene.grid)


def test_who_may_arrange_what(scene: Scene) -> None:
    own = scene.arrange(actor=scene.head, cover=None)
    with pytest.raises(NotAllowed, match="由社区的工作人员安排"):
        name_cover(actor=scene.head, duty=own, cover=scene.colleague)
    with pytest.raises(NotAllowed, match="只有本人和社区"):
        end_leave(actor=scene.colleague, duty=own)
    cases: list[tuple[dict[str, Any], type[Exception], str]] = [
        ({"cover": scene.head}, Invalid, "不能自己代自己"),
        ({"cover": scene.worker}, NotAllowed, "不能安排自己代班"),
        ({"cover": make_resident()}, Invalid, "本社区的工作人员"),
        (
            {"cover": make_staff(Role.GRID_HEAD, GridFactory(community=CommunityFactory(code="320105004001")))},
            Invalid,
            "本社区",
        ),
        ({"actor": scene.colleague}, NotAllowed, "只有本人和社区"),
        ({"starts_on": scene.today - timedelta(days=1)}, Invalid, "从今天或以后"),
        ({"ends_on": scene.today}, Invalid, "要晚于开始"),
        ({"ends_on": scene.today + timedelta(days=400)}, Invalid, "最多登记一年"),
        ({"kind": "sick"}, Invalid, "从列表里选"),
        ({"appointment": Appointment.objects.get(user=scene.worker)}, Invalid, "只有网格长和网格员"),
        ({}, Conflict, "已经登记过请假"),
    ]
    for given, error, words in cases:
        with pytest.raises(error, match=words):
            scene.arrange(**given)
    Appointment.objects.filter(pk=scene.office.pk).update(ends_on=scene.today + timedelta(days=5))
    with pytest.raises(Invalid, match="超出了任期"):
        scene.arrange(starts_on=scene.today + timedelta(days=4), ends_on=scene.today + timedelta(days=9))


def test_absences_never_overlap_in_the_database(scene: Scene) -> None:
    away_on_leave(scene.head, by=scene.worker)
    with pytest.raises(IntegrityError, match="one_absence_at_a_time"), transaction.atomic():
        away_on_leave(scene.head, by=scene.worker, first=3)
    away_on_leave(scene.head, by=scene.worker, first=4)
    with pytest.raises(IntegrityError, match="duty_cover_ends_after_start"), transaction.atomic():
        away_on_leave(scene.head, by=scene.worker, first=20, days=-1)


def test_everybody_concerned_is_told(scene: Scene) -> None:
    duty = scene.arrange()
    drain()
    assert Notice.objects.get(recipient=scene.colleague).kind == "grids.please_cover"
    assert Notice.objects.get(recipient=scene.head).kind == "grids.covered"
    second = make_staff(Role.GRID_MEMBER, scene.grid)
    name_cover(actor=scene.worker, duty=duty, cover=second)
    drain()
    assert Notice.objects.filter(recipient=scene.colleague, kind="grids.cover_over").exists()
    assert Notice.objects.filter(recipient=second, kind="grids.please_cover").exists()
    end_leave(actor=scene.head, duty=duty)
    drain()
    assert Notice.objects.filter(recipient=second, kind="grids.cover_over").exists()
    assert not holds(User.objects.get(pk=second.pk), {Role.GRID_HEAD}, scene.grid)
    with pytest.raises(Conflict, match="已经结束"):
        end_leave(actor=scene.head, duty=duty)


def test_the_secretary_hears_of_gaps_once_a_week(scene: Scene) -> None:
    secretary = make_staff(Role.COMMUNITY_SECRETARY, CommunityFactory())
    monday = timezone.datetime(2026, 11, 23, 7, 0, tzinfo=TIME_ZONE)  # type: ignore[attr-defined]
    assert tell_all(now=monday) == 0
    assert tell_all(now=monday + timedelta(hours=2)) == 1
    assert tell_all(now=monday + timedelta(days=3)) == 0
    drain()
    notice = Notice.objects.get(recipient=secretary, kind="grids.duty_gaps")
    assert notice.params["count"] == "2"
    assert tell_all(now=monday + timedelta(days=7, hours=2)) == 1


def test_nobody_is_told_where_everybody_is_there() -> None:
    grid = GridFactory()
    for role in (Role.GRID_HEAD, Role.GRID_MEMBER):
        AppointmentFactory(role=role, territory=grid)
    assert tell_all(now=timezone.now()) == 0
    assert not Event.objects.filter(type="grids.duty.gaps_found").exists()


def test_a_leave_goes_along_when_the_office_does(scene: Scene) -> None:
    duty = scene.arrange()
    into = GridFactory()
    admin = make_staff(Role.SYSTEM_ADMINISTRATOR, DistrictFactory())
    merge_grids(actor=admin, grid=scene.grid, into=into, carry=[scene.office.pk], reason="户数少")
    duty.refresh_from_db()
    assert duty.appointment.territory == into
    assert holds(User.objects.get(pk=scene.colleague.pk), {Role.GRID_HEAD}, into)


def test_whoever_leaves_stands_in_for_nobody(scene: Scene) -> None:
    running, later = (
        scene.arrange(),
        scene.arrange(starts_on=scene.today + timedelta(days=10), ends_on=scene.today + timedelta(days=12)),
    )
    erase_user(user=scene.colleague, actor=scene.colleague)
    running.refresh_from_db()
    later.refresh_from_db()
    assert (running.ends_on, later.cover) == (scene.today, None)
    assert PersonFactory() is not None
