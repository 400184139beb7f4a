"""Charts as shapes that a template draws as SVG on the server: no script, and the table stands beside each.

All lengths are in the units of the picture's own `viewBox`, 360 wide: about the width of a phone.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise

WIDTH, HEIGHT, TOP, FOOT = 360, 150, 14, 18


@dataclass(frozen=True)
class Bar:
    """One month: where its bar stands, what it counts; `count` is None where the number is not told."""

    x: float
    y: float
    width: float
    height: float
    middle: float
    label: str
    count: int | None


def bars(numbers: Sequence[tuple[str, int | None]]) -> list[Bar]:
    """Upright bars side by side, the highest as high as the picture allows."""
    if not numbers:
        return []
    highest = max((count or 0 for _label, count in numbers), default=0) or 1
    room = WIDTH / len(numbers)
    width = min(room * 0.7, 40)
    found = []
    for place, (label, count) in enumerate(numbers):
        height = (HEIGHT - TOP - FOOT) * (count or 0) / highest
        x = room * place + (room - width) / 2
        top = HEIGHT - FOOT - height
        found.append(
            Bar(
                x=round(x, 1),
                y=round(top, 1),
                width=round(width, 1),
                height=round(height, 1),
                middle=round(x + width / 2, 1),
                label=label,
                count=count,
            )
        )
    return found


@dataclass(frozen=True)
class Part:
    """One part of a bar that stands for a whole: its pattern's name, its words, its number and its share."""

    key: str
    label: str | Promise
    count: int
    x: float
    width: float
    percent: int

    @property
    def middle(self) -> float:
        """Where its words stand."""
        return round(self.x + self.width / 2, 1)


def parts(numbers: Iterable[tuple[str, str | Promise, int | None]]) -> list[Part]:
    """Parts of one bar beside each other, in the order given; what is nought or not told has no part."""
    known = [(key, label, count) for key, label, count in numbers if count]
    whole = sum(count for _key, _label, count in known)
    found, x = [], 0.0
    for key, label, count in known:
        width = WIDTH * count / whole
        found.append(Part(key, label, count, round(x, 1), round(width, 1), round(100 * count / whole)))
        x += width
    return found
