"""What a photo may be and which sizes of it are kept. No Django, no decoding."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

MAX_BYTES: Final = 10 * 1024 * 1024
"""The largest file taken, in bytes."""

MAX_PIXELS: Final = 51_000_000
"""The largest picture taken, in pixels: what a 50-megapixel phone camera makes (8192 × 6144) still passes."""

MAX_SIDE: Final = 20_000
"""The longest side taken, in pixels; panoramas are shorter."""

MAX_ATTEMPTS: Final = 3
"""How often a photo is tried before it counts as unreadable; a picture that kills its worker is not tried for ever."""

MAX_PER_DAY: Final = 200
"""How many photos one person may send in 24 hours."""


class Size(StrEnum):
    """The sizes that are kept and served (大图, 中图, 缩略图)."""

    LARGE = "large"
    MEDIUM = "medium"
    THUMB = "thumb"


LONGEST_SIDE: Final[Mapping[Size, int]] = MappingProxyType({Size.LARGE: 1600, Size.MEDIUM: 800, Size.THUMB: 320})
"""The longest side of each size, in pixels. Smaller pictures are never enlarged."""

MAX_BOXES: Final = 300
"""How many parts of one picture may be covered."""

WHOLE: Final = 1000
"""Boxes are measured in thousandths of the picture's width and height, so that they fit every size of it."""

SNIFF_BYTES: Final = 32
"""How much of a file `sniff_format` wants to see."""

_HEIF_BRANDS: Final = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})


def sniff_format(head: bytes) -> str | None:
    """The decoder that fits the first bytes of a file: "JPEG", "PNG", "WEBP", "HEIF", or None for anything else.

    The name and the type that came with a file are never believed.
    """
    if head.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WEBP"
    if head[4:8] == b"ftyp" and head[8:12] in _HEIF_BRANDS:
        return "HEIF"
    return None


@dataclass(frozen=True)
class Box:
    """A part of a picture to be covered, in thousandths of its width and height.

    Raises ValueError for one that is empty or reaches beyond the picture.
    """

    left: int
    top: int
    width: int
    height: int

    def __post_init__(self) -> None:
        is_inside = self.left + self.width <= WHOLE and self.top + self.height <= WHOLE
        if min(self.left, self.top) < 0 or min(self.width, self.height) < 1 or not is_inside:
            raise ValueError(f"{self} is not a part of a picture")

    def on(self, width: int, height: int) -> tuple[int, int, int, int]:
        """The pixels of it in a picture of this size: left, top, right and bottom, rounded outward, both ends in."""
        right, bottom = self.left + self.width, self.top + self.height
        return (
            self.left * width // WHOLE,
            self.top * height // WHOLE,
            min(width, -(-right * width // WHOLE)) - 1,
            min(height, -(-bottom * height // WHOLE)) - 1,
        )
