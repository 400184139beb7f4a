"""Clean copies: what they look like, what is gone from them, and what happens when the worker dies."""

import io
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from django.utils import timezone
from PIL import Image

from portal.accounts.models import User
from portal.outbox.models import Event
from portal.photos import services, tasks
from portal.photos.domain import LONGEST_SIDE, MAX_ATTEMPTS, Size
from portal.photos.models import Photo, PhotoState, RefusalReason, incoming_folder
from tests.portal.photos import corpus
from tests.portal.photos.conftest import PURPOSE

# Callbacks after commit have to run, so these tests commit.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _no_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portal.photos.tasks.process_photo.delay", lambda photo_id: None)


@pytest.fixture
def owner(transactional_db: None) -> User:
    return User.objects.create_user(phone="+8613800000001", legal_name="张三")


def sent(owner: User, content: bytes) -> Photo:
    return services.accept_upload(actor=owner, file=corpus.upload(content), purpose=PURPOSE)


def processed(owner: User, content: bytes) -> Photo:
    photo = sent(owner, content)
    tasks.process_photo(str(photo.id))
    return Photo.objects.get(pk=photo.id)


def opened(photo: Photo, size: Size) -> Image.Image:
    return Image.open(photo.path(size), formats=["WEBP"])


@pytest.mark.parametrize("kind", corpus.GOOD)
def test_every_good_picture_becomes_three_copies(kind: str, owner: User) -> None:
    photo = processed(owner, corpus.GOOD[kind]())
    assert photo.state == PhotoState.READY
    assert photo.processed_at is not None
    for size in Size:
        image = opened(photo, size)
        image.load()
        assert max(image.size) <= LONGEST_SIDE[size]
    assert sorted(path.name for path in photo.folder.iterdir()) == ["large.webp", "medium.webp", "thumb.webp"]


def test_sizes_keep_the_proportions_and_never_enlarge(owner: User) -> None:
    photo = processed(owner, corpus.jpeg(2400, 1200))
    assert {size: opened(photo, size).size for size in Size} == {
        Size.LARGE: (1600, 800),
        Size.MEDIUM: (800, 400),
        Size.THUMB: (320, 160),
    }
    assert (photo.width, photo.height) == (1600, 800)
    small = processed(owner, corpus.jpeg(100, 50))
    assert {opened(small, size).size for size in Size} == {(100, 50)}


def test_place_camera_and_comment_are_gone_and_the_picture_stands_upright(owner: User) -> None:
    content = corpus.jpeg_from_a_phone()
    assert b"CANARY-CAMERA" in content
    photo = processed(owner, content)
    for size in Size:
        stored = photo.path(size).read_bytes()
        image = Image.open(io.BytesIO(stored))
        assert not dict(image.getexif())
        assert not dict(image.getexif().get_ifd(0x8825))
        assert not {"exif", "icc_profile", "xmp", "comment"} & set(image.info)
        assert b"CANARY" not in stored
        width, height = image.size
        assert height == 2 * width
    # The left half was red; turned clockwise it is the top.
    red, _green, blue = opened(photo, Size.LARGE).convert("RGB").getpixel((100, 20))  # type: ignore[misc]
    assert red > 200
    assert blue < 80


def test_what_hangs_behind_the_picture_is_gone(owner: User) -> None:
    photo = processed(owner, corpus.polyglot_jpeg())
    assert all(b"CANARY" not in photo.path(size).read_bytes() for size in Size)


def test_transparency_becomes_white(owner: User) -> None:
    photo = processed(owner, corpus.transparent_png())
    assert opened(photo, Size.THUMB).convert("RGB").getpixel((50, 50)) == (255, 255, 255)


def test_the_file_as_sent_is_removed(owner: User, media: Path) -> None:
    photo = processed(owner, corpus.jpeg_from_a_phone())
    assert photo.incoming_name == ""
    assert not list(incoming_folder().iterdir())


@pytest.mark.parametrize("kind", corpus.REFUSED_BY_THE_WORKER)
def test_an_unreadable_picture_is_refused_and_the_owner_can_be_told(kind: str, owner: User) -> None:
    photo = processed(owner, corpus.REFUSED_BY_THE_WORKER[kind]())
    assert photo.state == PhotoState.REFUSED
    assert photo.refusal == RefusalReason.UNREADABLE
    assert not photo.folder.exists()
    assert not list(incoming_folder().iterdir())
    event = Event.objects.get(type="photos.photo.refused")
    assert event.subject_id == owner.pk
    assert event.payload == {"photo": str(photo.id), "purpose": PURPOSE, "reason": "unreadable"}


def test_a_second_run_does_nothing(owner: User) -> None:
    photo = processed(owner, corpus.jpeg())
    before = photo.path(Size.LARGE).stat().st_mtime_ns
    assert services.process_waiting_photo(photo_id=photo.id) is None
    assert photo.path(Size.LARGE).stat().st_mtime_ns == before


def test_a_worker_that_dies_half_way_loses_nothing(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    photo = sent(owner, corpus.jpeg())
    write = services.write_copy
    written: list[Size] = []

    def dies(photo: Photo, size: Size, content: bytes) -> None:
        if written:
            raise KeyboardInterrupt
        write(photo, size, content)
        written.append(size)

    monkeypatch.setattr(services, "write_copy", dies)
    with pytest.raises(KeyboardInterrupt):
        services.process_waiting_photo(photo_id=photo.id)
    photo.refresh_from_db()
    assert (photo.state, photo.attempts) == (PhotoState.WAITING, 1)
    assert photo.incoming_path.is_file()
    monkeypatch.setattr(services, "write_copy", write)
    assert services.process_waiting_photo(photo_id=photo.id) == PhotoState.READY


def test_a_picture_that_kills_every_worker_is_given_up(owner: User) -> None:
    photo = sent(owner, corpus.jpeg())
    Photo.objects.filter(pk=photo.pk).update(attempts=MAX_ATTEMPTS)
    assert services.process_waiting_photo(photo_id=photo.id) == PhotoState.REFUSED


def test_a_lost_file_is_told_as_such(owner: User) -> None:
    photo = sent(owner, corpus.jpeg())
    photo.incoming_path.unlink()
    services.process_waiting_photo(photo_id=photo.id)
    photo.refresh_from_db()
    assert photo.refusal == RefusalReason.MISSING


def test_the_sweep_finds_what_was_missed(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    old, new = sent(owner, corpus.jpeg()), sent(owner, corpus.jpeg())
    Photo.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(minutes=5))
    found: list[UUID] = []
    monkeypatch.setattr("portal.photos.tasks.process_photo.delay", lambda photo_id: found.append(UUID(photo_id)))
    tasks.sweep_photos()
    assert found == [old.id]
    assert new.incoming_path.is_file()


def test_files_without_a_photo_are_removed_after_a_while(owner: User) -> None:
    kept = sent(owner, corpus.jpeg())
    orphan = incoming_folder() / "0123"
    orphan.write_bytes(b"rolled back")
    assert services.remove_orphans() == 0
    assert services.remove_orphans(now=timezone.now() + timedelta(hours=2)) == 1
    assert kept.incoming_path.is_file()
    assert not orphan.exists()


def test_deleting_removes_row_and_files(owner: User, media: Path) -> None:
    photo, waiting = processed(owner, corpus.jpeg()), sent(owner, corpus.jpeg())
    for each in (photo, waiting):
        services.delete_photo(photo=each)
    assert not Photo.objects.exists()
    assert not [path for path in media.rglob("*") if path.is_file()]
    with pytest.raises(TypeError):
        waiting.delete()
