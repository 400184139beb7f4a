"""Covering parts of photos: what was below is gone from disk, database and address; who may, and who is told."""

import io
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image, ImageChops, ImageDraw
from pytest_django import DjangoCaptureOnCommitCallbacks

from grids.roles.domain import Role
from portal.errors import Conflict, Invalid, NotAllowed
from portal.notifications.models import Notice
from portal.outbox.models import Event
from portal.outbox.services import drain
from portal.photos.domain import Box, Size
from portal.photos.models import Photo
from portal.photos.services import accept_upload, process_waiting_photo, remove_orphan_copies
from tests.grids.roles.factories import make_staff
from tests.grids.territory.factories import DistrictFactory
from tests.portal.accounts.factories import enter_as_staff
from tests.portal.api.factories import client_of as program_of
from tests.wishes.wishes.factories import Cast, make_cast, moderated, posted
from tests.wishes.wishes.pages import client_of
from wishes.desk.models import PhotoReport
from wishes.desk.redaction import COLUMNS, ROWS, cover_photo, keep_photo, report_photo, square
from wishes.wishes.models import Wish, WishPhoto
from wishes.wishes.photos import PHOTO_PURPOSE

pytestmark = pytest.mark.django_db
FACE = Box(250, 250, 250, 250)
RED = (220, 20, 20)


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def with_photo(wish: Wish) -> WishPhoto:
    """A green picture of 1200 × 900 pixels with a red "face" in it."""
    picture = Image.new("RGB", (1200, 900), "green")
    ImageDraw.Draw(picture).rectangle((320, 240, 580, 440), fill=RED)
    out = io.BytesIO()
    picture.save(out, "PNG")
    file = SimpleUploadedFile("a.png", out.getvalue())
    photo = accept_upload(actor=wish.author, file=file, purpose=PHOTO_PURPOSE)
    process_waiting_photo(photo_id=photo.pk)
    # What was sent is removed on commit, which does not come inside of a test's transaction.
    photo.incoming_path.unlink(missing_ok=True)
    photo.refresh_from_db()
    return WishPhoto.objects.create(wish=wish, photo=photo)


def is_red(path: Path) -> bool:
    """Whether anything red is left in the picture."""
    with Image.open(path) as picture:
        red, green, blue = picture.convert("RGB").split()
    return bool(
        ImageChops.logical_and(
            red.point(lambda value: value > 130, mode="1"),
            ImageChops.logical_and(
                green.point(lambda value: value < 90, mode="1"), blue.point(lambda value: value < 90, mode="1")
            ),
        ).getbbox()
    )


@pytest.mark.parametrize("values", [(-1, 0, 1, 1), (0, 0, 0, 1), (999, 0, 2, 1), (0, 500, 1, 501)])
def test_a_part_lies_in_its_picture(values: tuple[int, int, int, int]) -> None:
    with pytest.raises(ValueError, match="not a part"):
        Box(*values)


def test_squares_cover_the_picture_without_gaps() -> None:
    area = sum(box.width * box.height for box in map(square, range(COLUMNS * ROWS)))
    assert area == 1_000_000
    assert Box(0, 0, 1, 1).on(100, 100) == (0, 0, 0, 0), "rounded outward"


def test_what_was_below_is_gone_from_disk_database_and_address(
    cast: Cast, media: Path, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    shown = with_photo(posted(cast))
    first = shown.photo
    addresses = [first.url(size) for size in Size]
    assert is_red(first.path(Size.LARGE))
    assert Client().get(addresses[0]).status_code == 200
    with django_capture_on_commit_callbacks(execute=True):
        covered = cover_photo(actor=cast.worker, shown=shown, boxes=[FACE])
    assert not Photo.objects.filter(pk=first.pk).exists()
    assert not first.folder.exists()
    files = [path for path in media.rglob("*") if path.is_file()]
    assert sorted(path.stem for path in files) == sorted(Size), "three sizes of the covered picture and nothing else"
    assert not any(is_red(path) for path in files)
    assert [Client().get(address).status_code for address in addresses] == [404] * 3
    shown.refresh_from_db()
    assert shown.photo == covered.photo != first
    assert shown.photo.redacted_at is not None
    assert set(addresses).isdisjoint(shown.photo.url(size) for size in Size), "no cache can answer with the first one"
    assert (shown.photo.width, shown.photo.height) == (1200, 900)
    page = client_of(None).get(shown.wish.get_absolute_url()).content.decode()
    assert shown.photo.medium_url in page
    assert first.medium_url not in page
    event = Event.objects.get(type="desk.photo.covered")
    assert (event.actor, event.subject_id) == (cast.worker, shown.wish_id)


def test_undone_with_its_transaction_nothing_is_lost(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = with_photo(posted(cast))

    def breaks(**_kwargs: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("wishes.desk.redaction.delete_photo", breaks)
    with pytest.raises(RuntimeError):
        cover_photo(actor=cast.worker, shown=shown, boxes=[FACE])
    shown.refresh_from_db()
    assert shown.photo.redacted_at is None
    assert shown.photo.path(Size.LARGE).is_file()
    later = timezone.now() + timedelta(hours=2)
    removed = sum(remove_orphan_copies(prefix=f"{number:02x}", now=later) for number in range(256))
    assert removed == 1, "the covered copy that came to nothing"
    assert shown.photo.path(Size.LARGE).is_file()


def test_who_may_cover(cast: Cast) -> None:
    shown = with_photo(posted(cast))
    for person in (cast.author, cast.volunteer, cast.other_worker, cast.supervisor):
        with pytest.raises(NotAllowed):
            cover_photo(actor=person, shown=shown, boxes=[FACE])
    with pytest.raises(Invalid):
        cover_photo(actor=cast.worker, shown=shown, boxes=[])
    cover_photo(actor=cast.worker, shown=shown, boxes=[FACE])
    gone = WishPhoto(pk=shown.pk + 1000, wish=shown.wish)
    with pytest.raises(Conflict):
        cover_photo(actor=cast.worker, shown=gone, boxes=[FACE])


def test_before_publication_staff_are_urged_to_look(cast: Cast) -> None:
    shown = with_photo(moderated(cast))
    wish = shown.wish
    page = client_of(cast.worker).get(wish.get_absolute_url()).content.decode()
    assert "公开前先看看照片" in page
    assert client_of(cast.stranger).get(shown.photo.large_url).status_code == 404
    cover = reverse("desk_photo", args=[wish.number, shown.pk])
    assert cover in client_of(cast.worker).get(reverse("desk_photos", args=[wish.number])).content.decode()
    empty = client_of(cast.worker).post(cover)
    assert empty.status_code == 400
    assert "请标出要遮住的地方" in empty.content.decode()
    # Without JavaScript squares are ticked; with it parts are drawn.
    data = {"square": ["39", "40", "x", "9999"], "box": ["250,250,250,250", "1,2", "900,900,900,900"]}
    client_of(cast.worker).post(cover, data)
    assert Event.objects.get(type="desk.photo.covered").payload["boxes"] == 3


def test_a_public_photo_is_reported_looked_at_and_covered(cast: Cast) -> None:
    shown = with_photo(posted(cast))
    address = reverse("desk_photo_report", args=[shown.wish.number])
    neighbour = client_of(cast.stranger)
    assert address in neighbour.get(shown.wish.get_absolute_url()).content.decode()
    assert neighbour.post(address, {"photo": shown.pk, "reason": "x"}).status_code == 400
    for _ in range(2):
        neighbour.post(address, {"photo": shown.pk, "reason": "face"})
    assert PhotoReport.objects.count() == 1, "said twice counts once"
    drain()
    notice = Notice.objects.get(kind="desk.photo_reported")
    assert notice.recipient == shown.wish.responsible
    assert "拍到了人脸" in client_of(cast.worker).get(notice.url).content.decode()
    cover_photo(actor=cast.worker, shown=shown, boxes=[FACE])
    assert PhotoReport.objects.get().was_covered is True
    drain()
    assert Notice.objects.filter(kind="desk.photo_covered", recipient=cast.author).count() == 1


def test_a_photo_that_needs_no_covering_is_kept(cast: Cast) -> None:
    shown = with_photo(posted(cast))
    report_photo(actor=cast.stranger, shown=shown, reason="plate")
    with pytest.raises(NotAllowed):
        keep_photo(actor=cast.stranger, shown=shown)
    client_of(cast.worker).post(reverse("desk_photo", args=[shown.wish.number, shown.pk]), {"keep": "1"})
    assert PhotoReport.objects.get().was_covered is False
    shown.refresh_from_db()
    assert shown.photo.redacted_at is None
    report_photo(actor=cast.stranger, shown=shown, reason="plate")
    keep = reverse("api_photo_keep", args=[shown.photo_id])
    assert program_of(cast.stranger).post(keep).status_code == 403
    assert program_of(cast.worker).post(keep).status_code == 204
    assert not PhotoReport.objects.filter(settled_at=None).exists()


def test_administrators_see_what_was_said_of_photos(cast: Cast) -> None:
    shown = with_photo(posted(cast))
    report_photo(actor=cast.stranger, shown=shown, reason="plate")
    administrator = enter_as_staff(Client(), make_staff(Role.SYSTEM_ADMINISTRATOR, DistrictFactory()))
    page = administrator.get(reverse("admin:wishes_photoreport_changelist"), {"settled_at__isempty": "1"})
    assert page.status_code == 200
    assert shown.wish.number in page.content.decode()
    assert str(cast.stranger) not in page.content.decode()


def test_for_programs(cast: Cast) -> None:
    shown = with_photo(posted(cast))
    report, cover = (reverse(name, args=[shown.photo_id]) for name in ("api_photo_report", "api_photo_cover"))
    assert program_of(cast.stranger).post(report, {"reason": "face"}, format="json").status_code == 204
    body = {"boxes": [{"left": 250, "top": 250, "width": 250, "height": 250}]}
    assert program_of(cast.stranger).post(cover, body, format="json").status_code == 403
    wrong = {"boxes": [{"left": 900, "top": 0, "width": 200, "height": 10}]}
    assert program_of(cast.worker).post(cover, wrong, format="json").status_code == 400
    done = program_of(cast.worker).post(cover, body, format="json")
    assert done.status_code == 200
    assert done.json()["id"] != str(shown.photo_id)
    assert program_of(cast.worker).post(cover, body, format="json").status_code == 404
