"""Who may see a photo: each wing says so for its own purposes, since only the wing knows what the photo belongs to."""

from collections.abc import Callable
from typing import TypeAlias

from django.contrib.auth.models import AnonymousUser

from portal.accounts.models import User
from portal.photos.models import Photo

Viewer: TypeAlias = "User | AnonymousUser"
PhotoPolicy: TypeAlias = Callable[[Viewer, Photo], bool]

_policies: dict[str, PhotoPolicy] = {}


def register_photo_policy(purpose: str, may_see: PhotoPolicy) -> None:
    """Lets `may_see(user, photo)` decide for all photos of a purpose. Raises ValueError when it is taken."""
    if purpose in _policies and _policies[purpose] is not may_see:
        raise ValueError(f"Photo purpose {purpose!r} has a policy already")
    _policies[purpose] = may_see


def is_registered(purpose: str) -> bool:
    """Whether a wing answers for this purpose."""
    return purpose in _policies


def may_see_photo(user: Viewer, photo: Photo) -> bool:
    """Whether this person may see this photo; a purpose nobody answers for is seen by nobody."""
    policy = _policies.get(photo.purpose)
    return policy is not None and policy(user, photo)
