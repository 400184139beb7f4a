"""Photos of a wish: of the matter as posted, and of the matter done (1–9 each, a setting of the place)."""

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.errors import Conflict, Invalid, NotAllowed
from portal.photos.models import Photo
from portal.photos.services import delete_photo
from wishes.wishes.domain import Action, PhotoRole
from wishes.wishes.limits import photos_max
from wishes.wishes.models import Claim, Wish, WishPhoto
from wishes.wishes.policies import require
from wishes.wishes.services.steps import locked


@transaction.atomic
def attach_photo(*, actor: User, wish: Wish, photo: Photo) -> WishPhoto:
    """Adds one of the actor's own photos to a draft or an unclaimed wish.

    Raises `Invalid` (field "photos") beyond the place's maximum, `NotAllowed` for somebody else's photo or wish.
    """
    wish = locked(wish)
    require(actor, Action.EDIT, wish)
    return add_photos(wish, [photo], actor=actor, role=PhotoRole.REQUEST)[0]


@transaction.atomic
def remove_photo(*, actor: User, wish: Wish, wish_photo: WishPhoto) -> None:
    """Takes a photo of the request off again, until the wish is claimed. Raises `NotAllowed`, `Conflict`."""
    wish = locked(wish)
    require(actor, Action.EDIT, wish)
    shown = wish.photos.filter(pk=wish_photo.pk, role=PhotoRole.REQUEST).select_related("photo").first()
    if shown is None:
        raise Conflict(_("这张照片已经拿掉了。"), code="gone")
    delete_photo(photo=shown.photo)


def add_photos(
    wish: Wish, photos: Sequence[Photo], *, actor: User, role: PhotoRole, claim: Claim | None = None
) -> list[WishPhoto]:
    """Links photos of the actor to a locked wish, in the order given."""
    if any(photo.owner_id != actor.pk for photo in photos):
        raise NotAllowed(_("只能用自己传的照片。"))
    if WishPhoto.objects.filter(photo__in=photos).exists():
        raise Conflict(_("这张照片已经用过了。"), code="photo_used")
    there = wish.photos.filter(role=role, round=wish.reopen_count, claim=claim).count()
    most = photos_max(wish.territory)
    if there + len(photos) > most:
        raise Invalid(_("最多放{most}张照片。").format(most=most), code="too_many", field="photos")
    return [
        WishPhoto.objects.create(
            wish=wish, photo=photo, role=role, round=wish.reopen_count, claim=claim, position=there + place
        )
        for place, photo in enumerate(photos, start=1)
    ]
