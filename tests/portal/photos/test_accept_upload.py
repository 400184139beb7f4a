"""What is taken in, what is refused before anything is decoded, and what the sender is told."""

from pathlib import Path

import pytest
from PIL import Image

from portal.accounts.models import User
from portal.errors import Invalid
from portal.photos import services
from portal.photos.models import Photo, PhotoState
from tests.portal.photos import corpus
from tests.portal.photos.conftest import PURPOSE

# Pillow only warns of a bomb; the portal refuses it.
pytestmark = pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")


@pytest.mark.parametrize("kind", corpus.GOOD)
def test_a_picture_is_taken_in_and_waits(kind: str, owner: User, media: Path) -> None:
    content = corpus.GOOD[kind]()
    photo = services.accept_upload(actor=owner, file=corpus.upload(content, "我的照片.png"), purpose=PURPOSE)
    assert photo.state == PhotoState.WAITING
    assert photo.incoming_path.read_bytes() == content
    assert photo.incoming_path.parent.stat().st_mode & 0o077 == 0
    assert "照片" not in photo.incoming_name


@pytest.mark.parametrize("kind", corpus.REFUSED_AT_THE_DOOR)
def test_anything_else_is_refused_with_a_clear_sentence(kind: str, owner: User, media: Path) -> None:
    make, code = corpus.REFUSED_AT_THE_DOOR[kind]
    with pytest.raises(Invalid) as refused:
        services.accept_upload(actor=owner, file=corpus.upload(make(), "photo.png", "image/png"), purpose=PURPOSE)
    assert refused.value.code == code
    assert refused.value.field == "photos"
    assert not Photo.objects.exists()
    assert not list(media.rglob("*"))


def test_the_bomb_is_small_on_the_wire_and_is_not_decoded(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = corpus.png_bomb()
    assert len(bomb) < 20 * 1024

    def decoded(*args: object, **kwargs: object) -> None:
        raise AssertionError("decoded in the request")

    monkeypatch.setattr(Image.Image, "load", decoded)
    with pytest.raises(Invalid, match="12000×12000"):
        services.accept_upload(actor=owner, file=corpus.upload(bomb), purpose=PURPOSE)


def test_a_purpose_nobody_answers_for_takes_no_photo(owner: User) -> None:
    with pytest.raises(ValueError, match=r"nobody\.asked"):
        services.accept_upload(actor=owner, file=corpus.upload(corpus.jpeg()), purpose="nobody.asked")


def test_one_person_cannot_fill_the_disk(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "MAX_PER_DAY", 2)
    for _ in range(2):
        services.accept_upload(actor=owner, file=corpus.upload(corpus.jpeg()), purpose=PURPOSE)
    with pytest.raises(Invalid) as refused:
        services.accept_upload(actor=owner, file=corpus.upload(corpus.jpeg()), purpose=PURPOSE)
    assert refused.value.code == "photo_daily_share"


def test_the_worker_is_woken_after_commit_and_a_broker_that_is_away_does_no_harm(
    owner: User, django_capture_on_commit_callbacks: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    woken: list[str] = []

    def away(photo_id: str) -> None:
        woken.append(photo_id)
        raise ConnectionError("broker is away")

    monkeypatch.setattr("portal.photos.tasks.process_photo.delay", away)
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        photo = services.accept_upload(actor=owner, file=corpus.upload(corpus.jpeg()), purpose=PURPOSE)
        assert woken == []
    assert woken == [str(photo.id)]
