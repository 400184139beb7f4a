"""Opening subscriptions, and writing down what they are to be told."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypedDict, Unpack
from uuid import uuid4

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.errors import Conflict, Invalid, NotAllowed
from portal.outbox.models import Event
from portal.outbox.services import audit
from portal.outbox.wake import after_commit
from portal.webhooks.events import HookChanged, HookOpened, HookResent, HookSecretChanged, HookTested
from portal.webhooks.guard import Refused, check_url
from portal.webhooks.models import CODE, HookDelivery, Subscription, new_salt
from portal.webhooks.registry import offered_hooks

DELIVER = "portal.webhooks.tasks.deliver"
PING = "portal.hook.tested"
VERSION = 1


class HookFields(TypedDict, total=False):
    """What an administrator says of a subscription."""

    name: str
    url: str
    territory_code: str
    events: list[str]
    is_active: bool


@transaction.atomic
def open_subscription(*, actor: User, at: datetime | None = None, **fields: Unpack[HookFields]) -> Subscription:
    """A new address to be told. Raises `Invalid`, `NotAllowed`."""
    _require(actor)
    subscription = Subscription(created_at=at or timezone.now())
    _fill(subscription, fields)
    subscription.save()
    audit(HookOpened(subscription_id=subscription.pk), subject=subscription, actor=actor, at=at)
    return subscription


@transaction.atomic
def change_subscription(
    *, actor: User, subscription: Subscription, at: datetime | None = None, **fields: Unpack[HookFields]
) -> Subscription:
    """Another address, place or choice of events. Raises `Invalid`, `NotAllowed`."""
    _require(actor)
    subscription = Subscription.objects.select_for_update().get(pk=subscription.pk)
    before = {name: getattr(subscription, name) for name in fields}
    _fill(subscription, fields)
    changed = tuple(sorted(name for name, value in before.items() if getattr(subscription, name) != value))
    if changed:
        subscription.save()
        audit(HookChanged(subscription_id=subscription.pk, fields=changed), subject=subscription, actor=actor, at=at)
    return subscription


@transaction.atomic
def change_secret(*, actor: User, subscription: Subscription) -> str:
    """A new secret, shown now; the one before signs nothing any more."""
    _require(actor)
    subscription = Subscription.objects.select_for_update().get(pk=subscription.pk)
    subscription.salt = new_salt()
    subscription.save(update_fields=["salt"])
    audit(HookSecretChanged(subscription_id=subscription.pk), subject=subscription, actor=actor)
    return subscription.secret


@transaction.atomic
def send_test(*, actor: User, subscription: Subscription) -> HookDelivery:
    """A message without content, to see whether it arrives."""
    _require(actor)
    event = audit(HookTested(subscription_id=subscription.pk), subject=subscription, actor=actor)
    return _write(subscription, event, PING, {})


@transaction.atomic
def resend(*, actor: User, delivery: HookDelivery, at: datetime | None = None) -> None:
    """Send a message once more, with a fresh set of attempts. Raises `Conflict` while it waits anyway."""
    _require(actor)
    locked = HookDelivery.objects.select_for_update(of=("self",)).select_related("subscription").get(pk=delivery.pk)
    if locked.state == HookDelivery.State.WAITING:
        raise Conflict(_("这条还在等发送，不用重发。"), code="hook_waiting")
    locked.state, locked.attempts, locked.settled_at = HookDelivery.State.WAITING, 0, None
    locked.next_attempt_at = at or timezone.now()
    locked.save(update_fields=["state", "attempts", "settled_at", "next_attempt_at"])
    payload = HookResent(subscription_id=locked.subscription_id, delivery=str(locked.pk))
    audit(payload, subject=locked.subscription, actor=actor, at=at)
    after_commit(DELIVER)


def tell(*, event: Event, territory_code: str, data: Mapping[str, Any]) -> int:
    """Write a message for every subscription that asked for it; how many. Called by an outbox handler, once an event.

    `data` holds public fields only. The messages are committed with the mark that the handler ran.
    """
    found = Subscription.objects.filter(is_active=True, events__contains=[event.type])
    wanted = [one for one in found if territory_code.startswith(one.territory_code)]
    for subscription in wanted:
        _write(subscription, event, event.type, data)
    return len(wanted)


def follow_code(old: str, new: str) -> int:
    """Subscriptions to a place go on with its other code, also those to what lies below it; how many."""
    found = list(Subscription.objects.filter(territory_code__startswith=old).select_for_update())
    for subscription in found:
        subscription.territory_code = new + subscription.territory_code[len(old) :]
        subscription.save(update_fields=["territory_code"])
    return len(found)


def _write(subscription: Subscription, event: Event, kind: str, data: Mapping[str, Any]) -> HookDelivery:
    number = uuid4()
    content = {
        "id": str(number),
        "version": VERSION,
        "type": kind,
        "occurred_at": event.occurred_at.isoformat(),
        "data": dict(data),
    }
    body = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    delivery, is_new = HookDelivery.objects.get_or_create(
        subscription=subscription, event=event, defaults={"id": number, "kind": kind, "body": body}
    )
    if is_new:
        after_commit(DELIVER)
    return delivery


def _fill(subscription: Subscription, fields: HookFields) -> None:
    if "name" in fields:
        subscription.name = " ".join(fields["name"].split())[:60]
        if not subscription.name:
            raise Invalid(_("请写上名称。"), field="name")
    if "url" in fields:
        subscription.url = fields["url"].strip()
        try:
            check_url(subscription.url)
        except Refused:
            words = _("请写 https 开头的网址，端口用 443 或 8443，不带用户名和密码。")
            raise Invalid(words, field="url") from None
    if "territory_code" in fields:
        subscription.territory_code = fields["territory_code"]
        CODE(subscription.territory_code)
    if "events" in fields:
        known = {key for key, _label in offered_hooks()}
        subscription.events = sorted(set(fields["events"]))
        if not subscription.events or not set(subscription.events) <= known:
            raise Invalid(_("请从列表里选。"), field="events")
    if "is_active" in fields:
        subscription.is_active = fields["is_active"]


def _require(actor: User) -> None:
    if not actor.has_perm("portal.change_subscription"):
        raise NotAllowed(_("只有系统管理员可以设置推送。"))
