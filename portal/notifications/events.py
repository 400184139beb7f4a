"""What the notifications themselves have to tell."""

from django.utils.translation import gettext_lazy as _

from portal.outbox.registry import Payload, Visibility, event


@event("notifications.delivery.resent", label=_("重新发送消息"), visibility=Visibility.AUDIT)
class DeliveryResent(Payload):
    """Somebody had a message sent again that had failed, or of which nobody knew whether it had arrived."""

    delivery_id: int
    channel: str
    was: str
