"""The registry of notices: every kind of message that the portal sends to a person, with its words and channels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.notifications.wording import Given


class Channel(models.TextChoices):
    """How a notice reaches a person (渠道)."""

    INBOX = "inbox", _("站内消息")
    SMS = "sms", _("短信")
    EMAIL = "email", _("邮件")


class UnknownKind(LookupError):
    """A notice names a kind that no code declares (any more)."""


@dataclass(frozen=True)
class NoticeKind:
    """One kind of notice. `title` and `body` are msgids with {names} that `notify` gives as params.

    `urgent` passes quiet hours and is never kept for a digest. `must_send` can not be switched off by the recipient.
    `for_staff` kinds are offered for choosing to staff only.
    `sms_template` is the provider's approved template; it gets `sms_params`, which name params or "title".
    """

    key: str
    label: str | Promise
    title: str | Promise
    body: str | Promise
    channels: tuple[Channel, ...]
    urgent: bool
    must_send: bool
    for_staff: bool
    sms_template: str
    sms_params: tuple[str, ...]

    @property
    def is_choosable(self) -> bool:
        """Whether its recipients may choose how it reaches them."""
        return len(self.channels) > 1 and not (self.must_send or self.urgent)

    def render_title(self, params: Mapping[str, str]) -> str:
        """The title in the active language; a name that was not given stays empty."""
        return str(self.title).format_map(Given(params))

    def render_body(self, params: Mapping[str, str]) -> str:
        """The body in the active language; a name that was not given stays empty."""
        return str(self.body).format_map(Given(params))


_kinds: dict[str, NoticeKind] = {}


def notice_kind(
    key: str,
    *,
    label: str | Promise,
    title: str | Promise,
    body: str | Promise,
    channels: tuple[str, ...] = ("inbox", "sms"),
    urgent: bool = False,
    must_send: bool = False,
    for_staff: bool = False,
    sms_template: str = "notice",
    sms_params: tuple[str, ...] = ("title",),
) -> NoticeKind:
    """Declare a kind of notice; see NoticeKind. The inbox always has it. Raises ValueError when the key is taken."""
    if key in _kinds:
        raise ValueError(f"Notice kind {key!r} is declared twice.")
    wanted = tuple(dict.fromkeys((Channel.INBOX, *(Channel(name) for name in channels))))
    _kinds[key] = NoticeKind(key, label, title, body, wanted, urgent, must_send, for_staff, sms_template, sms_params)
    return _kinds[key]


def kind_of(key: str) -> NoticeKind:
    """The kind of this key. Raises UnknownKind."""
    try:
        return _kinds[key]
    except KeyError:
        raise UnknownKind(f"No notice kind {key!r} is declared; was the code that declares it removed?") from None


def kinds() -> list[NoticeKind]:
    """Every declared kind, by key."""
    return [_kinds[key] for key in sorted(_kinds)]
