"""Finding one's grid, and the page each grid publishes (docs/domain.md §5)."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from grids.directory.forms import PointForm
from grids.directory.page import grid_page
from grids.roles.queries import residency_of
from grids.territory.browsing import Finding, children, search_places, starting_places
from grids.territory.domain import CODE_LENGTHS, Level
from grids.territory.forms import SearchForm
from grids.territory.models import Territory
from grids.territory.services import locate_grid

BROWSED_LEVELS = (Level.DISTRICT, Level.STREET, Level.COMMUNITY, Level.GRID)


@require_safe
def finder(request: HttpRequest) -> HttpResponse:
    """找我的网格: by position, by name, or down the list."""
    return _finder(request)


def _finder(request: HttpRequest, **extra: Any) -> HttpResponse:
    form = SearchForm(request.GET if "q" in request.GET else None)
    words = form.cleaned_data["q"] if form.is_bound and form.is_valid() else ""
    context: dict[str, Any] = {
        "form": form,
        "words": words,
        "found": search_places(words, BROWSED_LEVELS) if words else [],
        "places": [Finding(place, "") for place in starting_places()],
        "residency": residency_of(request.user),
        **extra,
    }
    return render(request, "grids/directory/finder.html", context)


@require_POST
def locate(request: HttpRequest) -> HttpResponse:
    """The grid at a position. Sent by POST, so that where a person stands is kept in no log and no history."""
    form = PointForm(request.POST)
    if not form.is_valid():
        return _finder(request, nowhere=_("没有读到您的位置。请在下面按名字或按列表找。"))
    grid = locate_grid(form.cleaned_data["longitude"], form.cleaned_data["latitude"])
    if grid is None:
        return _finder(request, nowhere=_("您所在的位置还没有划进网格。请在下面按名字或按列表找。"))
    return redirect("grid_page", code=grid.code)


@require_safe
def place(request: HttpRequest, code: str) -> HttpResponse:
    """A grid's public page; for wider places the list of what lies below; a building leads to its grid."""
    if len(code) == CODE_LENGTHS[Level.BUILDING]:
        return redirect("grid_page", code=code[: CODE_LENGTHS[Level.GRID]])
    found: Territory | None = Territory.objects.filter(code=code).first()
    if found is None:
        raise Http404
    if found.level == Level.GRID:
        return render(request, "grids/directory/grid.html", grid_page(found))
    above = found.ancestors()[:-1]
    context = {
        "place": found,
        "above": [a for a in above if a.level >= Level.PROVINCE],
        "places": [Finding(child, "") for child in children(found)],
        "back": reverse("grid_page", args=[above[-1].code]) if found.level > Level.DISTRICT else reverse("grid_finder"),
    }
    return render(request, "grids/directory/place.html", context)
