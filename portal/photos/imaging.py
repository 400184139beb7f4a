"""Reading picture files of strangers and making clean copies of them. No database."""

import io
from collections.abc import Iterable, Iterator
from typing import IO

import pillow_heif
from PIL import Image, ImageCms, ImageDraw, ImageOps

from portal.photos.domain import LONGEST_SIDE, Box, Size

pillow_heif.register_heif_opener()

_WEBP_QUALITY = 80
_WHITE = (255, 255, 255)
_COVER = (64, 64, 64)


class Unreadable(Exception):
    """The file is not the picture it claims to be, or is cut short."""


def header_size(file: IO[bytes], picture_format: str) -> tuple[int, int]:
    """Width and height in pixels as the header states them; nothing is decoded. Raises `Unreadable`."""
    file.seek(0)
    try:
        with Image.open(file, formats=[picture_format]) as image:
            return image.size
    # Decoders meet hostile bytes with many kinds of exception, and none of them may become a page of error 500.
    except Exception as error:
        raise Unreadable(str(error)) from error


def clean_copies(source: IO[bytes], picture_format: str) -> Iterator[tuple[Size, bytes, tuple[int, int]]]:
    """Decodes a picture and yields each size as (size, WebP bytes, (width, height)), largest first.

    What is yielded is made of pixels only: turned upright, in sRGB, on white, without any metadata.
    Raises `Unreadable`.
    """
    try:
        yield from _sizes_of(_upright_pixels(source, picture_format))
    except Exception as error:
        raise Unreadable(str(error)) from error


def covered_copies(source: IO[bytes], boxes: Iterable[Box]) -> Iterator[tuple[Size, bytes, tuple[int, int]]]:
    """The large clean copy with these parts painted over, and every size made anew of that, as `clean_copies` does.

    What was below is in none of them: one plain colour replaces it, which nothing can be computed back from. Raises
    `Unreadable`.
    """
    try:
        with Image.open(source, formats=["WEBP"]) as opened:
            image = opened.convert("RGB")
        draw = ImageDraw.Draw(image)
        for box in boxes:
            draw.rectangle(box.on(*image.size), fill=_COVER)
        yield from _sizes_of(image)
    except Exception as error:
        raise Unreadable(str(error)) from error


def _sizes_of(image: Image.Image) -> Iterator[tuple[Size, bytes, tuple[int, int]]]:
    for size, longest in LONGEST_SIDE.items():
        image.thumbnail((longest, longest), Image.Resampling.LANCZOS, reducing_gap=3.0)
        image.info = {}
        buffer = io.BytesIO()
        image.save(buffer, "WEBP", quality=_WEBP_QUALITY, method=4)
        yield size, buffer.getvalue(), image.size


def _upright_pixels(source: IO[bytes], picture_format: str) -> Image.Image:
    source.seek(0)
    with Image.open(source, formats=[picture_format]) as opened:
        # A JPEG can be decoded at a fraction of its size, which keeps a 50-megapixel one in little memory.
        longest = LONGEST_SIDE[Size.LARGE]
        opened.draft("RGB", (longest, longest))
        profile: bytes | None = opened.info.get("icc_profile")
        image = ImageOps.exif_transpose(opened)
        image.load()
    return _to_srgb(_on_white(image), profile)


def _on_white(image: Image.Image) -> Image.Image:
    if image.has_transparency_data:
        rgba = image.convert("RGBA")
        ground = Image.new("RGB", rgba.size, _WHITE)
        ground.paste(rgba, mask=rgba.getchannel("A"))
        return ground
    return image.convert("RGB")


def _to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Colours of wide-gamut phones, expressed in sRGB, since the profile itself is dropped with the metadata."""
    if not profile:
        return image
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        converted = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError):
        # A broken profile spoils colours a little, not the picture.
        return image
    return converted or image
