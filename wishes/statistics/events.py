"""What can happen in the statistics."""

from django.utils.translation import gettext_lazy as _

from portal.outbox.registry import Payload, Visibility, event


@event("wishes.statistics.digest_made", label=_("一周摘要做好了"), visibility=Visibility.INTERNAL)
class DigestMade(Payload):
    """The digest of one place and week is there."""

    digest_id: int
