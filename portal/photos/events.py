"""What happens to photos, for the wings that show them."""

from django.utils.translation import gettext_lazy as _

from portal.outbox.registry import Payload, Visibility, event


@event("photos.photo.refused", label=_("照片没能用上"), visibility=Visibility.PARTIES)
class PhotoRefused(Payload):
    """A photo turned out to be unusable while it was processed. The subject of the event is its owner.

    `photo` is the id of the photo as text, `reason` a value of `RefusalReason`.
    """

    photo: str
    purpose: str
    reason: str
