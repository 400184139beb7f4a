"""What the outbox itself has to tell."""

from django.utils.translation import gettext_lazy as _

from portal.outbox.registry import Payload, Visibility, event


@event("outbox.delivery.retried", label=_("重新投递"), visibility=Visibility.AUDIT)
class DeliveryRetried(Payload):
    """Somebody gave a dead delivery another set of attempts."""

    delivery_id: int
    handler: str
