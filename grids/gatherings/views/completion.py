"""完成情况: what each organisation has held of what is required, for its officers and those above."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from grids.gatherings.completion import LEVELS, Completion, Line, scope_for
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
    lines = found.lines
    owing = request.GET.get("show") == "owing"
    if owing:
        lines = [line for line in lines if line.sums.overdue or line.sums.owed]
    after = request.GET.get("after", "")
    start = next((number for number, line in enumerate(lines, 1) if str(line.organisation.pk) == after), 0)
    paths, place = watched_paths(user), scope.place
    context: dict[str, Any] = {
        "scope": scope,
        "place": place,
        "above": [
            each
            for each in (place.ancestors()[:-1] if place is not None else ())
            if each.level in LEVELS and any(str(each.path).startswith(path) for path in paths)
        ],
        "lines": lines[start : start + PAGE_SIZE],
        "totals": found.totals,
        "owing": owing,
        "year": today.year,
        "kinds": GatheringKind,
        "previous_url": _address(request, lines, start - PAGE_SIZE) if start else "",
        "next_url": _address(request, lines, start + PAGE_SIZE) if len(lines) > start + PAGE_SIZE else "",
        "problem": problem,
    }
    status = problem.status if problem is not None else 200
    return render(request, "grids/gatherings/completion.html", context, status=status)


def _address(request: HttpRequest, lines: list[Line], start: int) -> str:
    """The page that begins at this line: behind the one before it, whatever was added meanwhile."""
    params = request.GET.copy()
    params.pop("after", None)
    if start > 0:
        params["after"] = str(lines[start - 1].organisation.pk)
    return f"?{params.urlencode()}"


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
