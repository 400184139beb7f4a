"""Reporting to the community: by consent only, confirmed by its staff, seen with a reason, gone without a trace."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from grids.cells.domain import Post
from grids.cells.models import PartyOrganisation
from grids.members import services
from grids.members.domain import SERVICE_POSTS, MemberState, Shown
from grids.members.models import PartyMember, ServicePost
from grids.members.policies import may_reveal
from grids.members.receivers import record_of
from grids.roles.domain import Role
from portal.accounts.consents import has_consent, withdraw_consent
from portal.accounts.erasure import erase_user
from portal.accounts.models import ConsentText, User
from portal.errors import Conflict, Invalid, NotAllowed
from portal.notifications.models import Notice
from portal.outbox.models import Event
from portal.outbox.services import drain
from tests.grids.cells.factories import OrganisationFactory, make_leader
from tests.grids.members.factories import make_member
from tests.grids.roles.factories import PersonFactory, make_resident, make_staff
from tests.grids.territory.factories import CommunityFactory, GridFactory
from tests.portal.accounts.factories import ConsentTextFactory, enter, enter_as_staff
from tests.portal.accounts.test_erasing import where_found

pytestmark = pytest.mark.django_db
SLIP: dict[str, Any] = {"unit_branch": "金丝雀医院党支部", "agreed": True}


@pytest.fixture
def committee() -> PartyOrganisation:
    found: PartyOrganisation = OrganisationFactory(name="社区党委")
    return found


@pytest.fixture
def person(committee: PartyOrganisation) -> User:
    ConsentTextFactory(kind=ConsentText.Kind.PARTY)
    return make_resident(committee.territory, legal_name="欧阳金丝雀", phone="+8613755551234")


@pytest.fixture
def worker(committee: PartyOrganisation) -> User:
    return make_staff(Role.COMMUNITY_WORKER, committee.territory)


def test_from_the_slip_to_the_answer(committee: PartyOrganisation, person: User, worker: User) -> None:
    services.ensure_default_posts()
    services.ensure_default_posts()
    assert ServicePost.objects.count() == len(SERVICE_POSTS) == 8
    post = ServicePost.objects.get(name="民情收集岗")

    member = services.report(actor=person, organisation=committee, post=post, **SLIP)

    assert has_consent(person, ConsentText.Kind.PARTY)
    drain()
    assert Notice.objects.get().recipient == worker
    with pytest.raises(Conflict, match="已经报到"):
        services.report(actor=person, organisation=committee, **SLIP)
    with pytest.raises(Invalid):
        services.decide(actor=worker, member=member, confirm=True, reason=" ")
    services.decide(actor=worker, member=member, confirm=True, reason="欢迎", is_backbone=True)
    drain()
    member.refresh_from_db()
    assert (member.state, member.is_backbone) == (MemberState.CONFIRMED, True)
    assert Notice.objects.filter(recipient=person, kind="grids.member_decided").count() == 1
    assert "金丝雀" not in str([event.payload for event in Event.objects.all()])


def test_nothing_is_kept_without_the_separate_consent(committee: PartyOrganisation, person: User) -> None:
    with pytest.raises(Invalid) as refused:
        services.report(actor=person, organisation=committee, unit_branch="支部", agreed=False)
    assert refused.value.field == "agreed"
    assert not PartyMember.objects.exists()
    services.report(actor=person, organisation=committee, **SLIP)
    withdraw_consent(actor=person, user=person, kind=ConsentText.Kind.PARTY)
    assert not PartyMember.objects.exists()


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("unit_branch", {"unit_branch": " "}),
        ("station", {"is_mobile": True}),
        ("unit_branch", {"unit_branch": "长" * 61}),
    ],
)
def test_what_is_wrong_is_said_with_its_field(
    committee: PartyOrganisation, person: User, field: str, given: dict[str, Any]
) -> None:
    with pytest.raises(Invalid) as refused:
        services.report(actor=person, **{"organisation": committee} | SLIP | given)
    assert refused.value.field == field


def test_one_serves_where_one_lives(committee: PartyOrganisation, person: User) -> None:
    elsewhere = OrganisationFactory(territory=CommunityFactory(code="320105004002"))
    for user, organisation in ((person, elsewhere), (PersonFactory(), committee)):
        with pytest.raises(Invalid) as refused:
            services.report(actor=user, organisation=organisation, **SLIP)
        assert refused.value.field == "organisation"


def test_a_member_corrects_the_record(committee: PartyOrganisation, person: User, worker: User) -> None:
    member = make_member(committee, user=person)
    grid = GridFactory(community=committee.territory)
    services.correct_own(actor=person, near=grid, shown_to=Shown.ORGANISATION)
    member.refresh_from_db()
    assert (member.state, member.near) == (MemberState.CONFIRMED, grid)
    services.ask_correction(actor=person, words="骨干没有标上")
    drain()
    assert Notice.objects.get().recipient == worker
    services.decide(actor=worker, member=member, confirm=True, reason="补上了", is_backbone=True)
    services.correct_own(actor=person, unit_branch="退休党支部")
    member.refresh_from_db()
    assert (member.state, member.correction) == (MemberState.REPORTED, "")
    with pytest.raises(Conflict):
        services.correct_own(actor=worker, unit_branch="x")


def test_who_decides_and_who_looks(committee: PartyOrganisation, person: User, worker: User) -> None:
    member = make_member(committee, user=person)
    leader = make_leader(committee, Post.ORGANISATION).user
    for user in (person, leader, make_staff(Role.STREET_OFFICER, committee.territory.ancestors()[-2])):
        with pytest.raises(NotAllowed):
            services.decide(actor=user, member=member, confirm=True, reason="好")
        with pytest.raises(NotAllowed):
            services.reveal(actor=user, member=member, reason="核对")
    services.correct_own(actor=person, shown_to=Shown.ORGANISATION)
    member.refresh_from_db()
    assert may_reveal(leader, member)
    with pytest.raises(Invalid):
        services.reveal(actor=worker, member=member, reason=" ")
    services.reveal(actor=worker, member=member, reason="和支部核对")
    seen = Event.objects.get(type="grids.members.revealed")
    assert (seen.actor, seen.visibility, seen.text) == (worker, "audit", "和支部核对")


def test_nothing_is_left_of_who_leaves(committee: PartyOrganisation, person: User, worker: User) -> None:
    member = services.report(actor=person, organisation=committee, **SLIP)
    services.ask_correction(actor=person, words="金丝雀写错了")
    services.decide(actor=worker, member=member, confirm=False, reason="金丝雀医院没有这个支部")
    record = record_of(person)
    assert record is not None
    assert record["unit_branch"] == "金丝雀医院党支部"
    assert {one.split(":")[0] for one in where_found(("金丝雀",))} >= {"grids_partymember.unit_branch"}
    erase_user(actor=person, user=person)
    assert list(where_found(("金丝雀", "13755551234"))) == []
    assert record_of(person) is None


def test_by_the_pages(client: Client, committee: PartyOrganisation, person: User, worker: User) -> None:
    enter(client, person)
    assert "去报到" in client.get(reverse("party_mine")).content.decode()
    edit = reverse("party_mine_edit")
    slip = {"organisation": committee.pk, "unit_branch": "金丝雀医院党支部", "shown_to": "staff"}
    refused = client.post(edit, slip)
    assert refused.status_code == 400
    assert "金丝雀医院党支部" in refused.content.decode()
    assert client.post(edit, slip | {"agreed": "on"}).status_code == 302
    assert "金丝雀医院党支部" in client.get(reverse("party_mine")).content.decode()
    member = PartyMember.objects.get()

    staff = enter_as_staff(Client(), worker)
    listing = staff.get(reverse("party_members")).content.decode()
    page = reverse("party_member", args=[member.pk])
    shown = staff.get(page).content.decode()
    for words in (listing, shown):
        assert "欧阳*" in words
        assert "金丝雀" not in words
    assert staff.post(reverse("party_member_reveal", args=[member.pk])).status_code == 400
    revealed = staff.post(reverse("party_member_reveal", args=[member.pk]), {"why": "核对"})
    assert "金丝雀医院党支部" in revealed.content.decode()
    assert revealed["Cache-Control"] == "no-store"
    answer = {"decision": "confirm", "reason": "欢迎", "is_backbone": "on"}
    assert staff.post(page, answer).status_code == 302
    assert "没有等答复的" in staff.get(reverse("party_members")).content.decode()

    assert client.post(edit, slip | {"unit_branch": "退休党支部"}).status_code == 302
    assert client.post(reverse("party_mine_ask"), {"words": "请更正"}).status_code == 302
    assert client.post(reverse("party_mine_leave")).status_code == 302
    assert not PartyMember.objects.exists()
    assert staff.get(page).status_code == 404


def test_by_programs(client: Client, committee: PartyOrganisation, person: User, worker: User) -> None:
    enter(client, person)
    mine, json = reverse("api_party_mine"), "application/json"
    assert client.get(mine).status_code == 404
    body = {"organisation": committee.pk, "unit_branch": "金丝雀医院党支部", "agreed": True}
    assert client.post(mine, body | {"agreed": False}, json).json()["errors"].keys() == {"agreed"}
    assert client.post(mine, body, json).status_code == 201
    assert client.patch(mine, {"shown_to": "organisation"}, json).json()["shown_to"] == "organisation"
    assert client.post(reverse("api_party_mine_correction"), {"words": "改"}, json).json()["correction"] == "改"
    member = PartyMember.objects.get()

    staff = enter_as_staff(Client(), worker)
    (row,) = staff.get(reverse("api_party_members")).json()["results"]
    assert row["name"] == "欧阳*"
    look = staff.post(reverse("api_party_member_reveal", args=[member.pk]), {"reason": "核对"}, json).json()
    assert look == {"name": "欧阳金丝雀", "phone": "+8613755551234", "unit_branch": "金丝雀医院党支部"}
    decide = reverse("api_party_member_decide", args=[member.pk])
    assert staff.post(decide, {"confirm": True, "reason": "好"}, json).json()["state"] == "confirmed"
    assert client.post(reverse("api_party_leave")).status_code == 204


def test_other_communities_see_nobody(committee: PartyOrganisation, person: User) -> None:
    member = make_member(committee, user=person)
    foreign = enter_as_staff(Client(), make_staff(Role.COMMUNITY_WORKER, CommunityFactory(code="320105004002")))
    assert "欧阳" not in foreign.get(reverse("party_members"), {"show": "all"}).content.decode()
    assert foreign.get(reverse("party_member", args=[member.pk])).status_code == 404
    assert enter(Client(), PersonFactory()).get(reverse("party_members")).status_code == 403


def test_the_slip_on_paper_and_mobile_members_by_station(
    client: Client, committee: PartyOrganisation, person: User, worker: User
) -> None:
    assert enter(client, person).get(reverse("party_mine_slip")).status_code == 404
    make_member(committee, user=person, is_mobile=True, station="江边驿站")
    slip = client.get(reverse("party_mine_slip"))
    assert slip.content.startswith(b"%PDF")
    assert slip["Cache-Control"] == "private, no-store"
    make_member(committee)
    staff = enter_as_staff(Client(), worker)
    listed = staff.get(reverse("party_members"), {"show": "mobile"}).content.decode()
    assert listed.count("江边驿站") == 1
    assert listed.count('data-label="姓名"') == 1
