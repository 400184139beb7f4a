"""Leaders' terms: one secretary at a time, reminders once each, nothing left of who leaves."""

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from grids.cells import services
from grids.cells.domain import Post, reminders_due
from grids.cells.models import LeadershipTerm, PartyOrganisation
from grids.cells.receivers import terms_of
from grids.cells.reminding import remind_terms
from grids.roles.domain import Role
from grids.territory.services import change_setting
from portal.accounts.erasure import erase_user
from portal.accounts.models import User
from portal.errors import Conflict, Invalid, NotAllowed
from portal.notifications.models import Notice
from portal.outbox.models import Event
from portal.outbox.services import drain
from tests.grids.cells.factories import OrganisationFactory, make_leader
from tests.grids.roles.factories import PersonFactory, make_staff
from tests.grids.territory.factories import CommunityFactory, DistrictFactory
from tests.portal.accounts.factories import enter_as_staff

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 11, 22)


def day(number: int) -> dt.date:
    return timezone.localdate() + dt.timedelta(days=number)


@pytest.fixture
def committee() -> PartyOrganisation:
    found: PartyOrganisation = OrganisationFactory(name="社区党委")
    return found


@pytest.fixture
def system(committee: PartyOrganisation) -> User:
    return make_staff(Role.SYSTEM_ADMINISTRATOR, DistrictFactory())


@pytest.mark.parametrize(("left", "due"), [(91, 0), (90, 1), (31, 1), (30, 2), (1, 2), (0, 0), (-5, 0)])
def test_when_reminders_are_due(left: int, due: int) -> None:
    assert reminders_due(TODAY + dt.timedelta(days=left), TODAY, (90, 30)) == due
    assert reminders_due(TODAY + dt.timedelta(days=left), TODAY, (30, 90)) == due


def test_there_is_one_secretary_at_a_time(committee: PartyOrganisation, system: User) -> None:
    given: dict[str, Any] = {"actor": system, "organisation": committee, "post": Post.SECRETARY}
    services.give_term(**given, user=PersonFactory(), starts_on=day(0), ends_on=day(100))
    with pytest.raises(Conflict, match="已经有书记"):
        services.give_term(**given, user=PersonFactory(), starts_on=day(99), ends_on=day(200))
    later = services.give_term(
        **given,
        user=PersonFactory(),
        starts_on=day(100),
        ends_on=day(200),
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        LeadershipTerm.objects.filter(pk=later.pk).update(starts_on=day(50))


def test_a_post_is_given_by_the_administrator_and_its_end_can_be_moved(
    committee: PartyOrganisation, system: User
) -> None:
    person = PersonFactory()
    span: dict[str, Any] = {"organisation": committee, "user": person, "starts_on": day(-10), "ends_on": day(10)}
    with pytest.raises(NotAllowed):
        services.give_term(actor=person, post="deputy", **span)
    with pytest.raises(Invalid):
        services.give_term(actor=system, post="boss", **span)
    with pytest.raises(Invalid) as refused:
        services.give_term(actor=system, post="deputy", **span | {"ends_on": day(-10)})
    assert refused.value.field == "ends_on"
    term = services.give_term(actor=system, post="deputy", **span)
    with pytest.raises(Conflict, match="已经担任"):
        services.give_term(actor=system, post="deputy", **span)
    services.end_term(actor=system, term=term, on=day(500))
    assert remind_terms() == 0
    services.end_term(actor=system, term=term)
    assert not committee.terms.in_force().exists()
    drain()
    kinds = Notice.objects.filter(recipient=person).values_list("kind", flat=True)
    assert set(kinds) == {"grids.party_term_given", "grids.party_term_ended"}


def test_each_reminder_is_given_once(committee: PartyOrganisation, system: User) -> None:
    above = OrganisationFactory(territory=DistrictFactory())
    PartyOrganisation.objects.filter(pk=committee.pk).update(parent=above)
    wide = make_leader(above, days=390).user
    term = make_leader(committee, days=80)
    staff = make_staff(Role.COMMUNITY_SECRETARY, committee.territory)

    assert [remind_terms(), remind_terms()] == [1, 0]
    later = timezone.now() + dt.timedelta(days=55)
    assert [remind_terms(now=later), remind_terms(now=later)] == [1, 0]

    drain()
    assert Event.objects.filter(type="grids.cells.term_ending").count() == 2
    told = Notice.objects.filter(kind="grids.party_term_ending").values_list("recipient_id", flat=True)
    assert sorted(told) == sorted([term.user_id, staff.pk, wide.pk] * 2)


def test_a_place_reminds_as_early_as_it_likes(committee: PartyOrganisation, system: User) -> None:
    make_leader(committee, days=200)
    assert remind_terms() == 0
    place = CommunityFactory()
    with pytest.raises(Invalid):
        change_setting(actor=system, territory=place, key="cells.term_first_reminder_days", text="0")
    change_setting(actor=system, territory=place, key="cells.term_first_reminder_days", text="210")
    assert remind_terms() == 1


def test_administrators_give_terms_by_phone(client: Client, committee: PartyOrganisation, system: User) -> None:
    enter_as_staff(client, system)
    person = PersonFactory(phone="+8613712340077")
    add = reverse("admin:grids_leadershipterm_add")
    form = {"organisation": committee.pk, "phone": "137 1234 0077", "post": "secretary"}
    span = {"starts_on": "2026-01-01", "ends_on": "2031-01-01"}
    assert client.post(add, form | span).status_code == 302
    term = LeadershipTerm.objects.get()
    assert term.user == person
    assert "已经有书记" in client.post(add, form | span).content.decode()
    change = reverse("admin:grids_leadershipterm_change", args=[term.pk])
    assert client.post(change, {"ends_on": "2030-01-01"}).status_code == 302
    term.refresh_from_db()
    assert term.ends_on == dt.date(2030, 1, 1)


def test_who_leaves_leads_nothing(committee: PartyOrganisation) -> None:
    term = make_leader(committee)
    assert terms_of(term.user)[0]["organisation"] == "社区党委"
    erase_user(actor=term.user, user=term.user)
    assert not committee.terms.in_force().exists()
