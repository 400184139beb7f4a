"""The words of outgoing messages, in the active language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from portal.notifications.models import ChannelDelivery, Digest, Notice
from portal.notifications.notices import DIGEST_SMS, NOTICE_SMS
from portal.notifications.wording import Given

# A digest names this many notices and says how many more there are.
NAMED = 30


@dataclass(frozen=True)
class Message:
    """One message in the shapes that the channels need."""

    subject: str
    body: str
    sms_kind: str
    sms_values: Mapping[str, str]


def compose_notice(delivery: ChannelDelivery) -> Message:
    """The message of one notice."""
    notice = delivery.notice
    kind = notice.definition
    known = Given({**notice.params, "title": notice.title})
    names = kind.sms_params if kind else ("title",)
    return Message(
        subject=notice.title,
        body=render_to_string("notifications/email_notice.txt", {"notice": notice, "url": absolute(notice.url)}),
        sms_kind=kind.sms_template if kind else NOTICE_SMS,
        sms_values={name: known[name] for name in names},
    )


def compose_digest(digest: Digest) -> Message | None:
    """The message of several notices: those still unread, newest first; None when all were read meanwhile."""
    unread = Notice.objects.filter(deliveries__digest=digest).unread().order_by("-created_at", "-id")
    count, newest = unread.count(), list(unread[:NAMED])
    if not newest:
        return None
    lines = [{"notice": notice, "url": absolute(notice.url)} for notice in newest]
    return Message(
        subject=_("您有 {count} 条新消息").format(count=count),
        body=render_to_string("notifications/email_digest.txt", {"lines": lines, "more": count - len(lines)}),
        sms_kind=DIGEST_SMS,
        sms_values={"count": str(count), "title": newest[0].title},
    )


def absolute(path: str) -> str:
    """A path of the portal as an address that works from outside."""
    return f"{settings.SITE_URL.rstrip('/')}{path}"
