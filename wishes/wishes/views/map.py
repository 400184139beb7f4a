"""The map of wishes that wait for somebody, with the same as a list."""

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import condition, require_safe

from grids.roles.queries import community_of
from grids.territory.browsing import starting_places
from grids.territory.domain import Level
from grids.territory.models import Territory
from grids.territory.outlines import map_stamp, shapes_of
from wishes.wishes.map import LEVELS, Band, open_numbers, rows_of
from wishes.wishes.views.access import viewer_of


@require_safe
def wish_map(request: HttpRequest) -> HttpResponse:
    """How many wishes wait in each grid; residents see their own community first."""
    starts = starting_places()
    place = _chosen(request.GET.get("place", "")) or community_of(viewer_of(request))
    if place is None and len(starts) == 1 and starts[0].level in LEVELS:
        place = starts[0]
    rows = rows_of(place, open_numbers(place)) if place else []
    above = [each for each in place.ancestors()[:-1] if each.level in LEVELS] if place else []
    context = {
        "place": place,
        "above": above,
        "starts": starts if place is None else [],
        "rows": rows,
        "total": sum(row.open for row in rows),
        "bands": list(Band),
        "words": {
            "band": {band.key: str(band.words) for band in Band},
            "least": {band.key: band.least for band in Band},
            "label": _("{name}：{number} 个等人认领"),
        },
    }
    return render(request, "wishes/wishes/map.html", context)


def _etag(request: HttpRequest, code: str) -> str:
    return f'"{code}-{map_stamp()}"'


@require_safe
@gzip_page
@condition(etag_func=_etag)
@cache_control(public=True, max_age=300)
def shapes(request: HttpRequest, code: str) -> HttpResponse:
    """The outlines of a place's grids as GeoJSON; a browser that has them is told that they are still the same."""
    place = _chosen(code)
    if place is None:
        raise Http404
    small = {"separators": (",", ":")}
    return JsonResponse(shapes_of(place, map_stamp()), content_type="application/geo+json", json_dumps_params=small)


def _chosen(code: str) -> Territory | None:
    if not (code.isascii() and code.isdecimal()):
        return None
    found: Territory | None = Territory.objects.at(*LEVELS, Level.GRID).defer("boundary").filter(code=code).first()
    return found.ancestor_at(Level.COMMUNITY) if found and found.level == Level.GRID else found
