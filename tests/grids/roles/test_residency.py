"""Residency: asked for, decided with a reason either way, once; private across communities."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from grids.roles.domain import ResidencyStatus, Role
from grids.roles.models import Residency
from grids.roles.queries import community_of, held_by
from grids.roles.services import (
    approve_residency,
    end_residency,
    refuse_residency,
    request_residency,
    reveal_address,
)
from portal.accounts.erasure import erase_user
from portal.accounts.export import data_sections
from portal.accounts.models import User
from portal.errors import Conflict, Invalid, NotAllowed
from portal.notifications.models import Notice
from portal.outbox.models import Event, EventText
from portal.outbox.services import drain
from tests.grids.roles.factories import PersonFactory, ResidencyFactory, make_resident, make_staff
from tests.grids.territory.factories import BuildingFactory, CommunityFactory, GridFactory, StreetFactory
from tests.portal.accounts.factories import enter as sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def worker() -> User:
    return make_staff(Role.COMMUNITY_WORKER, CommunityFactory())


def test_from_asking_to_living_there(worker: User) -> None:
    person, building = PersonFactory(), BuildingFactory()
    residency = request_residency(actor=person, community=CommunityFactory(), building=building, address=" 3 栋 501 ")
    assert (residency.address, residency.place) == ("3 栋 501", building)
    drain()
    assert Notice.objects.get().recipient == worker
    approve_residency(actor=worker, residency=residency, reason="上门看过")
    drain()
    assert Notice.objects.filter(recipient=person, kind="grids.residency_approved").count() == 1
    assert community_of(person) == CommunityFactory()
    assert [held.role for held in held_by(User.objects.get(pk=person.pk))] == [Role.RESIDENT]
    assert Event.objects.get(type="grids.residency.approved").text == "上门看过"


def test_a_decision_needs_a_reason_and_is_made_once(worker: User) -> None:
    residency = ResidencyFactory()
    deciders: list[Callable[..., Residency]] = [approve_residency, refuse_residency]
    for decide in deciders:
        with pytest.raises(Invalid, match="写一句理由"):
            decide(actor=worker, residency=residency, reason="  ")
    refuse_residency(actor=worker, residency=residency, reason="门牌号对不上")
    with pytest.raises(Conflict, match="已经有人处理"):
        approve_residency(actor=worker, residency=residency, reason="上门看过")
    assert community_of(residency.user) is None


def test_only_that_communitys_staff_decides_and_never_about_themselves(worker: User) -> None:
    residency = ResidencyFactory()
    strangers: list[User] = [
        PersonFactory(),
        make_resident(),
        make_staff(Role.COMMUNITY_WORKER, CommunityFactory(code="320105004001")),
        make_staff(Role.STREET_OFFICER, StreetFactory()),
        make_staff(Role.GRID_HEAD, GridFactory()),
        make_staff(Role.SECURITY_ADMINISTRATOR, StreetFactory()),
    ]
    for stranger in strangers:
        with pytest.raises(NotAllowed):
            approve_residency(actor=stranger, residency=residency, reason="看过")
    with pytest.raises(NotAllowed):
        approve_residency(actor=worker, residency=ResidencyFactory(user=worker), reason="看过")


def test_one_request_at_a_time_and_moving_ends_the_old_one(worker: User) -> None:
    person = make_resident(CommunityFactory(code="320105004001"))
    residency = request_residency(actor=person, community=CommunityFactory())
    with pytest.raises(Conflict, match="已经申请过"):
        request_residency(actor=person, community=CommunityFactory(code="320105004002"))
    approve_residency(actor=worker, residency=residency, reason="看过")
    statuses = Residency.objects.filter(user=person).order_by("pk").values_list("status", flat=True)
    assert list(statuses) == [ResidencyStatus.ENDED, ResidencyStatus.APPROVED]
    with pytest.raises(Conflict, match="已经是这个社区的居民"):
        request_residency(actor=person, community=CommunityFactory())
    end_residency(actor=person, residency=residency)
    assert community_of(person) is None


def test_places_must_fit() -> None:
    with pytest.raises(Invalid, match="选到社区"):
        request_residency(actor=PersonFactory(), community=StreetFactory())
    elsewhere = GridFactory(community=CommunityFactory(code="320105004001"))
    with pytest.raises(Invalid, match="这个社区里的"):
        request_residency(actor=PersonFactory(), community=CommunityFactory(), building=elsewhere)


def test_staff_ask_for_somebody_who_cannot(worker: User) -> None:
    elder = PersonFactory()
    residency = request_residency(actor=worker, on_behalf_of=elder, community=CommunityFactory())
    event = Event.objects.get(type="grids.residency.requested")
    assert (residency.user, event.actor, event.on_behalf_of) == (elder, worker, elder)
    with pytest.raises(NotAllowed):
        request_residency(actor=PersonFactory(), on_behalf_of=elder, community=CommunityFactory())


def test_every_look_at_an_address_is_written_down(worker: User) -> None:
    residency = ResidencyFactory(address="3 栋 501")
    with pytest.raises(Invalid):
        reveal_address(actor=worker, residency=residency, reason=" ")
    with pytest.raises(NotAllowed):
        reveal_address(actor=make_resident(), residency=residency, reason="好奇")
    assert reveal_address(actor=worker, residency=residency, reason="上门核对") == "3 栋 501"
    event = Event.objects.get(type="grids.residency.address_revealed")
    assert (event.actor, event.visibility, event.text) == (worker, "audit", "上门核对")


def test_an_erased_person_leaves_no_address(worker: User) -> None:
    person = PersonFactory()
    residency = request_residency(actor=person, community=CommunityFactory(), address="金丝雀 501")
    approve_residency(actor=worker, residency=residency, reason="金丝雀家看过")
    erase_user(actor=person, user=person)
    residency.refresh_from_db()
    assert (residency.address, residency.building, residency.status) == ("", None, ResidencyStatus.ENDED)
    assert "金丝雀" not in residency.reason
    assert not EventText.objects.filter(text__contains="金丝雀").exists()


def test_a_persons_copy_has_it() -> None:
    residency = ResidencyFactory(address="3 栋 501")
    copy = {section.name: section.data(residency.user) for section in data_sections()}
    assert copy["residency"][0]["address"] == "3 栋 501"
    assert copy["appointments"] == []


# -- pages ------------------------------------------------------------------------------------------------------------


def enter(user: User) -> Client:
    """A browser in which the person is logged in, staff with both factors."""
    return sign_in(Client(), user, second_factor=user.is_staff)


def test_a_resident_asks_and_follows_on_pages(worker: User) -> None:
    person, grid = PersonFactory(), GridFactory(name="第 003 网格")
    browser = enter(person)
    assert "还没有登记社区" in browser.get(reverse("residency")).content.decode()
    found = browser.get(reverse("residency_choose"), {"q": "洲島家园"}).content.decode()
    assert "洲岛家园社区" in found, "traditional characters find it too"
    at = browser.get(reverse("residency_choose"), {"at": "320105004"}).content.decode()
    assert "洲岛家园社区" in at
    page = reverse("residency_ask", args=["320105004004"])
    assert browser.get(reverse("residency_choose"), {"at": "320105004004"}).headers["Location"] == page
    assert "第 003 网格" in browser.get(page).content.decode()
    answer = browser.post(page, {"building": grid.pk, "address": "3 栋 501"})
    residency = Residency.objects.get(user=person)
    assert answer.headers["Location"] == reverse("residency_detail", args=[residency.pk])
    assert "3 栋 501" in browser.get(answer.headers["Location"]).content.decode()
    again = browser.post(page, {"address": "改一下"})
    assert again.status_code == 400
    assert "已经申请过" in again.content.decode()
    assert "改一下" in again.content.decode(), "nothing typed is lost"
    browser.post(reverse("residency_end", args=[residency.pk]))
    residency.refresh_from_db()
    assert residency.status == ResidencyStatus.ENDED


def test_staff_decide_on_pages(worker: User) -> None:
    residency = ResidencyFactory(address="金丝雀 501", user=PersonFactory(legal_name="周建国"))
    browser, page = enter(worker), reverse("residency_request", args=[residency.pk])
    assert "周建国" in browser.get(reverse("residency_requests")).content.decode()
    assert "金丝雀" not in browser.get(page).content.decode()
    refused = browser.post(reverse("residency_reveal", args=[residency.pk]), {"why": ""})
    assert refused.status_code == 400
    assert "金丝雀" not in refused.content.decode()
    shown = browser.post(reverse("residency_reveal", args=[residency.pk]), {"why": "上门核对"})
    assert "金丝雀 501" in shown.content.decode()
    assert shown.headers["Cache-Control"] == "no-store"
    empty = browser.post(page, {"decision": "approve", "reason": ""})
    assert (empty.status_code, "请写一句理由" in empty.content.decode()) == (400, True)
    assert browser.post(page, {"decision": "approve", "reason": "上门看过"}).status_code == 302
    late = browser.post(page, {"decision": "refuse", "reason": "不对"})
    assert late.status_code == 409
    assert "已经有人处理" in late.content.decode()
    assert "周建国" in browser.get(reverse("residency_requests"), {"show": "decided"}).content.decode()


def test_other_communities_see_nothing(worker: User) -> None:
    residency = ResidencyFactory(user=PersonFactory(legal_name="周建国"))
    stranger = enter(make_staff(Role.COMMUNITY_SECRETARY, CommunityFactory(code="320105004001")))
    assert "周建国" not in stranger.get(reverse("residency_requests")).content.decode()
    for name in ("residency_request", "residency_reveal"):
        answer = stranger.post(reverse(name, args=[residency.pk]), {"why": "看", "decision": "approve", "reason": "看"})
        assert answer.status_code == 404
    neighbour = enter(make_resident())
    assert neighbour.get(reverse("residency_detail", args=[residency.pk])).status_code == 404
    assert neighbour.post(reverse("residency_end", args=[residency.pk])).status_code == 404
    assert neighbour.get(reverse("residency_requests")).status_code == 403
    assert Client().get(reverse("residency")).status_code == 302


@pytest.mark.django_db(transaction=True)
def test_of_two_deciders_at_once_one_decides() -> None:
    residency = ResidencyFactory()
    workers = [make_staff(Role.COMMUNITY_WORKER, CommunityFactory()) for _ in range(4)]
    gate, outcomes = threading.Barrier(4, timeout=10), []

    def decide(worker: User, approve: bool) -> None:
        try:
            mine = Residency.objects.get(pk=residency.pk)
            gate.wait()
            (approve_residency if approve else refuse_residency)(actor=worker, residency=mine, reason="看过")
            outcomes.append("decided")
        except Conflict:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=decide, args=(w, n % 2 == 0)) for n, w in enumerate(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(outcomes) == ["decided", "refused", "refused", "refused"]
    assert Event.objects.filter(type__in=["grids.residency.approved", "grids.residency.refused"]).count() == 1
