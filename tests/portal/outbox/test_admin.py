"""Administrators see what happened and what got stuck, change nothing, and have it tried again through a service."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.accounts.models import User
from portal.outbox.models import Delivery, Event
from portal.outbox.services import MAX_ATTEMPTS, audit, relay
from tests.portal.accounts.factories import enter_as_staff
from tests.portal.outbox.factories import PersonFactory, Pinged, ping

pytestmark = pytest.mark.django_db


def administrator(*permissions: str) -> Client:
    user: User = PersonFactory(is_staff=True)
    user.user_permissions.set(Permission.objects.filter(content_type__app_label="portal", codename__in=permissions))
    return enter_as_staff(Client(), user)


@pytest.fixture
def dead(react: Any) -> Delivery:
    react("tests.bad", lambda event, payload: 1 / 0)
    ping(PersonFactory(), text="我家住三单元")
    for _ in range(MAX_ATTEMPTS):
        Delivery.objects.update(next_attempt_at=timezone.now())
        relay(seconds=5)
    return Delivery.objects.get(state=Delivery.State.DEAD)


def test_dead_letters_are_listed_and_tried_again_by_those_who_may(dead: Delivery) -> None:
    browser = administrator("view_delivery", "change_delivery")
    page = reverse("admin:portal_delivery_changelist")
    assert "tests.bad" in browser.get(page, {"state__exact": "dead"}).content.decode()
    browser.post(page, {"action": "retry", "_selected_action": [dead.pk]})
    dead.refresh_from_db()
    assert dead.state == Delivery.State.PENDING
    assert Event.objects.filter(type="outbox.delivery.retried").count() == 1


def test_those_who_only_look_cannot_try_again(dead: Delivery) -> None:
    browser = administrator("view_delivery")
    page = reverse("admin:portal_delivery_changelist")
    assert browser.get(page).status_code == 200
    browser.post(page, {"action": "retry", "_selected_action": [dead.pk]})
    dead.refresh_from_db()
    assert dead.state == Delivery.State.DEAD


def test_nothing_is_added_changed_or_removed_here(dead: Delivery) -> None:
    everything = [
        f"{action}_{model}" for action in ("add", "view", "change", "delete") for model in ("event", "delivery")
    ]
    browser = administrator(*everything)
    for model, pk in (("event", dead.event_id), ("delivery", dead.pk)):
        assert browser.get(reverse(f"admin:portal_{model}_add")).status_code == 403
        assert browser.post(reverse(f"admin:portal_{model}_delete", args=[pk]), {"post": "yes"}).status_code == 403
        assert browser.post(reverse(f"admin:portal_{model}_change", args=[pk]), {"state": "done"}).status_code == 403


def test_audit_events_are_for_the_audit_administrator(dead: Delivery, pinged: Any) -> None:
    person = PersonFactory()
    with transaction.atomic():
        secret = audit(Pinged(number=1), subject=person, text="看了电话")
    page = reverse("admin:portal_event_changelist")
    change = reverse("admin:portal_event_change", args=[secret.pk])
    plain, auditor = administrator("view_event"), administrator("view_event", "view_audit")
    assert f"/event/{secret.pk}/" not in plain.get(page).content.decode()
    assert plain.get(change).status_code in (302, 404)
    assert f"/event/{secret.pk}/" in auditor.get(page, {"visibility__exact": "audit"}).content.decode()
    assert "看了电话" in auditor.get(change).content.decode()
