"""Lists of incidents: the work of the staff, one's own reports, and what everybody may know of a place."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Count, DateTimeField, Q, Value
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from grids.bodies.domain import BodyKind
from grids.bodies.queries import acting_for
from grids.incidents.domain import LIVE_SUMMONS, SETTLED_STATES, Group, PhotoRole, State, SummonsState
from grids.incidents.models import Incident, IncidentPhoto, Summons
from grids.incidents.querysets import IncidentQuerySet
from grids.incidents.views.access import member_of
from grids.roles.domain import HANDLER_ROLES
from grids.roles.queries import holds, holds_anywhere
from grids.territory.domain import Level
from grids.territory.models import Territory
from portal.accounts.models import User
from portal.deadlines.words import Urgency, escalation_words, urgency_of
from portal.keyset import BY_ID, Key, keyset_page, read_id, read_moment
from portal.photos.models import Photo

PAGE_SIZE = 20
MOST_PLACES = 100
# Paused clocks have no due time; they stand behind all others.
NEVER = datetime(9999, 1, 1, tzinfo=UTC)
KEYS = (Key("rank", read_moment, datetime.isoformat), Key("id", read_id))
DONE_DAYS = 30
FILTERS = ("show", "place", "group", "who", "q")


@dataclass(frozen=True)
class Row:
    """One line of a list."""

    incident: Incident
    urgency: Urgency | None = None
    told: str = ""
    photo: Photo | None = None


@dataclass(frozen=True)
class Pill:
    """A selection above the list."""

    label: str | Promise
    url: str
    current: bool
    count: int | None = None


def _scopes(user: User, now: datetime) -> Mapping[str, tuple[str | Promise, Q]]:
    end_of_day = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    doing = ~Q(state=State.VERIFIED)
    return {
        "": (gettext_lazy("全部在办"), doing),
        "mine": (gettext_lazy("我负责的"), doing & (Q(handler=user) | Q(assigned_to=user)) & ~Q(state=State.REPORTED)),
        "late": (gettext_lazy("超时"), doing & Q(due_at__lte=now)),
        "today": (gettext_lazy("今天到期"), doing & Q(due_at__gt=now, due_at__lt=end_of_day)),
        "file": (gettext_lazy("等立案"), Q(state=State.COLLECTED)),
        "handle": (gettext_lazy("等处置"), Q(state__in=[State.FILED, State.DISPATCHED])),
        "verify": (gettext_lazy("等核查"), Q(state=State.REPORTED)),
        "evaluate": (gettext_lazy("等考评"), Q(state=State.VERIFIED)),
        "done": (
            gettext_lazy("近 30 天办好的"),
            Q(state__in=sorted(SETTLED_STATES), verified_at__gte=end_of_day - timedelta(days=DONE_DAYS)),
        ),
    }


COUNTED = ("late", "today", "file", "verify")
# Selections of what nobody has to do anything about any more, but to judge it.
SETTLED = ("evaluate", "done")


@login_required
@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """The work list: open incidents of the places the cadre answers for, what is due first first."""
    user = member_of(request)
    if not holds_anywhere(user, HANDLER_ROLES):
        raise PermissionDenied(_("这里是工作人员的工作台。您现在没有负责的网格或社区。"))
    now = timezone.now()
    params = request.GET
    scopes = _scopes(user, now)
    scope = params.get("show", "") if params.get("show", "") in scopes else ""
    everything = Incident.objects.handled_by(user)
    at_work = everything.work()
    places = list(Territory.objects.filter(pk__in=at_work.values("territory")).defer("boundary")[:MOST_PLACES])
    chosen = _chosen_place(user, params.get("place", ""), places)
    who = int(params["who"]) if re.fullmatch(r"[0-9]{1,18}", params.get("who", "")) else None
    group = params.get("group", "") if params.get("group", "") in Group.values else ""
    words = params.get("q", "").strip()[:20]
    found = (everything if scope in SETTLED else at_work).filter(scopes[scope][1])
    if words:
        found = everything.filter(number__endswith=words.upper())
    if chosen is not None:
        found = found.in_territory(chosen)
    if group:
        found = found.filter(category__group=group)
    if who is not None:
        found = found.in_hand_of([who])
    page = keyset_page(request, _ranked(found.with_surroundings()), keys=KEYS, size=PAGE_SIZE)
    counts = at_work.aggregate(**{key: Count("pk", filter=scopes[key][1]) for key in COUNTED})
    context = {
        "page": page,
        "rows": [Row(each, urgency_of(each.due_at, now), escalation_words(each.escalation)) for each in page.items],
        "pills": [
            Pill(label, link(params, show=key), key == scope, counts.get(key)) for key, (label, _c) in scopes.items()
        ],
        "places": places,
        "chosen": chosen,
        "groups": Group.choices,
        "group": group,
        "words": words,
        "scope": scope,
        "who": who,
        # Somebody is named only by what they have in hand here.
        "whose": next((each.handler or each.assigned_to for each in page.items if who is not None), None),
        "narrowed": bool(scope or chosen or group or words or who),
    }
    return render(request, "grids/incidents/desk.html", context)


def _chosen_place(user: User, code: str, places: list[Territory]) -> Territory | None:
    """The place a list is narrowed to: one of those offered, or a wider one in which the cadre handles matters."""
    if not code:
        return None
    found = next((place for place in places if place.code == code), None)
    if found is None:
        found = Territory.objects.filter(code=code).defer("boundary").first()
        if found is None or not holds(user, HANDLER_ROLES, found):
            return None
        places.insert(0, found)
    return found


def _ranked(found: IncidentQuerySet) -> IncidentQuerySet:
    return found.annotate(rank=Coalesce("due_at", Value(NEVER), output_field=DateTimeField()))


def link(params: QueryDict, **changes: str) -> str:
    """The same list with another filter, from its first page."""
    kept = QueryDict(mutable=True)
    for name in FILTERS:
        if value := changes.get(name, params.get(name, "")):
            kept[name] = value
    return f"?{kept.urlencode()}"


@login_required
@require_safe
def summonses(request: HttpRequest) -> HttpResponse:
    """What the departments are called to for which this person acts: what waits for them, or all there ever was."""
    member = member_of(request)
    bodies = [body for body in acting_for(member) if body.kind == BodyKind.DEPARTMENT]
    if not bodies:
        raise PermissionDenied(_("这里给职能部门的经办人。您现在没有经办的部门。"))
    now = timezone.now()
    called = Summons.objects.filter(body__in=bodies).exclude(state=SummonsState.CALLED_OFF)
    waiting = request.GET.get("show", "") != "all"
    if waiting:
        called = called.filter(state__in=sorted(map(str, LIVE_SUMMONS)))
    called = called.select_related("body", "incident__category", "incident__territory", "incident__community")
    page = keyset_page(request, called, keys=BY_ID, size=PAGE_SIZE, descending=True)
    context = {
        "waiting": waiting,
        "page": page,
        "rows": [
            (one, urgency_of(one.due_at, now) if one.state == SummonsState.WAITING else None) for one in page.items
        ],
    }
    return render(request, "grids/incidents/summonses.html", context)


@login_required
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """What this person reported, the newest first."""
    member = member_of(request)
    reported = Incident.objects.reported_by(member).with_surroundings()
    page = keyset_page(request, reported, keys=BY_ID, size=PAGE_SIZE, descending=True)
    acts = any(body.kind == BodyKind.DEPARTMENT for body in acting_for(member))
    context = {"page": page, "rows": [Row(each) for each in page.items], "acts_for_department": acts}
    return render(request, "grids/incidents/mine.html", context)


@require_safe
def place(request: HttpRequest, code: str) -> HttpResponse:
    """Incidents of a grid or community for everybody: what and how far, never who reported it; photos once verified."""
    where: Territory | None = Territory.objects.filter(code=code).defer("boundary").first()
    if where is None or where.level not in (Level.COMMUNITY, Level.GRID):
        raise Http404
    found = Incident.objects.public()
    found = found.filter(community=where) if where.level == Level.COMMUNITY else found.in_territory(where)
    only_done = request.GET.get("show") == "done"
    if only_done:
        found = found.filter(state__in=sorted(map(str, SETTLED_STATES)))
    page = keyset_page(request, found.with_surroundings(), keys=BY_ID, size=PAGE_SIZE, descending=True)
    shown = public_photos(page.items)
    context: dict[str, Any] = {
        "where": where,
        "page": page,
        "rows": [Row(each, photo=shown.get(each.pk)) for each in page.items],
        "pills": [Pill(_("全部"), "?", not only_done), Pill(_("办好的"), "?show=done", only_done)],
    }
    return render(request, "grids/incidents/place.html", context)


def public_photos(incidents: list[Incident]) -> dict[int, Photo]:
    """For each incident whose photos everybody may see, the newest of after, else of before; one query."""
    open_to_all = [one.pk for one in incidents if one.shows_photos and one.state in SETTLED_STATES]
    photos = IncidentPhoto.objects.filter(incident__in=open_to_all).select_related("photo").order_by("id")
    found: dict[int, tuple[bool, Photo]] = {}
    for shown in photos:
        is_after = shown.role == PhotoRole.AFTER
        if shown.photo.is_ready and (shown.incident_id not in found or is_after or not found[shown.incident_id][0]):
            found[shown.incident_id] = is_after, shown.photo
    return {pk: photo for pk, (_is_after, photo) in found.items()}
