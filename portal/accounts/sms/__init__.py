"""Text messages (短信): what can be said, and the gateways that carry it.

`send_sms` is the one door. Messages have a fixed kind, because carriers in China only pass texts whose template was
approved beforehand; the kind names that template, and its parameters are all that varies.
"""

from portal.accounts.sms.base import (
    Receipt,
    SmsBackend,
    SmsError,
    SmsKind,
    TextMessage,
    get_backend,
    register_sms_kind,
    send_sms,
    sms_kinds,
    template_of,
)

__all__ = [
    "Receipt",
    "SmsBackend",
    "SmsError",
    "SmsKind",
    "TextMessage",
    "get_backend",
    "register_sms_kind",
    "send_sms",
    "sms_kinds",
    "template_of",
]
