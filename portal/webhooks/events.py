"""What happens to subscriptions; read by the audit administrator."""

from django.utils.translation import gettext_lazy as _

from portal.outbox.registry import Payload, Visibility, event

AUDIT = Visibility.AUDIT


@event("portal.hook.opened", label=_("登记了推送地址"), visibility=AUDIT)
class HookOpened(Payload):
    """Another system is told of events from now on."""

    subscription_id: int


@event("portal.hook.changed", label=_("改了推送地址"), visibility=AUDIT)
class HookChanged(Payload):
    """These fields have other values."""

    subscription_id: int
    fields: tuple[str, ...]


@event("portal.hook.secret_changed", label=_("换了推送签名密钥"), visibility=AUDIT)
class HookSecretChanged(Payload):
    """What is sent from now on is signed with another secret."""

    subscription_id: int


@event("portal.hook.tested", label=_("试发了推送"), visibility=AUDIT)
class HookTested(Payload):
    """An empty message was sent to see whether it arrives."""

    subscription_id: int


@event("portal.hook.resent", label=_("重发了推送"), visibility=AUDIT)
class HookResent(Payload):
    """One message is sent once more, under the same number."""

    subscription_id: int
    delivery: str
