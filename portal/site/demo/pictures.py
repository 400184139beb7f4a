"""Photos of the demo, drawn: flat pictures of everyday things, so that no real person or home is shown."""

import io
import random
from collections.abc import Callable

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw

SIZE = (1200, 900)
SENT = (960, 720)
WALL, FLOOR, INK, RED, GREEN, BLUE, GOLD, GREY, WOOD = (
    "#efe6d8",
    "#d8c9b2",
    "#3a352e",
    "#b3261e",
    "#3f7d58",
    "#4a7aa8",
    "#e0a82e",
    "#9aa0a6",
    "#a9794b",
)
NIGHT, GRASS, SKY, WHITE = "#2c3a4f", "#8fb573", "#cfe3ef", "#ffffff"
Pen = ImageDraw.ImageDraw


def _indoors(pen: Pen) -> None:
    pen.rectangle((0, 0, 1200, 640), fill=WALL)
    pen.rectangle((0, 640, 1200, 900), fill=FLOOR)


def _outdoors(pen: Pen) -> None:
    pen.rectangle((0, 0, 1200, 560), fill=SKY)
    pen.rectangle((0, 560, 1200, 900), fill=GRASS)
    for left in (80, 760):
        pen.rectangle((left, 180, left + 330, 570), fill="#d9cfc2")
        for floor in range(4):
            for window in range(4):
                x, y = left + 30 + window * 76, 210 + floor * 88
                pen.rectangle((x, y, x + 46, y + 52), fill="#8fa6b5")


def _tap(pen: Pen, *, drips: bool) -> None:
    _indoors(pen)
    pen.rectangle((150, 560, 1050, 660), fill=WHITE, outline=GREY, width=6)
    pen.rounded_rectangle((520, 250, 580, 420), 20, fill=GREY)
    pen.rounded_rectangle((520, 250, 760, 310), 26, fill=GREY)
    pen.rectangle((710, 300, 760, 350), fill=GREY)
    pen.rounded_rectangle((490, 190, 610, 240), 20, fill=RED if drips else BLUE)
    if drips:
        for y in (380, 450, 520):
            pen.ellipse((720, y, 750, y + 44), fill=BLUE)
        pen.ellipse((420, 690, 860, 780), fill="#9cc3dd")


def _lamp(pen: Pen, *, lit: bool) -> None:
    pen.rectangle((0, 0, 1200, 900), fill=NIGHT)
    pen.rectangle((0, 700, 1200, 900), fill="#39424d")
    pen.rectangle((590, 200, 612, 720), fill="#6d747c")
    pen.arc((600, 150, 760, 270), 180, 270, fill="#6d747c", width=20)
    if lit:
        pen.polygon([(690, 190), (420, 880), (980, 880)], fill="#6b6a4a")
        pen.ellipse((640, 140, 760, 210), fill=GOLD)
    else:
        pen.ellipse((640, 140, 760, 210), fill="#565d66")


def _bench(pen: Pen, *, broken: bool) -> None:
    _outdoors(pen)
    boards = [(280, 560), (280, 610), (280, 700)]
    for number, (x, y) in enumerate(boards):
        if broken and number == 1:
            pen.polygon([(x, y), (x + 330, y + 50), (x + 320, y + 86), (x, y + 32)], fill=WOOD)
            continue
        pen.rounded_rectangle((x, y, x + 640, y + 34), 10, fill=WOOD)
    for x in (320, 840):
        pen.rectangle((x, 560, x + 26, 820), fill=INK)


def _vegetables(pen: Pen, *, sold: bool) -> None:
    _indoors(pen)
    for left in (140, 480, 820):
        pen.polygon([(left, 560), (left + 260, 560), (left + 230, 780), (left + 30, 780)], fill=WOOD)
        if not sold:
            for number in range(5):
                x = left + 10 + number * 46
                pen.ellipse((x, 470, x + 80, 580), fill=GREEN if number % 2 else "#6fa35a")
    if sold:
        pen.rounded_rectangle((400, 250, 800, 420), 24, fill=RED)
        pen.ellipse((540, 280, 660, 390), fill=GOLD)


def _wheelchair(pen: Pen, *, there: bool) -> None:
    _indoors(pen)
    if not there:
        pen.rectangle((380, 420, 620, 700), fill=WOOD)
        pen.rectangle((380, 250, 430, 700), fill=WOOD)
        pen.line((760, 260, 760, 720), fill=INK, width=16)
        pen.arc((690, 220, 760, 300), 180, 360, fill=INK, width=16)
        return
    pen.rounded_rectangle((430, 260, 480, 600), 16, fill=BLUE)
    pen.rounded_rectangle((430, 540, 740, 600), 16, fill=BLUE)
    pen.ellipse((380, 520, 640, 780), outline=INK, width=20)
    pen.ellipse((700, 680, 800, 780), outline=INK, width=16)
    pen.line((730, 600, 800, 720), fill=INK, width=14)


def _books(pen: Pen, *, reading: bool) -> None:
    _indoors(pen)
    pen.rectangle((140, 620, 1060, 660), fill=WOOD)
    for number in range(8):
        x = 220 + number * 60
        pen.rectangle((x, 400 + number % 3 * 30, x + 48, 620), fill=(RED, BLUE, GREEN, GOLD)[number % 4])
    if reading:
        pen.polygon([(720, 600), (860, 560), (1000, 600), (1000, 460), (860, 420), (720, 460)], fill=WHITE)
        pen.line((860, 420, 860, 560), fill=GREY, width=6)


def _stairs(pen: Pen, *, cluttered: bool) -> None:
    pen.rectangle((0, 0, 1200, 900), fill=WALL)
    for step in range(7):
        pen.rectangle((step * 150, 780 - step * 100, 1200, 880 - step * 100), fill="#c9bda9", outline=GREY, width=3)
    if cluttered:
        pen.rectangle((120, 560, 330, 780), fill=WOOD)
        pen.rectangle((350, 620, 500, 780), fill="#c2a27b")
        pen.ellipse((560, 430, 720, 590), outline=INK, width=14)
        pen.ellipse((760, 430, 920, 590), outline=INK, width=14)


def _road(pen: Pen, *, broken: bool) -> None:
    _outdoors(pen)
    pen.polygon([(420, 560), (780, 560), (1150, 900), (50, 900)], fill="#84878a")
    if broken:
        pen.ellipse((430, 700, 760, 820), fill="#4d4f52")
        pen.ellipse((500, 720, 690, 790), fill="#7893a5")
    else:
        pen.line((600, 570, 600, 890), fill=WHITE, width=14)


def _meeting(pen: Pen, *, out: bool) -> None:
    """People around a table under a red band, or outdoors with bags: seen from behind, nobody in particular."""
    if out:
        _outdoors(pen)
    else:
        _indoors(pen)
        pen.rectangle((160, 120, 1040, 210), fill=RED)
        pen.rectangle((150, 560, 1050, 650), fill=WOOD)
    for number in range(6):
        x, y = 170 + number * 160, 470 + number % 2 * 40 + out * 60
        pen.ellipse((x, y - 110, x + 90, y - 20), fill=INK)
        pen.rounded_rectangle((x - 25, y - 10, x + 115, y + 230), 40, fill=(RED, BLUE, GREEN, GOLD)[number % 4])
        if out:
            pen.rounded_rectangle((x + 100, y + 130, x + 160, y + 230), 14, fill=WHITE)


def _tree(pen: Pen, *, sea: bool) -> None:
    if sea:
        pen.rectangle((0, 0, 1200, 450), fill=SKY)
        pen.rectangle((0, 450, 1200, 700), fill=BLUE)
        pen.rectangle((0, 700, 1200, 900), fill="#e8d9b0")
        pen.ellipse((900, 90, 1040, 230), fill=GOLD)
        return
    _outdoors(pen)
    pen.rectangle((570, 420, 640, 760), fill=WOOD)
    for x, y in ((440, 200), (560, 140), (660, 220), (540, 280)):
        pen.ellipse((x, y, x + 240, y + 220), fill=GREEN)


PICTURES: dict[str, Callable[[Pen], None]] = {
    "tap": lambda pen: _tap(pen, drips=True),
    "tap-done": lambda pen: _tap(pen, drips=False),
    "lamp": lambda pen: _lamp(pen, lit=False),
    "lamp-done": lambda pen: _lamp(pen, lit=True),
    "bench": lambda pen: _bench(pen, broken=True),
    "bench-done": lambda pen: _bench(pen, broken=False),
    "vegetables": lambda pen: _vegetables(pen, sold=False),
    "vegetables-done": lambda pen: _vegetables(pen, sold=True),
    "wheelchair": lambda pen: _wheelchair(pen, there=False),
    "wheelchair-done": lambda pen: _wheelchair(pen, there=True),
    "books": lambda pen: _books(pen, reading=False),
    "books-done": lambda pen: _books(pen, reading=True),
    "stairs": lambda pen: _stairs(pen, cluttered=True),
    "stairs-done": lambda pen: _stairs(pen, cluttered=False),
    "road": lambda pen: _road(pen, broken=True),
    "road-done": lambda pen: _road(pen, broken=False),
    "meeting": lambda pen: _meeting(pen, out=False),
    "outing": lambda pen: _meeting(pen, out=True),
    "tree": lambda pen: _tree(pen, sea=False),
    "sea": lambda pen: _tree(pen, sea=True),
}


def picture(name: str, number: int) -> SimpleUploadedFile:
    """One drawn photo as a file to be uploaded; `number` shifts its colours a little, so that no two are the same."""
    image = Image.new("RGB", SIZE, WALL)
    PICTURES[name](ImageDraw.Draw(image))
    chance = random.Random(number)  # noqa: S311 - the same demo each time, guards nothing
    tint = Image.new("RGB", SIZE, tuple(chance.randrange(90, 256) for _ in range(3)))
    image = Image.blend(image, tint, 0.06).resize(SENT, Image.Resampling.BICUBIC)
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=84)
    return SimpleUploadedFile(f"IMG_{number:04d}.jpg", buffer.getvalue(), content_type="image/jpeg")
