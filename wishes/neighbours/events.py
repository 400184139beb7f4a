"""What can happen around a wish."""

from django.utils.translation import gettext_lazy as _

from portal.outbox.registry import Payload, Visibility, event


@event("wishes.wish.joined", label=_("另一个相同的心愿并到这里，一起办"), visibility=Visibility.PUBLIC)
class WishJoined(Payload):
    """A duplicate was merged into this wish, and whoever waited for it waits for this one."""

    wish_id: int
    from_id: int
