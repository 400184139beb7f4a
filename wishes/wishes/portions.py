"""Goods met by several claims (实物多人认领): how much is missing, and what that makes of the wish (docs/domain.md §2).

One farmer in hospital needed 7,000 jin of vegetables sold; 13 canteens took them in five days. Nothing here reads the
database: services count the claims under the lock of the wish and ask.
"""

from dataclasses import dataclass

from wishes.wishes.domain import State


@dataclass(frozen=True)
class Portions:
    """A quantity and the claims on it.

    `claimed` is the sum of all parts that are promised or done, `live` and `done` are numbers of claims; `enough` says
    that nobody looks for what is missing any more.
    """

    quantity: int
    claimed: int
    live: int
    done: int
    enough: bool = False

    @property
    def missing(self) -> int:
        """What nobody has taken on yet."""
        return max(self.quantity - self.claimed, 0)

    @property
    def wanted(self) -> int:
        """What somebody may still take on."""
        return 0 if self.enough else self.missing

    @property
    def state(self) -> State:
        """Open while something is wanted, taken on while somebody is at it, fulfilled when every part is done."""
        if self.wanted:
            return State.PUBLISHED
        if self.live:
            return State.CLAIMED
        return State.FULFILLED if self.done else State.PUBLISHED
