"""Photos of tests lie in a folder of their own, and a purpose of their own says who may see them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib.auth.models import AnonymousUser

from portal.accounts.models import User
from portal.photos import policies
from portal.photos.models import Photo

PURPOSE = "tests.owner_only"


def _owner_only(user: User | AnonymousUser, photo: Photo) -> bool:
    return user.pk == photo.owner_id


@pytest.fixture(autouse=True)
def media(tmp_path: Path, settings: object) -> Path:
    settings.MEDIA_ROOT = tmp_path  # type: ignore[attr-defined]
    return tmp_path


@pytest.fixture(autouse=True)
def _purpose() -> Iterator[None]:
    policies.register_photo_policy(PURPOSE, _owner_only)
    yield
    policies._policies.pop(PURPOSE)


@pytest.fixture
def owner(db: None) -> User:
    return User.objects.create_user(phone="+8613800000001", legal_name="张三")
