"""Taking photos in, making clean copies of them, and removing them."""

from django.core.files.uploadedfile import UploadedFile

from portal.accounts.models import User
from portal.photos.models import Photo


def accept_upload(*, actor: User, file: UploadedFile, purpose: str) -> Photo:
    """Takes a picture in and leaves it waiting for `process_photo`.

    Format, bytes and pixels are read from the content, before anything is decoded. Raises `Invalid` (field "photos")
    with a sentence for the sender when the file is not a JPEG, PNG, WebP or HEIC picture, too large, or one too many
    for today.
    """
    raise NotImplementedError


def process_waiting(photo_id: object) -> None:
    raise NotImplementedError


def delete_photo(*, photo: Photo) -> None:
    """Removes a photo and all of its files once the transaction has been committed."""
    raise NotImplementedError
