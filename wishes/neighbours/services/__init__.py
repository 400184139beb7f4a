"""Use cases of what neighbours do around a wish."""

from wishes.neighbours.services.interests import add_interest, drop_interest
from wishes.neighbours.services.merging import move_along

__all__ = ["add_interest", "drop_interest", "move_along"]
