"""Serving the clean copies of photos, to those who may see them."""

from uuid import UUID

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from portal.photos.domain import Size
from portal.photos.models import Photo, PhotoState, photos_root
from portal.photos.policies import may_see_photo

CONTENT_TYPE = "image/webp"


@require_safe
def photo(request: HttpRequest, photo_id: UUID, size: str) -> HttpResponseBase:
    """One size of a photo; 404 for those who may not see it, as for those that do not exist."""
    try:
        wanted = Size(size)
        found = Photo.objects.get(pk=photo_id, state=PhotoState.READY)
    except (ValueError, Photo.DoesNotExist):
        raise Http404 from None
    if not may_see_photo(request.user, found):
        raise Http404
    response = _file_response(found, wanted)
    response["X-Content-Type-Options"] = "nosniff"
    # Private: no shared cache keeps what only some may see. One hour, so that a withdrawn right ends soon.
    response["Cache-Control"] = "private, max-age=3600"
    response["Content-Disposition"] = f'inline; filename="photo-{found.id.hex[:8]}-{wanted.value}.webp"'
    patch_vary_headers(response, ["Cookie"])
    return response


def _file_response(found: Photo, size: Size) -> HttpResponseBase:
    """The file itself, or a note to nginx where to find it (`PHOTOS_ACCEL_PREFIX`)."""
    path = found.path(size)
    prefix: str = getattr(settings, "PHOTOS_ACCEL_PREFIX", "")
    if prefix:
        response = HttpResponse(content_type=CONTENT_TYPE)
        response["X-Accel-Redirect"] = f"{prefix.rstrip('/')}/{path.relative_to(photos_root()).as_posix()}"
        return response
    try:
        return FileResponse(path.open("rb"), content_type=CONTENT_TYPE)
    except FileNotFoundError:
        raise Http404 from None
