"""Long work as its owner sees it: how far it is, and what came of it."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from portal.accounts.models import User
from portal.jobs import services
from portal.jobs.models import Job

PAGE = 20


@login_required
@require_safe
def jobs(request: HttpRequest) -> HttpResponse:
    """What a person asked for, newest first. `?before=` continues below one of them."""
    own = Job.objects.of(cast(User, request.user))
    before = request.GET.get("before", "")
    if before.isascii() and before.isdigit() and len(before) < 19:
        own = own.filter(pk__lt=int(before))
    rows = list(own[: PAGE + 1])
    shown, is_more = rows[:PAGE], len(rows) > PAGE
    next_url = f"?before={shown[-1].pk}" if is_more else ""
    return render(request, "jobs/list.html", {"jobs": shown, "next_url": next_url})


@login_required
@never_cache
@require_safe
def job(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """How far one job is. The page asks again by itself: its script for the part that changes, without script as a
    whole."""
    found = get_object_or_404(Job, owner=cast(User, request.user), uuid=uuid)
    template = "jobs/_state.html" if request.headers.get("X-Part") == "state" else "jobs/job.html"
    return render(request, template, {"job": found})


@login_required
@never_cache
@require_safe
def file(request: HttpRequest, uuid: UUID) -> HttpResponseBase:
    """The result, for its owner."""
    found = get_object_or_404(Job, owner=cast(User, request.user), uuid=uuid)
    return file_response(user=cast(User, request.user), job=found)


def file_response(*, user: User, job: Job) -> HttpResponseBase:
    """The file as something to be saved, never shown; no cache keeps it. Raises `Conflict`, `NotAllowed`,
    Http404."""
    path = services.fetch_result(actor=user, job=job)
    try:
        content = path.open("rb")
    except FileNotFoundError:
        raise Http404 from None
    response = FileResponse(content, as_attachment=True, filename=job.result_name, content_type=job.content_type)
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response
