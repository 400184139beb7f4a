"""Words and numbers of what neighbours do around a wish; nothing here reads the database or the clock."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class InterestKind(TextChoices):
    """What a neighbour is to somebody else's wish."""

    FOLLOW = "follow", _("关注")
    ME_TOO = "me_too", _("我也需要")


# Steps that are no news to those who follow a wish: it was public before anybody could follow it, and a wish that has
# been merged into another is told of in words of its own.
NO_NEWS = frozenset(
    f"wishes.wish.{step}" for step in ("submitted", "dispatched", "verified", "published", "duplicate", "joined")
)
