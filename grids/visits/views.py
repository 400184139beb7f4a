"""Pages at the door: today's way, the short form, a household and a visit. Made for a phone, and for no network."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from grids.pairing.policies import handles
from grids.pairing.scope import person
from grids.visits import services
from grids.visits.access import household_for, visit_for
from grids.visits.domain import PHOTOS_MOST
from grids.visits.forms import LookForm, NeedForm, VisitForm
from grids.visits.models import Visit
from grids.visits.offline import owner_mark
from grids.visits.panels import Slot, panels_of
from grids.visits.photos import PHOTO_PURPOSE, UNUSED
from grids.visits.policies import is_near, may_correct, may_look, may_read
from grids.visits.route import way_of
from portal.errors import DomainError
from portal.keyset import Key, keyset_page, read_id, read_moment
from portal.outbox.models import Event
from portal.photos.keeping import kept_photos
from portal.taking import add_domain_error

PAGE_SIZE = 20
REVEALED = "grids.visits.revealed"
TOLD_ON_THE_PAGE = (REVEALED, "grids.visits.corrected", "grids.visits.withdrawn")
NEWEST = (Key("visited_at", read_moment, lambda at: at.isoformat()), Key("id", read_id))


@login_required
@require_safe
@never_cache
def today(request: HttpRequest) -> HttpResponse:
    """今天的走访: whom to visit in walking order, what is done, and what waits in the phone for a network."""
    user = person(request)
    context = {"way": way_of(user), "today": timezone.localdate(), "owner": owner_mark(user)}
    return render(request, "grids/visits/today.html", context)


@login_required
@require_safe
@never_cache
def kept(request: HttpRequest) -> HttpResponse:
    """The same as a phone keeps it for when there is no network: doors, and nothing else of anybody."""
    user = person(request)
    context = {"way": way_of(user), "today": timezone.localdate(), "owner": owner_mark(user)}
    return render(request, "grids/visits/kept.html", context)


@login_required
@require_POST
def plan(request: HttpRequest, pk: int) -> HttpResponse:
    """Puts a household on today's way, or takes it off."""
    user = person(request)
    services.plan_visit(actor=user, household=household_for(user, pk), wanted=request.POST.get("wanted") == "1")
    back = request.POST.get("next", "")
    return redirect(back if url_has_allowed_host_and_scheme(back, None) else "visit_today")


@login_required
@require_safe
@never_cache
def household(request: HttpRequest, pk: int) -> HttpResponse:
    """When somebody was at a household's door, and how it went."""
    user = person(request)
    found = household_for(user, pk)
    rows = Visit.objects.filter(household=found).select_related("visitor")
    near = is_near(user, found.building)
    page = keyset_page(request, rows, keys=NEWEST, size=PAGE_SIZE, descending=True)
    context = {
        "household": found,
        "due": getattr(found, "due", None),
        "page": page,
        "rows": [(visit, near or visit.visitor_id == user.pk) for visit in page.items],
        "handles": handles(user, found.building),
    }
    return render(request, "grids/visits/household.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def log(request: HttpRequest, pk: int) -> HttpResponse:
    """记一次走访: how it went, a word, a photo."""
    user = person(request)
    found = household_for(user, pk)
    photos, problems = kept_photos(request, user, purpose=PHOTO_PURPOSE, unused=UNUSED, most=PHOTOS_MOST)
    form = VisitForm(request.POST) if request.method == "POST" else VisitForm()
    if request.method == "POST" and {"add", "remove"} & set(request.POST):
        # A photo was added or taken off: what is written stays, and nothing is complained of yet.
        form = VisitForm(initial={**request.POST.dict(), "topics": request.POST.getlist("topics")})
    elif request.method == "POST" and form.is_valid() and not problems:
        try:
            visit = services.log_visit(actor=user, household=found, photos=photos, **form.cleaned_data)
        except DomainError as error:
            add_domain_error(form, error)
        else:
            messages.success(request, _("记下了，辛苦了。"))
            return redirect(visit)
    context = {
        **_form_context(request, form),
        "household": found,
        "due": getattr(found, "due", None),
        "kept": photos,
        "photo_problems": problems,
    }
    return render(request, "grids/visits/log.html", context, status=400 if form.errors or problems else 200)


@login_required
@require_safe
@never_cache
def blank(request: HttpRequest) -> HttpResponse:
    """The same form without a household: a phone keeps it and fills in the door when there is no network."""
    context = {**_form_context(request, VisitForm()), "frame": "grids/visits/kept_frame.html"}
    return render(request, "grids/visits/log.html", context)


def _form_context(request: HttpRequest, form: VisitForm) -> dict[str, Any]:
    return {"form": form, "most": PHOTOS_MOST, "owner": owner_mark(person(request))}


@login_required
@require_safe
@never_cache
def visit(request: HttpRequest, pk: int) -> HttpResponse:
    """One visit; its words for whoever made it and the staff near by."""
    found = visit_for(person(request), pk)
    return _visit_page(request, found, form=LookForm())


@login_required
@require_POST
@never_cache
def look(request: HttpRequest, pk: int) -> HttpResponse:
    """Reads the words of a visit once, for a reason that is written down."""
    user = person(request)
    found = visit_for(user, pk)
    form = LookForm(request.POST)
    if not form.is_valid():
        return _visit_page(request, found, form=form, status=400)
    words = services.reveal_words(actor=user, visit=found, reason=form.cleaned_data["why"])
    return _visit_page(request, found, form=form, words=words)


def _visit_page(
    request: HttpRequest, found: Visit, *, form: LookForm, words: str | None = None, status: int = 200
) -> HttpResponse:
    user = person(request)
    reads = may_read(user, found)
    looked = words is not None
    context = {
        "visit": found,
        "incident": getattr(getattr(found, "led_to", None), "incident", None),
        "reads": reads,
        "shown": reads or looked,
        "looked": looked,
        "may_look": may_look(user, found),
        "look_form": form,
        "photos": [one.photo for one in found.photos.select_related("photo")] if reads else [],
        **(_story(found) if reads else {}),
        "may_correct": reads and may_correct(user, found, now=timezone.now()),
        "panels": panels_of(request, found, Slot.NEEDS),
    }
    return render(request, "grids/visits/visit.html", context, status=status)


def _story(found: Visit) -> dict[str, Any]:
    """Who looked at the words, and what was put right: what it was before, with who changed it and why."""
    rows = Event.objects.filter(subject_type="grids.visit", subject_id=found.pk, type__in=TOLD_ON_THE_PAGE)
    events = list(rows.select_related("actor", "words").order_by("-pk"))
    changes = {event.payload["number"]: event for event in events if event.type != REVEALED}
    revisions = found.revisions.select_related("household__building") if found.corrections else ()
    return {
        "looks": [event for event in events if event.type == REVEALED],
        "changes": [(was, changes[was.number]) for was in revisions if was.number in changes],
        "withdrawal": changes.get(found.corrections) if found.withdrawn_at else None,
    }


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def need(request: HttpRequest, pk: int) -> HttpResponse:
    """What was found becomes an incident: category and words are asked, the place is known."""
    user = person(request)
    found = visit_for(user, pk)
    if not may_read(user, found):
        raise Http404
    led = getattr(found, "led_to", None)
    if led is not None:
        return redirect(led.incident)
    solves = handles(user, found.building)
    sent = request.POST if request.method == "POST" else None
    form = NeedForm(sent, building=found.building, solves=solves, initial={"words": found.words})
    if request.method == "POST" and form.is_valid():
        try:
            incident = services.report_need(actor=user, visit=found, **form.cleaned_data)
        except DomainError as error:
            add_domain_error(form, error)
        else:
            messages.success(request, _("收到了，编号 {number}。").format(number=incident.number))
            return redirect(incident)
    return render(request, "grids/visits/need.html", {"visit": found, "form": form}, status=400 if form.errors else 200)
