"""Icons of bootstrap-icons: drawn into the page, or, for what stands around each page, in one file that browsers keep.

The frame's icons would be two fifths of a staff page's HTML. `frame_icons` holds them all; each page names them only.
"""

import re
from functools import cache, lru_cache
from hashlib import sha256

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

# Those of `portal.site.shell`, which cannot be asked: templates are also loaded where the portal's models are not.
FRAME = (
    *("bar-chart", "calendar3", "card-checklist", "cone-striped", "door-open", "envelope", "grid-1x2", "grid-3x3"),
    *("heart", "house", "people", "person", "person-check", "plus-lg", "signpost-split", "sliders", "sun"),
)
_A_YEAR = "public, max-age=31536000, immutable"


@lru_cache(maxsize=256)
def drawing(name: str) -> str:
    """What an icon is drawn with, without the element around it.

    Raises ValueError for what is no name, FileNotFoundError for a name the family does not have.
    """
    if not re.fullmatch(r"[a-z0-9-]+", name):
        raise ValueError(f"not an icon name: {name!r}")
    source = (settings.NODE_MODULES / "bootstrap-icons" / "icons" / f"{name}.svg").read_text(encoding="utf-8")
    inner = re.sub(r"^<svg[^>]*>|</svg>\s*$", "", source.strip())
    return re.sub(r"\s*\n\s*", "", inner)


@cache
def _sprite() -> str:
    symbols = "".join(f'<symbol id="{name}" viewBox="0 0 16 16">{drawing(name)}</symbol>' for name in FRAME)
    return f'<svg xmlns="http://www.w3.org/2000/svg">{symbols}</svg>'


@cache
def sprite_url() -> str:
    """Where the frame's icons are; another address whenever they change."""
    return reverse("frame_icons", args=[sha256(_sprite().encode()).hexdigest()[:12]])


@require_safe
def frame_icons(request: HttpRequest, mark: str) -> HttpResponse:
    """All icons of the frame. A page from before a release names them by another mark, and is not kept for a year."""
    answer = HttpResponse(_sprite(), content_type="image/svg+xml")
    answer["Cache-Control"] = _A_YEAR if request.path == sprite_url() else "no-cache"
    return answer
