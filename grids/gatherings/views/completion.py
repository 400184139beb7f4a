"""完成情况: what each organisation has held of what is required, for its officers and those above."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from grids.gatherings.completion import LEVELS, Completion, scope_for
from grids.gatherings.domain import GatheringKind
from grids.gatherings.exporting import ask_export
from grids.gatherings.policies import watched_paths
from grids.gatherings.views.access import person_of
from portal.errors import DomainError

PAGE_SIZE = 12


@login_required
@require_safe
def completion(request: HttpRequest) -> HttpResponse:
    """The numbers of a place or of what one leads, a page of organisations at a time."""
    return completion_page(request, request.GET.get("place", ""))


def completion_page(request: HttpRequest, code: str, *, problem: DomainError | None = None) -> HttpResponse:
    """The page, with what a service refused above it."""
    user = person_of(request)
    scope = scope_for(user, code)
    today = timezone.localdate()
    found = Completion(user, scope, today)
    owing = request.GET.get("show") == "owing"
    lines, page = found.page(request, size=PAGE_SIZE, owing=owing)
    paths, place = watched_paths(user), scope.place
    context: dict[str, Any] = {
        "scope": scope,
        "place": place,
        "above": [
            each
            for each in (place.ancestors()[:-1] if place is not None else ())
            if each.level in LEVELS and any(str(each.path).startswith(path) for path in paths)
        ],
        "lines": lines,
        "totals": found.kept_totals,
        "owing": owing,
        "year": today.year,
        "kinds": GatheringKind,
        "previous_url": page.previous_url,
        "next_url": page.next_url,
        "problem": problem,
    }
    status = problem.status if problem is not None else 200
    return render(request, "grids/gatherings/completion.html", context, status=status)


@login_required
@require_POST
def export(request: HttpRequest) -> HttpResponse:
    """The same as a file, made in the background."""
    code = request.POST.get("place", "")
    try:
        job = ask_export(actor=person_of(request), code=code, file_format=request.POST.get("format", ""))
    except DomainError as error:
        return completion_page(request, code, problem=error)
    return redirect(job)
