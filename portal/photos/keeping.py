"""Photos of a form not sent yet: taken in at once and kept by their ids, so that a mistake elsewhere loses none."""

from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.errors import Invalid
from portal.photos.models import Photo
from portal.photos.services import accept_upload, delete_photo


def kept_photos(
    request: HttpRequest,
    actor: User,
    *,
    purpose: str,
    unused: Q,
    most: int,
    fields: tuple[str, ...] = ("photos", "camera"),
    kept_as: str = "kept",
) -> tuple[list[Photo], list[str]]:
    """The photos that the form has so far, those it was sent with now among them, and what was wrong with others.

    `unused` says which photos of the purpose belong to nothing yet; only those of the actor are looked at. A photo
    named by the button "remove" is removed.
    """
    kept = _kept(request.POST.getlist(kept_as), actor, purpose, unused)
    removed = request.POST.get("remove", "")
    for photo in [each for each in kept if str(each.pk) == removed]:
        delete_photo(photo=photo)
        kept.remove(photo)
    problems: list[str] = []
    files: list[UploadedFile[bytes]] = [file for name in fields for file in request.FILES.getlist(name)]
    for file in files:
        if len(kept) >= most:
            problems.append(_("最多放{most}张照片。").format(most=most))
            break
        try:
            kept.append(accept_upload(actor=actor, file=file, purpose=purpose))
        except Invalid as error:
            problems.append(_("{name}：{reason}").format(name=file.name, reason=error.message))
    return kept, problems


def _kept(texts: list[str], actor: User, purpose: str, unused: Q) -> list[Photo]:
    ids = []
    for text in texts:
        try:
            ids.append(UUID(text))
        except ValueError:
            continue
    mine = Photo.objects.filter(unused, pk__in=ids, owner=actor, purpose=purpose)
    return sorted(mine, key=lambda photo: ids.index(photo.pk))
