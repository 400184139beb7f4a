"""What happens to wishes when the net of grids changes under them."""

from django.utils.translation import gettext_lazy as _

from portal.outbox.registry import Payload, Visibility, event


@event("wishes.wish.moved", label=_("网格调整，由现在的网格接着办"), visibility=Visibility.PUBLIC)
class WishMoved(Payload):
    """An open wish belongs to another grid, because its building or its whole grid went there."""

    wish_id: int
    from_id: int | None
    to_id: int


@event("wishes.grid.followed", label=_("心愿跟着网格换了编号"), visibility=Visibility.INTERNAL)
class NumberFollowed(Payload):
    """All wishes of a grid stand at its new path in the tree."""

    territory_id: int
    old_path: str
    new_path: str
