"""Photos of wishes: who may see them, and what their owner hears when one could not be used."""

from portal.photos.models import Photo
from portal.photos.policies import Viewer, register_photo_policy
from wishes.wishes.models import Wish

PHOTO_PURPOSE = "wishes.wish"


def may_see_wish_photo(user: Viewer, photo: Photo) -> bool:
    """Its owner, and whoever may see the wish it belongs to; one that belongs to none is its owner's alone."""
    if user.pk is not None and user.pk == photo.owner_id:
        return True
    return Wish.objects.visible_to(user).filter(photos__photo=photo).exists()


register_photo_policy(PHOTO_PURPOSE, may_see_wish_photo)
