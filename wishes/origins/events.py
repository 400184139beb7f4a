"""What can happen between a wish and what it came from."""

from django.utils.translation import gettext_lazy as _

from portal.outbox.registry import Payload, Visibility, event


@event("wishes.origin.made", label=_("转为心愿"), visibility=Visibility.INTERNAL)
class WishMade(Payload):
    """A wish was made of something; told about both, to staff alone: who sees the one may not see the other."""

    wish_id: int
    kind: str
    source_key: int


@event("wishes.origin.raised", label=_("立为事件，派人去办"), visibility=Visibility.PARTIES)
class WishRaised(Payload):
    """The wish is handled as an incident as well; told about the wish, to its author and its handlers."""

    wish_id: int
    incident_id: int
