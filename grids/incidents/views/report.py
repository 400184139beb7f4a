"""Reporting something: one page for staff on their round and for residents, nothing needed but a form."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from grids.incidents.forms import ReportForm
from grids.incidents.limits import PHOTOS_MAX
from grids.incidents.models import Incident
from grids.incidents.services import collect_incident, incidents_like, join_incident
from grids.incidents.services.pictures import PHOTO_PURPOSE
from grids.incidents.views.access import member_of, sent
from grids.incidents.views.lists import Row
from grids.incidents.views.places import place_choices, place_of, starting_place
from grids.roles.domain import HANDLER_ROLES
from grids.roles.queries import holds_anywhere
from grids.territory.browsing import search_places
from grids.territory.domain import Level
from portal.accounts.models import User
from portal.errors import DomainError
from portal.photos.keeping import kept_photos
from portal.photos.models import Photo
from portal.taking import add_domain_error

UNUSED = Q(incident_photo=None)


@dataclass(frozen=True)
class Errand:
    """On what occasion somebody reports: where from, and who keeps it. Another feature brings its own."""

    place: str = ""
    spot: str = ""
    collect: Callable[..., Incident] = collect_incident
    join: Callable[..., Incident] = join_incident
    # In words, and the page it began on, to which it leads back.
    occasion: str = ""
    back: str = ""


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest) -> HttpResponse:
    """What, where, a photo: reported, or reported and solved on the spot in the same step."""
    errand = Errand(place=request.GET.get("place", ""), spot=request.GET.get("spot", "")[:80])
    return report_page(request, member_of(request), errand)


def report_page(request: HttpRequest, member: User, errand: Errand) -> HttpResponse:
    """The page of an errand and what comes of it."""
    words = request.GET.get("q", "").strip()[:40]
    code = request.POST.get("start", "") or errand.place
    start = None if "search" in request.GET or words else starting_place(member, code)
    form = ReportForm(
        sent(request),
        places=place_choices(start),
        solves=holds_anywhere(member, HANDLER_ROLES),
        initial={"place": start.code if start else "", "spot": errand.spot},
    )
    near: list[Incident] = []
    before, problems = _photos(request, member)
    after, problems_after = _photos(request, member, after=True)
    problems += problems_after
    if request.method == "POST" and not {"add", "remove"} & set(request.POST):
        if form.is_valid() and not problems:
            near = [] if "distinct" in request.POST else _near(form)
            joined = next((one for one in near if str(one.pk) == request.POST.get("join")), None)
            if joined is not None or not near:
                reported = _collect(request, member, errand, form, before, after, joined)
                if reported is not None:
                    return redirect(errand.back or reported)
    elif request.method == "POST":
        # A photo was added or taken off: what is written stays, and nothing is complained of yet.
        form = ReportForm(places=place_choices(start), solves="solved" in form.fields, initial=request.POST.dict())
    failed = bool(form.errors or problems)
    asks = bool(near) and not failed
    context: dict[str, Any] = {
        "form": form,
        "errand": errand,
        "start": start,
        "words": words,
        "found": search_places(words, [Level.COMMUNITY]) if len(words) > 1 else [],
        "kept": before,
        "kept_after": after,
        "photo_problems": problems,
        "most": PHOTOS_MAX,
        "near": [Row(one) for one in near],
    }
    return render(request, "grids/incidents/report.html", context, status=400 if failed else 409 if asks else 200)


def _collect(
    request: HttpRequest,
    member: User,
    errand: Errand,
    form: ReportForm,
    before: list[Photo],
    after: list[Photo],
    joined: Incident | None,
) -> Incident | None:
    """The one service call; where it refuses, the form says why and nothing typed is lost."""
    data = form.cleaned_data
    place = place_of(form.point, data["place"])
    if place is None:
        form.add_error("place", _("请选在哪里。"))
        return None
    try:
        if joined is not None:
            errand.join(actor=member, incident=joined, words=data["words"], photos=before)
            messages.success(request, _("加上您的了，办得怎样都会告诉您。"))
            return joined
        incident = errand.collect(
            actor=member,
            category=data["category"],
            place=place,
            spot=data["spot"],
            words=data["words"],
            point=form.point,
            photos=before,
            solved=data.get("solved", False),
            note=data.get("note", ""),
            photos_after=after,
        )
    except DomainError as error:
        add_domain_error(form, error)
        return None
    messages.success(request, _("收到了，编号 {number}。").format(number=incident.number))
    return incident


def _near(form: ReportForm) -> list[Incident]:
    """Open incidents that may be the same thing."""
    place = place_of(form.point, form.cleaned_data["place"])
    return incidents_like(form.cleaned_data["category"], place, form.point) if place is not None else []


def _photos(request: HttpRequest, member: User, *, after: bool = False) -> tuple[list[Photo], list[str]]:
    suffix = "_after" if after else ""
    return kept_photos(
        request,
        member,
        purpose=PHOTO_PURPOSE,
        unused=UNUSED,
        most=PHOTOS_MAX,
        fields=(f"photos{suffix}", f"camera{suffix}"),
        kept_as=f"kept{suffix}",
    )
