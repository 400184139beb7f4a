"""From a step of a wish to another system: once written, signed, sent again until it is taken, logged."""

import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from portal.errors import Conflict, Invalid, NotAllowed
from portal.outbox.models import Delivery
from portal.outbox.services import drain
from portal.webhooks.models import HookDelivery, Subscription
from portal.webhooks.sending import KEPT, LEASE, MAX_ATTEMPTS, deliver_next, deliver_waiting, forget_old
from portal.webhooks.services import change_secret, change_subscription, open_subscription, resend, send_test
from tests.portal.webhooks.endpoint import Endpoint, running
from tests.wishes.open311.factories import make_administrator
from tests.wishes.wishes.factories import SECRET_ADDRESS, SECRET_NAME, Cast, claimed, make_cast, moderated, posted
from tests.wishes.wishes.pages import client_of
from wishes.wishes import services

pytestmark = pytest.mark.django_db
CLAIMED = "wishes.wish.claimed"


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def endpoint(settings: Any) -> Iterator[Endpoint]:
    settings.WEBHOOKS_MAY_CALL_OURSELVES = True
    with running() as endpoint:
        yield endpoint


def subscribed(endpoint: Endpoint, *events: str, code: str = "320105", name: str = "城市大脑") -> Subscription:
    return open_subscription(
        actor=make_administrator(),
        name=name,
        url=endpoint.url,
        territory_code=code,
        events=list(events or (CLAIMED,)),
    )


def test_a_step_is_told_once_with_public_fields_and_a_signature(cast: Cast, endpoint: Endpoint) -> None:
    subscription = subscribed(endpoint)
    wish = claimed(cast).wish
    drain()
    Delivery.objects.filter(handler="wishes.tell_other_systems").update(state="pending")
    drain()  # even a handler that ran twice would not write twice

    assert deliver_waiting(seconds=5) == 1
    ((headers, body),) = endpoint.received
    told = json.loads(body)
    assert told["type"] == headers["wuwei-event"] == CLAIMED
    assert told["id"] == headers["wuwei-delivery"]
    assert told["data"]["number"] == wish.number
    assert told["data"]["community"] == "320105004004"
    assert sorted(told["data"]) == sorted(
        "number url state end category kind community source submitted_at due_at closed_at".split()
    )
    for secret in (SECRET_ADDRESS, SECRET_NAME, "欧阳", wish.title):
        assert secret not in body.decode()
    signed = f"{headers['wuwei-timestamp']}.".encode() + body
    expected = hmac.new(subscription.secret.encode(), signed, hashlib.sha256).hexdigest()
    assert headers["wuwei-signature"] == f"v1={expected}"
    row = HookDelivery.objects.get()
    assert (row.state, row.status_code, row.attempts) == ("sent", 200, 1)


def test_only_what_was_chosen_where_it_was_chosen(cast: Cast, endpoint: Endpoint) -> None:
    subscribed(endpoint, "wishes.wish.published", name="甲")
    subscribed(endpoint, code="320105004002", name="乙")
    claimed(cast)
    moderated(cast)
    drain()

    assert [row.kind for row in HookDelivery.objects.all()] == ["wishes.wish.published"]


def test_what_is_no_longer_public_is_not_told(cast: Cast, endpoint: Endpoint) -> None:
    subscribed(endpoint, "wishes.wish.published")
    services.withdraw_wish(actor=cast.author, wish=posted(cast), reason="不用了")
    drain()

    assert not HookDelivery.objects.exists()


def test_a_refusal_is_tried_again_later_until_it_is_given_up(cast: Cast, endpoint: Endpoint) -> None:
    subscribed(endpoint)
    claimed(cast)
    drain()
    endpoint.answers = [500] * MAX_ATTEMPTS
    now = timezone.now()
    for _n in range(MAX_ATTEMPTS):
        assert deliver_next(now=now)
        assert not deliver_next(now=now)
        now += timedelta(hours=2)

    row = HookDelivery.objects.get()
    assert (row.state, row.status_code, row.attempts) == ("dead", 500, MAX_ATTEMPTS)
    assert len({headers["wuwei-delivery"] for headers, _body in endpoint.received}) == 1
    assert len({body for _headers, body in endpoint.received}) == 1
    resend(actor=make_administrator(), delivery=row)
    assert deliver_next(now=timezone.now())
    row.refresh_from_db()
    assert row.state == "sent"


def test_a_redirect_is_no_delivery_and_is_not_followed(cast: Cast, endpoint: Endpoint) -> None:
    send_test(actor=make_administrator(), subscription=subscribed(endpoint))
    endpoint.answers = [302]
    deliver_next(now=timezone.now())

    row = HookDelivery.objects.get()
    assert (row.state, row.status_code) == ("waiting", 302)
    assert len(endpoint.received) == 1
    with pytest.raises(Conflict):
        resend(actor=make_administrator(), delivery=row)


def test_gone_means_never_again(endpoint: Endpoint) -> None:
    send_test(actor=make_administrator(), subscription=subscribed(endpoint))
    endpoint.answers = [410]
    deliver_next(now=timezone.now())

    assert HookDelivery.objects.get().state == "dead"


def test_what_a_dead_worker_was_sending_is_sent_by_another(endpoint: Endpoint) -> None:
    send_test(actor=make_administrator(), subscription=subscribed(endpoint))
    now = timezone.now()
    HookDelivery.objects.update(claimed_until=now + LEASE, attempts=1)

    assert not deliver_next(now=now)
    assert deliver_next(now=now + LEASE + timedelta(seconds=1))
    assert HookDelivery.objects.get().state == "sent"


def test_an_inner_address_is_refused_for_good(cast: Cast, endpoint: Endpoint, settings: Any) -> None:
    send_test(actor=make_administrator(), subscription=subscribed(endpoint))
    Subscription.objects.update(url="https://127.0.0.1/hook")
    settings.WEBHOOKS_MAY_CALL_OURSELVES = False
    deliver_next(now=timezone.now())

    row = HookDelivery.objects.get()
    assert (row.state, row.detail) == ("dead", "inner address")
    assert not endpoint.received


def test_an_address_that_is_away_costs_one_call_however_much_waits(cast: Cast, endpoint: Endpoint) -> None:
    subscription = subscribed(endpoint)
    for _n in range(3):
        send_test(actor=make_administrator(), subscription=subscription)
    endpoint.answers = [503] * 3

    assert deliver_waiting(seconds=5) == 1


def test_secrets_are_not_stored_and_can_be_changed(endpoint: Endpoint) -> None:
    subscription = subscribed(endpoint)
    before = subscription.secret
    after = change_secret(actor=make_administrator(), subscription=subscription)

    assert before != after
    assert after not in str(Subscription.objects.values().get())


def test_what_an_administrator_types_is_checked(endpoint: Endpoint, settings: Any) -> None:
    subscription, actor = subscribed(endpoint), make_administrator()
    settings.WEBHOOKS_MAY_CALL_OURSELVES = False
    with pytest.raises(Invalid):
        change_subscription(actor=actor, subscription=subscription, url="http://example.org")
    for events in (["wishes.contact.revealed"], []):
        with pytest.raises(Invalid):
            change_subscription(actor=actor, subscription=subscription, events=events)


def test_only_system_administrators(cast: Cast, endpoint: Endpoint) -> None:
    with pytest.raises(NotAllowed):
        send_test(actor=cast.secretary, subscription=subscribed(endpoint))


def test_old_messages_are_forgotten(endpoint: Endpoint) -> None:
    send_test(actor=make_administrator(), subscription=subscribed(endpoint))

    assert forget_old(now=timezone.now()) == 0
    assert forget_old(now=timezone.now() + KEPT + timedelta(minutes=1)) == 1


class TestAdmin:
    """The administrator's pages."""

    FIELDS = {
        "name": "城市大脑",
        "url": "https://example.org/hook",
        "territory_code": "320105",
        "events": [CLAIMED],
        "is_active": "on",
    }

    def test_an_address_is_opened_and_its_secret_shown_once(self, cast: Cast) -> None:
        browser = client_of(make_administrator())
        page = browser.post(reverse("admin:portal_subscription_add"), self.FIELDS).content.decode()
        subscription = Subscription.objects.get()

        assert subscription.secret in page
        later = browser.get(reverse("admin:portal_subscription_change", args=[subscription.pk])).content.decode()
        assert subscription.secret not in later
        assert "有人认领了" in later

    @pytest.mark.parametrize(
        "change",
        [
            {"territory_code": "120101"},
            {"territory_code": "999999"},
            {"url": "https://10.0.0.1:22/"},
            {"events": ["x"]},
        ],
    )
    def test_what_is_wrong_stays_in_the_form(self, cast: Cast, change: dict[str, Any]) -> None:
        page = client_of(make_administrator()).post(reverse("admin:portal_subscription_add"), self.FIELDS | change)

        assert page.status_code == 200
        assert "城市大脑" in page.content.decode()
        assert not Subscription.objects.exists()

    def test_the_log_is_read_and_a_message_sent_again(self, cast: Cast, endpoint: Endpoint) -> None:
        subscription = subscribed(endpoint)
        browser = client_of(make_administrator())
        chosen = {"action": "send_test", "_selected_action": [subscription.pk]}
        browser.post(reverse("admin:portal_subscription_changelist"), chosen)
        deliver_next(now=timezone.now())
        row = HookDelivery.objects.get()
        listed = reverse("admin:portal_hookdelivery_changelist")
        assert "已送达" in browser.get(listed).content.decode()
        browser.post(listed, {"action": "send_again", "_selected_action": [str(row.pk)]})
        row.refresh_from_db()

        assert row.state == "waiting"
