"""Telling people, and what people do with what they were told."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, time, timedelta

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.errors import Conflict, Invalid
from portal.notifications.domain import QUIET_FROM, QUIET_UNTIL, Rhythm, Standing, end_of_quiet, next_digest
from portal.notifications.events import DeliveryResent
from portal.notifications.models import ChannelDelivery, FanOut, Notice, Preference, QuietHours
from portal.notifications.registry import Channel, NoticeKind, kind_of
from portal.notifications.wording import Value, kept
from portal.outbox.models import Event
from portal.outbox.services import audit
from portal.outbox.wake import after_commit

# Above this many recipients the bulk queue does the work, a part at a time, and single messages go first.
FAN_OUT_ABOVE = 500
# What happened longer ago than this is told in the inbox only: a text message about last week helps nobody.
OLD_NEWS = timedelta(days=3)
# The number beside 消息 stops here, so that counting stays cheap for whoever never opens anything.
COUNT_TO = 100

SEND_NOW = "portal.notifications.tasks.send_now"
BULK = "portal.notifications.tasks.bulk"


@transaction.atomic
def notify(*, event: Event, kind: str, recipients: Iterable[int], params: Mapping[str, Value], url: str) -> int:
    """Tell these users (by id) of an event; return how many are told who were not told before.

    Called from outbox handlers. The same event, kind and recipient make one notice, however often this is called.
    `url` is a path of the portal. Raises UnknownKind, ValueError for an address outside of the portal.
    """
    definition = kind_of(kind)
    if not url.startswith("/") or url.startswith(("//", "/\\")):
        raise ValueError(f"A notice leads into the portal, not to {url!r}.")
    given = {name: kept(value) for name, value in params.items()}
    people = sorted(set(recipients))
    if len(people) > FAN_OUT_ABOVE:
        FanOut.objects.create(event=event, kind=kind, params=given, url=url, recipients=people, total=len(people))
        after_commit(BULK)
        return len(people)
    return tell(event=event, definition=definition, people=people, params=given, url=url, in_bulk=False)


def tell(
    *,
    event: Event,
    definition: NoticeKind,
    people: Sequence[int],
    params: Mapping[str, str],
    url: str,
    in_bulk: bool,
    now: datetime | None = None,
) -> int:
    """Put a notice into each inbox and what belongs to it into the other channels, in a handful of queries."""
    notices = _put_into_inboxes(event, definition.key, people, params, url)
    if definition.channels != (Channel.INBOX,) and notices:
        _deliver(event=event, definition=definition, notices=notices, in_bulk=in_bulk, now=now or timezone.now())
    return len(notices)


# One statement for a thousand people: they never become objects here, which would cost a hundred times as much.
PUT_INTO_INBOXES = """
    INSERT INTO portal_notice (event_id, kind, recipient_id, params, url, created_at)
    SELECT %s, %s, person.id, %s::jsonb, %s, %s
    FROM portal_user AS person
    WHERE person.id = ANY(%s) AND person.is_active AND person.erased_at IS NULL
    ON CONFLICT (event_id, kind, recipient_id) DO NOTHING
    RETURNING recipient_id, id
"""


def _put_into_inboxes(
    event: Event, kind: str, people: Sequence[int], params: Mapping[str, str], url: str
) -> dict[int, int]:
    """The new notices by recipient: who was told before, or has no account any more, is not among them."""
    written = json.dumps(dict(params), ensure_ascii=False)
    with connection.cursor() as cursor:
        cursor.execute(PUT_INTO_INBOXES, [event.pk, kind, written, url, event.occurred_at, list(people)])
        return dict(cursor.fetchall())


def _deliver(*, event: Event, definition: NoticeKind, notices: Mapping[int, int], in_bulk: bool, now: datetime) -> None:
    channels = [channel for channel in definition.channels if channel != Channel.INBOX]
    users = User.objects.only("pk", "phone", "email").in_bulk(list(notices))
    rhythms = rhythms_of(notices, definition)
    quiet = quiet_hours_of(notices)
    rows = []
    for user_id, notice_id in notices.items():
        for channel in channels:
            rhythm = rhythms[user_id, channel]
            if rhythm == Rhythm.OFF:
                continue
            row = ChannelDelivery(
                notice_id=notice_id,
                recipient_id=user_id,
                channel=channel,
                rhythm=rhythm,
                urgent=definition.urgent,
                in_bulk=in_bulk,
                next_attempt_at=now,
            )
            if not address_of(users[user_id], channel):
                row.standing, row.settled_at, row.detail = Standing.SKIPPED, now, "no address"
            elif event.occurred_at < now - OLD_NEWS:
                row.standing, row.settled_at, row.detail = Standing.SKIPPED, now, "old news"
            elif rhythm != Rhythm.AT_ONCE:
                row.standing, row.next_attempt_at = Standing.HELD, next_digest(now, rhythm)
            elif not definition.urgent:
                row.next_attempt_at = end_of_quiet(now, *quiet[user_id])
            rows.append(row)
    ChannelDelivery.objects.bulk_create(rows)
    after_commit(BULK if in_bulk else SEND_NOW)


def address_of(user: User, channel: str) -> str:
    """Where a person is reached by this channel; empty where they are not."""
    return (user.phone or "") if channel == Channel.SMS else user.email


def rhythms_of(users: Iterable[int], definition: NoticeKind) -> dict[tuple[int, Channel], Rhythm]:
    """How each of these users wishes this kind by each of its channels."""
    ids = list(users)
    rhythms = {(pk, channel): Rhythm.AT_ONCE for pk in ids for channel in definition.channels}
    if definition.is_choosable:
        chosen = Preference.objects.filter(user_id__in=ids, kind=definition.key, channel__in=definition.channels)
        for user_id, channel, rhythm in chosen.values_list("user_id", "channel", "rhythm"):
            rhythms[user_id, Channel(channel)] = Rhythm(rhythm)
    return rhythms


def quiet_hours_of(users: Iterable[int]) -> dict[int, tuple[time, time]]:
    """From when to when each of these users is not to be disturbed."""
    ids = list(users)
    hours = dict.fromkeys(ids, (QUIET_FROM, QUIET_UNTIL))
    for row in QuietHours.objects.filter(user_id__in=ids):
        hours[row.user_id] = (row.starts, row.ends)
    return hours


# Asked by every page, so it is written out: putting it together would cost more than answering it.
_UNREAD = """
SELECT count(*) FROM (
    SELECT 1 FROM portal_notice WHERE recipient_id = %s AND read_at IS NULL LIMIT %s
) AS waiting
"""


def unread_count(user: User) -> int:
    """How many notices this person has not opened yet, counted to a hundred at most."""
    with connection.cursor() as cursor:
        cursor.execute(_UNREAD, [user.pk, COUNT_TO])
        return int(cursor.fetchone()[0])


def mark_read(*, actor: User, notice: Notice, now: datetime | None = None) -> None:
    """The person opened one of their own notices; opening it again changes nothing."""
    Notice.objects.filter(pk=notice.pk, recipient=actor).unread().update(read_at=now or timezone.now())


def mark_all_read(*, actor: User, up_to: Notice, now: datetime | None = None) -> int:
    """Everything up to this notice counts as read, but not what came while the person was looking."""
    own = Notice.objects.filter(recipient=actor).unread()
    shown = Q(created_at__lt=up_to.created_at) | Q(created_at=up_to.created_at, pk__lte=up_to.pk)
    return own.filter(shown).update(read_at=now or timezone.now())


@transaction.atomic
def choose_rhythm(*, actor: User, kind: NoticeKind, channel: Channel, rhythm: Rhythm) -> None:
    """The person chooses how one kind reaches them. Raises Invalid where the kind leaves no choice."""
    if channel == Channel.INBOX or channel not in kind.channels:
        raise Invalid(_("这类消息不走这个渠道。"), code="no_such_channel")
    if not kind.is_choosable:
        raise Invalid(_("这类消息关系到您的安全或权益，一定会通知您。"), code="must_send")
    Preference.objects.update_or_create(user=actor, kind=kind.key, channel=channel, defaults={"rhythm": rhythm})


def choose_quiet_hours(*, actor: User, starts: time, ends: time) -> None:
    """The person chooses when not to be disturbed; equal times mean never."""
    QuietHours.objects.update_or_create(user=actor, defaults={"starts": starts, "ends": ends})


@transaction.atomic
def resend(*, actor: User, delivery: ChannelDelivery, now: datetime | None = None) -> None:
    """Send again what failed or may not have arrived; written to the audit log. Raises Conflict in any other state."""
    locked = ChannelDelivery.objects.select_for_update().get(pk=delivery.pk)
    if locked.standing not in (Standing.FAILED, Standing.DEAD, Standing.UNKNOWN):
        raise Conflict(_("这条消息还在路上，或者已经送到，不用重发。"), code="delivery_not_stopped")
    audit(
        DeliveryResent(delivery_id=locked.pk, channel=locked.channel, was=locked.standing),
        subject=locked,
        actor=actor,
        on_behalf_of=None,
        at=now,
    )
    locked.standing = Standing.WAITING
    locked.attempts = 0
    locked.next_attempt_at = now or timezone.now()
    locked.save(update_fields=["standing", "attempts", "next_attempt_at"])
    after_commit(BULK if locked.in_bulk else SEND_NOW)


def keep_to_inboxes(*, now: datetime | None = None) -> int:
    """Whatever still waits for another channel is not sent, and stays in the inboxes; returns how many that were.

    For people who do not exist: the demo's neighbours have telephone numbers, but nobody there to read them.
    """
    waiting = ChannelDelivery.objects.filter(standing__in=(Standing.HELD, Standing.WAITING))
    return waiting.update(standing=Standing.SKIPPED, settled_at=now or timezone.now(), detail="inbox only")


@transaction.atomic
def forget(*, user: User) -> None:
    """Remove what was told to a person who erases their data, and how they wished to be told."""
    Notice.objects.filter(recipient=user).delete()
    Preference.objects.filter(user=user).delete()
    QuietHours.objects.filter(user=user).delete()
