"""Configuring the calendar in the admin goes through the services, so that clocks follow."""

from datetime import date
from time import time

import pytest
from django.test import Client
from django.urls import reverse

from portal.accounts.models import User
from portal.deadlines import calendar
from portal.deadlines.domain import Limit
from portal.deadlines.models import CalendarChange, CalendarOverride, Clock
from portal.deadlines.recomputing import recompute_clocks
from portal.deadlines.services import start_clock
from portal.outbox.models import Event
from tests.portal.deadlines.factories import SubjectFactory, nov
from tests.portal.deadlines.test_services import ThreeLevels

pytestmark = pytest.mark.django_db
ADD = "admin:portal_calendaroverride_add"


@pytest.fixture
def administrator(client: Client, monkeypatch: pytest.MonkeyPatch) -> Client:
    monkeypatch.setattr(calendar, "_territories", [ThreeLevels()])
    user = User.objects.create_superuser(username="administrator", password="a-long-enough-password")
    client.force_login(user)
    session = client.session
    session["account_authentication_methods"] = [{"method": "mfa", "at": time()}]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()
    return client


def entered(**changes: str) -> dict[str, str]:
    return {"date": "2026-11-20", "note": "台风停工", "territory_id": "", "territory_code": ""} | changes


def test_a_day_off_entered_in_the_admin_moves_running_clocks(administrator: Client) -> None:
    clock = start_clock(subject=SubjectFactory(), kind="test.any", limit=Limit(days=7), at=nov(16))
    assert administrator.post(reverse(ADD), entered()).status_code == 302
    recompute_clocks(now=nov(17))
    clock.refresh_from_db()
    assert clock.due_at == nov(26, 18)
    override = CalendarOverride.objects.get()
    change = reverse("admin:portal_calendaroverride_change", args=[override.pk])
    assert administrator.post(change, entered(date="2026-11-27")).status_code == 302
    recompute_clocks(now=nov(17))
    clock.refresh_from_db()
    assert clock.due_at == nov(25, 18)
    delete = reverse("admin:portal_calendaroverride_delete", args=[override.pk])
    assert administrator.post(delete, {"post": "yes"}).status_code == 302
    assert not CalendarOverride.objects.exists()
    assert set(CalendarChange.objects.values_list("date", flat=True)) == {date(2026, 11, 20), date(2026, 11, 27)}
    assert Event.objects.filter(type="deadlines.calendar.changed", visibility="audit", actor__isnull=False).exists()


def test_a_place_is_given_by_its_official_code(administrator: Client) -> None:
    assert administrator.post(reverse(ADD), entered(territory_code="20")).status_code == 302
    assert CalendarOverride.objects.get().territory_id == 20
    listed = administrator.get(reverse("admin:portal_calendaroverride_changelist")).content.decode()
    assert "territory 20" in listed
    refused = administrator.post(reverse(ADD), entered(territory_code="99"))
    assert "没有找到代码是 99 的地方" in refused.content.decode()


def test_the_same_day_twice_is_refused_in_the_form(administrator: Client) -> None:
    administrator.post(reverse(ADD), entered())
    assert administrator.post(reverse(ADD), entered()).status_code == 200
    assert CalendarOverride.objects.count() == 1


def test_clocks_are_shown_and_never_changed(administrator: Client) -> None:
    clock = start_clock(subject=SubjectFactory(), kind="test.any", limit=Limit(days=7), at=nov(16))
    page = reverse("admin:portal_clock_change", args=[clock.pk])
    assert "限 7 个工作日" in administrator.get(page).content.decode()
    assert administrator.post(page, {"limit_code": "99d"}).status_code == 403
    assert Clock.objects.get().limit_code == "7d"
    assert administrator.get(reverse("admin:portal_clock_add")).status_code == 403
