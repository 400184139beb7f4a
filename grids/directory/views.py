"""Finding one's grid, and the page each grid publishes (docs/domain.md §5)."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from grids.directory.forms import PointForm
from grids.directory.page import grid_page
from grids.directory.posters import TEMPLATE, poster_of
from grids.duty.policies import may_read_board
from grids.roles.queries import residency_of
from grids.territory.browsing import Finding, children, search_places, starting_places
from grids.territory.domain import CODE_LENGTHS, Level
from grids.territory.forms import SearchForm
from grids.territory.models import Territory
from grids.territory.numbers import grid_by_number
from grids.territory.services import locate_grid
from portal.errors import Unavailable
from portal.paper import pdf_response

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
    if found is None or found.dissolved_on is not None:
        present = grid_by_number(code) if len(code) == CODE_LENGTHS[Level.GRID] else None
        if present is None:
            raise Http404
        messages.info(request, _("编号 %(code)s 现在是%(name)s。") % {"code": code, "name": present.name})
        return redirect("grid_page", code=present.code)
    if found.level == Level.GRID:
        return render(request, "grids/directory/grid.html", grid_page(found))
    above = found.ancestors()[:-1]
    context = {
        "place": found,
        "above": [a for a in above if a.level >= Level.PROVINCE],
        "places": [Finding(child, "") for child in children(found)],
        "duty": found.level == Level.COMMUNITY and may_read_board(request.user, found),
        "back": reverse("grid_page", args=[above[-1].code]) if found.level > Level.DISTRICT else reverse("grid_finder"),
    }
    return render(request, "grids/directory/place.html", context)


def _present_grid(code: str) -> Territory:
    """The living grid for a number it has or once had. Raises Http404."""
    found = grid_by_number(code) if len(code) >= CODE_LENGTHS[Level.GRID] else None
    if found is None:
        raise Http404
    return found


@require_safe
def wish(request: HttpRequest, code: str) -> HttpResponse:
    """Where the code on a poster leads: a wish in this grid. The address stays when the number changes."""
    grid = _present_grid(code)
    return redirect(f"{reverse('home')}wishes/new/?grid={grid.code}")


@require_safe
def poster(request: HttpRequest, code: str) -> HttpResponse:
    """A poster to hang up: as a page, and to print as A4 PDF with `?as=pdf`."""
    grid = _present_grid(code)
    context: dict[str, Any] = {"poster": poster_of(grid)}
    if request.GET.get("as") == "pdf":
        try:
            return pdf_response(TEMPLATE, {"posters": [context["poster"]]}, name=f"grid-{grid.code}")
        except Unavailable as gone:
            context["unavailable"] = gone.message
    return render(request, "grids/directory/poster.html", context)
