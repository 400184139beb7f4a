"""Who gets a photo, and with which headers."""

import uuid

import pytest
from django.test import Client

from portal.accounts.models import User
from portal.photos import services
from portal.photos.domain import Size
from portal.photos.models import Photo
from tests.portal.photos import corpus
from tests.portal.photos.conftest import PURPOSE


@pytest.fixture
def photo(owner: User) -> Photo:
    sent = services.accept_upload(actor=owner, file=corpus.upload(corpus.jpeg()), purpose=PURPOSE)
    services.process_waiting_photo(photo_id=sent.id)
    return Photo.objects.get(pk=sent.id)


@pytest.fixture
def owners_client(owner: User, client: Client) -> Client:
    client.force_login(owner, backend="portal.accounts.backends.AccountBackend")
    return client


@pytest.mark.parametrize("size", Size)
def test_its_owner_sees_every_size(size: Size, photo: Photo, owners_client: Client) -> None:
    response = owners_client.get(photo.url(size))
    assert response.status_code == 200
    assert b"".join(response.streaming_content) == photo.path(size).read_bytes()  # type: ignore[attr-defined]
    assert response["Content-Type"] == "image/webp"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cache-Control"] == "private, max-age=3600"
    assert "Cookie" in response["Vary"]
    assert response["Content-Disposition"] == f'inline; filename="photo-{photo.id.hex[:8]}-{size}.webp"'


def test_for_everybody_else_it_does_not_exist(photo: Photo, client: Client) -> None:
    assert client.get(photo.thumb_url).status_code == 404
    other = User.objects.create_user(phone="+8613800000002")
    client.force_login(other, backend="portal.accounts.backends.AccountBackend")
    assert client.get(photo.thumb_url).status_code == 404


def test_a_purpose_nobody_answers_for_is_seen_by_nobody(photo: Photo, owners_client: Client) -> None:
    Photo.objects.update(purpose="wing.removed")
    assert owners_client.get(photo.thumb_url).status_code == 404


def test_what_is_not_there_is_not_found(photo: Photo, owners_client: Client) -> None:
    assert owners_client.get(f"/photos/{uuid.uuid4()}/thumb/").status_code == 404
    assert owners_client.get(f"/photos/{photo.id}/original/").status_code == 404
    photo.path(Size.THUMB).unlink()
    assert owners_client.get(photo.thumb_url).status_code == 404


def test_a_waiting_photo_is_not_served(owner: User, owners_client: Client) -> None:
    waiting = services.accept_upload(actor=owner, file=corpus.upload(corpus.jpeg()), purpose=PURPOSE)
    assert owners_client.get(waiting.large_url).status_code == 404


def test_only_reading(photo: Photo, owners_client: Client) -> None:
    assert owners_client.head(photo.thumb_url).status_code == 200
    assert owners_client.post(photo.thumb_url).status_code == 405


def test_nginx_sends_the_file_where_it_is_told_to(photo: Photo, owners_client: Client, settings: object) -> None:
    settings.PHOTOS_ACCEL_PREFIX = "/_photos/"  # type: ignore[attr-defined]
    response = owners_client.get(photo.thumb_url)
    assert response["X-Accel-Redirect"] == f"/_photos/{photo.id.hex[:2]}/{photo.id.hex}/thumb.webp"
    assert response.content == b""
