"""Minutes: written as a draft, signed, read, printed."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from grids.gatherings import services
from grids.gatherings.domain import GatheringState
from grids.gatherings.forms import MinutesForm, ReopenForm
from grids.gatherings.models import Gathering, Minutes
from grids.gatherings.policies import may_organise, may_read_minutes
from grids.gatherings.services.minutes import MOST_PHOTOS
from grids.gatherings.views.access import gathering_or_404, organised_or_403, person_of
from portal.accounts.models import User
from portal.errors import DomainError
from portal.paper import pdf_response
from portal.taking import add_domain_error, take


def _readable(request: HttpRequest, pk: int) -> tuple[Gathering, Minutes]:
    """The gathering and its minutes. Raises Http404 for who may not read them, and where there are none."""
    user = person_of(request)
    found = gathering_or_404(user, pk)
    minutes = Minutes.objects.select_related("signed_by").filter(gathering=found).first()
    if minutes is None or not may_read_minutes(user, found):
        raise Http404
    return found, minutes


@login_required
@require_safe
def minutes(request: HttpRequest, pk: int) -> HttpResponse:
    """会议记录, for the organisation's members and those above it once it is signed."""
    found, text = _readable(request, pk)
    return _page(request, found, text, ReopenForm())


def _page(
    request: HttpRequest, found: Gathering, text: Minutes, form: ReopenForm, *, status: int = 200
) -> HttpResponse:
    context = {
        "gathering": found,
        "minutes": text,
        "photos": [shown.photo for shown in found.photos.select_related("photo")],
        "arranges": may_organise(request.user, found.organisation),
        "form": form,
    }
    return render(request, "grids/gatherings/minutes.html", context, status=status)


@login_required
@require_safe
def paper(request: HttpRequest, pk: int) -> HttpResponse:
    """The same on A4."""
    found, text = _readable(request, pk)
    context = {"gathering": found, "minutes": text}
    return pdf_response("grids/gatherings/minutes_paper.html", context, name=f"minutes-{found.held_on}-{pk}")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """写记录: kept as a draft with each step, signed with the last."""
    user = person_of(request)
    found = organised_or_403(user, pk)
    kept = Minutes.objects.filter(gathering=found).first()
    if request.method != "POST":
        if kept is not None and kept.signed_at is not None:
            return redirect("gathering_minutes", pk=pk)
        return _form_page(request, found, MinutesForm(initial=_initial(kept)))
    form = MinutesForm(request.POST)
    problems: list[str] = []
    status = 400
    if form.is_valid():
        try:
            services.save_minutes(actor=user, gathering=found, **form.given)
            problems = _take_photos(request, user, found)
            if "sign" in request.POST and not problems:
                services.sign_minutes(actor=user, gathering=found)
                messages.success(request, _("签发了，本组织的党员和上级可以看了。"))
                return redirect("gathering_minutes", pk=pk)
        except DomainError as error:
            add_domain_error(form, error)
            status = error.status
        else:
            if not problems:
                messages.success(request, _("草稿存好了。"))
                return redirect("gathering_minutes_edit", pk=pk)
    return _form_page(request, found, form, problems=problems, status=status)


def _initial(kept: Minutes | None) -> dict[str, Any]:
    if kept is None:
        return {}
    return {"text": kept.text, "resolutions": "\n".join(kept.resolutions), "seen": kept.saved_at.isoformat()}


def _take_photos(request: HttpRequest, user: User, found: Gathering) -> list[str]:
    """Photos sent with the form, and the one that its button takes out; what was wrong with others."""
    problems = []
    files: list[UploadedFile[bytes]] = [file for name in ("photos", "camera") for file in request.FILES.getlist(name)]
    for file in files:
        try:
            services.add_photo(actor=user, gathering=found, file=file)
        except DomainError as error:
            problems.append(_("{name}：{reason}").format(name=file.name, reason=error.message))
    try:
        removed = UUID(request.POST.get("remove", ""))
    except ValueError:
        return problems
    services.remove_photo(actor=user, gathering=found, photo=removed)
    return problems


def _form_page(
    request: HttpRequest,
    found: Gathering,
    form: MinutesForm,
    *,
    problems: list[str] | None = None,
    status: int = 200,
) -> HttpResponse:
    if found.state not in (GatheringState.OPEN, GatheringState.CLOSED):
        raise Http404
    context = {
        "gathering": found,
        "form": form,
        "kept": [shown.photo for shown in found.photos.select_related("photo")],
        "photo_problems": problems or [],
        "most": MOST_PHOTOS,
    }
    return render(request, "grids/gatherings/minutes_edit.html", context, status=status)


@login_required
@require_POST
def draft(request: HttpRequest, pk: int) -> HttpResponse:
    """Keeps what is being typed, while typing pauses."""
    user = person_of(request)
    found = organised_or_403(user, pk)
    form = MinutesForm(request.POST)
    if not form.is_valid():
        return HttpResponse(status=400)
    try:
        services.save_minutes(actor=user, gathering=found, **form.given)
    except DomainError as error:
        return HttpResponse(status=error.status)
    return HttpResponse(status=204)


@login_required
@require_POST
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """重新修改: signed minutes become a draft again, with a reason."""
    user = person_of(request)
    found = organised_or_403(user, pk)
    text = Minutes.objects.select_related("signed_by").filter(gathering=found).first()
    if text is None:
        raise Http404
    form = ReopenForm(request.POST)
    status = take(
        request, form, lambda: services.reopen_minutes(actor=user, gathering=found, reason=form.cleaned_data["reason"])
    )
    if status is None:
        return redirect("gathering_minutes_edit", pk=pk)
    return _page(request, found, text, form, status=status)
