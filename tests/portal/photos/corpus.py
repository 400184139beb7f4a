"""Files as people, phones and attackers send them."""

import io
import struct
import zlib
from collections.abc import Callable

import pillow_heif
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from PIL.TiffImagePlugin import IFDRational

NANJING = (32.0603, 118.7969)


def landscape(width: int = 400, height: int = 200) -> Image.Image:
    """A picture with a red left half and a blue right half, so that turning it shows."""
    image = Image.new("RGB", (width, height), "blue")
    image.paste("red", (0, 0, width // 2, height))
    return image


def encoded(image: Image.Image, picture_format: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, picture_format, **options)
    return buffer.getvalue()


def jpeg(width: int = 400, height: int = 200) -> bytes:
    return encoded(landscape(width, height), "JPEG", quality=90)


def png() -> bytes:
    return encoded(landscape(), "PNG")


def transparent_png() -> bytes:
    return encoded(Image.new("RGBA", (100, 100), (0, 0, 0, 0)), "PNG")


def webp() -> bytes:
    return encoded(landscape(), "WEBP")


def heic() -> bytes:
    buffer = io.BytesIO()
    pillow_heif.from_pillow(landscape()).save(buffer, quality=80)
    return buffer.getvalue()


def jpeg_from_a_phone() -> bytes:
    """Held upright: stored lying down with an orientation mark, the place, the camera and a comment."""
    image = landscape(400, 200)
    exif = Image.Exif()
    exif[0x0112] = 6  # rotate 90° clockwise to view
    exif[0x010F] = "CANARY-CAMERA"
    gps = exif.get_ifd(0x8825)
    gps[1], gps[2] = "N", (IFDRational(32), IFDRational(3), IFDRational(37))
    gps[3], gps[4] = "E", (IFDRational(118), IFDRational(47), IFDRational(48))
    return encoded(image, "JPEG", exif=exif.tobytes(), comment=b"CANARY-COMMENT", quality=95)


def gif() -> bytes:
    return encoded(landscape(), "GIF")


def gif_with_script() -> bytes:
    """Begins as a GIF and reads as JavaScript."""
    return b"GIF89a/*" + gif()[8:] + b"*/=1;alert(document.cookie)//<script>alert(1)</script>"


def svg() -> bytes:
    return b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>'


def html() -> bytes:
    return b"<!doctype html><script>alert(1)</script>"


def pdf() -> bytes:
    return b"%PDF-1.7\n1 0 obj <</Type /Catalog>> endobj"


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_bomb(side: int = 12_000) -> bytes:
    """144 megapixels of one bit each, all black: about 20 KB on the wire, 144 MB and more in memory."""
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    row = b"\0" * (1 + side // 8)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", header)
        + _chunk(b"IDAT", zlib.compress(row * side, 9))
        + _chunk(b"IEND", b"")
    )


def png_with_a_lying_header() -> bytes:
    """Says 100 × 100 and carries nothing of it."""
    header = struct.pack(">IIBBBBB", 100, 100, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", b"not zlib") + _chunk(b"IEND", b"")


def truncated_jpeg() -> bytes:
    whole = jpeg(800, 600)
    return whole[: len(whole) // 2]


def polyglot_jpeg() -> bytes:
    """A good JPEG that is also a page with a script, for whoever believes the end of a file."""
    return jpeg() + b"<html><script>alert('CANARY-SCRIPT')</script></html>"


def magic_only() -> bytes:
    return b"\xff\xd8\xff\xe0" + b"\0" * 200


def upload(content: bytes, name: str = "photo.jpg", content_type: str = "image/jpeg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type)


GOOD: dict[str, Callable[[], bytes]] = {
    "jpeg": jpeg,
    "jpeg from a phone": jpeg_from_a_phone,
    "png": png,
    "transparent png": transparent_png,
    "webp": webp,
    "heic": heic,
    "polyglot jpeg": polyglot_jpeg,
}
REFUSED_AT_THE_DOOR: dict[str, tuple[Callable[[], bytes], str]] = {
    "empty": (lambda: b"", "photo_empty"),
    "gif": (gif, "photo_format"),
    "gif with script": (gif_with_script, "photo_format"),
    "svg": (svg, "photo_format"),
    "html": (html, "photo_format"),
    "pdf": (pdf, "photo_format"),
    "png bomb": (png_bomb, "photo_too_many_pixels"),
    "magic only": (magic_only, "photo_unreadable"),
    "too many bytes": (lambda: jpeg() + b"\0" * (10 * 1024 * 1024), "photo_too_large"),
}
REFUSED_BY_THE_WORKER: dict[str, Callable[[], bytes]] = {
    "truncated jpeg": truncated_jpeg,
    "png with a lying header": png_with_a_lying_header,
}
