"""What happens to photos when their owner leaves."""

from typing import Any

from django.dispatch import receiver

from portal.accounts.models import User
from portal.accounts.signals import user_erased
from portal.photos.models import Photo
from portal.photos.services import delete_photo


@receiver(user_erased, dispatch_uid="portal.photos.erase")
def erase(*, user: User, **_kwargs: Any) -> None:
    """No photo an erased person has sent remains, used or not."""
    for photo in Photo.objects.filter(owner=user):
        delete_photo(photo=photo)
