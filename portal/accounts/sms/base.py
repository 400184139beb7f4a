"""What every SMS gateway has in common."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.conf import settings
from django.utils.functional import Promise
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _


class SmsError(Exception):
    """A message was not taken by the gateway.

    `retryable` tells whether the same message may succeed later (a busy gateway, no answer in time) or never will
    (a refused number, a template that was not approved). `code` is the gateway's own word, for the log.
    """

    def __init__(self, message: str, *, code: str = "", retryable: bool = False) -> None:
        super().__init__(message)
        self.code = code
        self.retryable = retryable


@dataclass(frozen=True)
class SmsKind:
    """One approved template: its name, its words with `{parameters}`, and the parameters' order."""

    name: str
    text: str | Promise
    parameters: tuple[str, ...]


@dataclass(frozen=True)
class TextMessage:
    """One message to one number (E.164)."""

    phone: str
    kind: SmsKind
    values: Mapping[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        return str(self.kind.text).format(**self.values)


@dataclass(frozen=True)
class Receipt:
    """The gateway took the message; `reference` is its number for later enquiries."""

    reference: str


class SmsBackend(ABC):
    """A gateway. Waits at most `settings.SMS_TIMEOUT` seconds for an answer."""

    @abstractmethod
    def send(self, message: TextMessage) -> Receipt:
        """Hand the message over. Raises `SmsError`."""


_kinds: dict[str, SmsKind] = {}


def register_sms_kind(name: str, *, text: str | Promise, parameters: tuple[str, ...]) -> SmsKind:
    """Declare a kind of message. Its gateway template is `settings.SMS_TEMPLATES[name]`.

    Raises ValueError when the name is taken.
    """
    if name in _kinds:
        raise ValueError(f"SMS kind {name} is registered twice")
    _kinds[name] = SmsKind(name=name, text=text, parameters=parameters)
    return _kinds[name]


def sms_kinds() -> list[SmsKind]:
    """Every declared kind, by name."""
    return [_kinds[name] for name in sorted(_kinds)]


def template_of(message: TextMessage) -> str:
    """The gateway's number for this kind of message. Raises `SmsError` when none is configured."""
    template = settings.SMS_TEMPLATES.get(message.kind.name)
    if not template:
        raise SmsError(f"SMS_TEMPLATES has no template for {message.kind.name}", code="no_template")
    return str(template)


def get_backend() -> SmsBackend:
    """The gateway named by `settings.SMS_BACKEND`, read anew each time so that tests may change it."""
    backend: SmsBackend = import_string(f"{settings.SMS_BACKEND}.Backend")()
    return backend


def send_sms(*, phone: str, kind: str, values: Mapping[str, str]) -> Receipt:
    """Send one message now. Never call it inside a transaction: it waits for the network.

    Raises `SmsError` when the gateway did not take it, KeyError for an unknown kind or a missing value.
    """
    message = TextMessage(phone=phone, kind=_kinds[kind], values={p: values[p] for p in _kinds[kind].parameters})
    return get_backend().send(message)


register_sms_kind(
    "code",
    text=_("您的验证码是 {code}，{minutes} 分钟内有效。请不要告诉别人，工作人员也不会问您要。"),
    parameters=("code", "minutes"),
)
register_sms_kind(
    "phone_changed",
    text=_("您在五微的手机号已换成尾号 {last_four} 的号码。如果不是您本人办的，请马上联系社区服务站。"),
    parameters=("last_four",),
)
