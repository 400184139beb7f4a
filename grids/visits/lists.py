"""The list of those who answer for a place: who is late, who is due, who was visited this month."""

from datetime import datetime, time
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from grids.pairing.policies import handles
from grids.pairing.scope import LEVELS, handled_place, person
from grids.territory.domain import STEP, Level
from grids.territory.models import Territory
from grids.visits.domain import Standing
from grids.visits.models import CareDue, Visit
from grids.visits.policies import is_near
from grids.visits.queries import VisitNumbers, numbers_by, numbers_of
from grids.visits.views import NEWEST
from portal.deadlines.domain import TIME_ZONE
from portal.keyset import Key, keyset_page, read_id

PAGE_SIZE = 30
TABS = (("late", _("过了日子的")), ("due", _("该去的")), ("done", _("本月走过的")), ("care", _("全部关照户")))
STANDINGS = {"late": Standing.OVERDUE, "due": Standing.DUE, "care": None}


def read_day(text: str) -> str:
    """A day as it stands in an address. Raises ValueError."""
    return datetime.strptime(text, "%Y-%m-%d").date().isoformat()


BY_DAY = (Key("due_on", read_day), Key("pk", read_id))


@login_required
@require_safe
@never_cache
def visits(request: HttpRequest) -> HttpResponse:
    """Numbers for everybody who handles the place; doors for the staff of the grid and the community."""
    user = person(request)
    place = handled_place(user, request.GET.get("place", ""))
    near, show = is_near(user, place), request.GET.get("show", "late")
    show = show if show in dict(TABS) else "late"
    context: dict[str, Any] = {
        "place": place,
        "above": [each for each in place.ancestors()[:-1] if each.level in LEVELS and handles(user, each)],
        "numbers": numbers_of(place),
        "near": near,
        "show": show,
        "tabs": TABS,
        "below": _below(place) if place.level < Level.GRID else [],
    }
    if near and show == "done":
        context["page"] = keyset_page(request, done_rows(place), keys=NEWEST, size=PAGE_SIZE, descending=True)
    elif near:
        context["page"] = keyset_page(request, due_rows(place, show), keys=BY_DAY, size=PAGE_SIZE)
    return render(request, "grids/visits/list.html", context)


def due_rows(place: Territory, show: str) -> QuerySet[CareDue]:
    """Households in care below a place, the longest overdue first."""
    rows = CareDue.objects.filter(building__path__startswith=str(place.path))
    if (standing := STANDINGS[show]) is not None:
        rows = rows.filter(standing=standing)
    return rows.select_related("household__building").defer("household__building__boundary")


def done_rows(place: Territory) -> QuerySet[Visit]:
    """Visits of this month below a place."""
    begins = datetime.combine(timezone.localdate().replace(day=1), time(), tzinfo=TIME_ZONE)
    rows = Visit.objects.standing().filter(building__path__startswith=str(place.path), visited_at__gte=begins)
    return rows.select_related("household__building", "visitor").defer("household__building__boundary")


def _below(place: Territory) -> list[tuple[Territory, VisitNumbers]]:
    """The places one level below that have something to tell."""
    found = numbers_by(str(place.path), len(str(place.path)) + STEP)
    rows = Territory.objects.filter(path__in=found, depth=place.depth + 1).defer("boundary").order_by("path")
    return [(each, found[str(each.path)]) for each in rows]
