"""组织生活: what a person is invited to or arranges, month by month; the list of one organisation."""

from datetime import date
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from grids.cells.models import PartyOrganisation
from grids.gatherings.calendar_file import calendar_response
from grids.gatherings.domain import GatheringKind, GatheringState, Period, Unit
from grids.gatherings.models import Attendance, Gathering
from grids.gatherings.policies import OFFICERS, may_organise, part_of, watched_paths
from grids.gatherings.views.access import organisation_or_404, person_of
from grids.roles.queries import paths_of
from portal.accounts.models import User
from portal.formats import month_words
from portal.keyset import Key, keyset_page, read_id

# A month of one person, or of a community's staff; more is seen in the lists of the organisations.
MOST = 120
MOST_ORGANISATIONS = 60
PAGE_SIZE = 20


def month_of(text: str) -> Period:
    """The month that an address such as ?month=2026-11 names; this one where it names none."""
    try:
        return Period.of(date.fromisoformat(f"{text}-01"), Unit.MONTH)
    except ValueError:
        return Period.of(timezone.localdate(), Unit.MONTH)


def organised_by(user: User) -> Q:
    """Organisations whose officer this person is, as a condition on organisations."""
    part = part_of(user)
    condition = Q(pk__in=part.leads if part is not None else ())
    for path in paths_of(user, OFFICERS):
        condition |= Q(territory__path__startswith=path)
    return condition


@login_required
@require_safe
def gatherings(request: HttpRequest) -> HttpResponse:
    """One month: what I am invited to, and what the organisations whose officer I am hold."""
    user, month = person_of(request), month_of(request.GET.get("month", ""))
    part = part_of(user)
    assert part is not None
    organisations = PartyOrganisation.objects.filter(organised_by(user), is_active=True)
    own = list(organisations.order_by("territory__path", "rank", "name")[:MOST_ORGANISATIONS])
    rows = Gathering.objects.filter(part.invitations() | Q(organisation__in=[one.pk for one in own]))
    rows = rows.filter(held_on__gte=month.first, held_on__lt=month.after).select_related("organisation")
    found = list(rows.order_by("starts_at", "pk")[:MOST])
    mine = dict(
        Attendance.objects.filter(user=user, gathering__in=[one.pk for one in found]).values_list(
            "gathering_id", "standing"
        )
    )
    context = {
        "month_words": month_words(month.first),
        "previous": month.before(),
        "next": month.after,
        "rows": [(one, part.is_invited(one), mine.get(one.pk, "")) for one in found],
        "organisations": own,
        "belongs": part.home is not None or bool(part.leads),
        "watches": bool(part.leads or watched_paths(user)),
    }
    return render(request, "grids/gatherings/calendar.html", context)


@login_required
@require_safe
def calendar_file(request: HttpRequest) -> HttpResponse:
    """What I am invited to from today on, for my own calendar; no feed that others could fetch."""
    part = part_of(request.user)
    assert part is not None
    rows = Gathering.objects.filter(part.invitations(), held_on__gte=timezone.localdate())
    return calendar_response(rows.order_by("starts_at")[:MOST], name="calendar")


def read_day(text: str) -> date:
    """A day as it stands in an address. Raises ValueError."""
    return date.fromisoformat(text)


BY_DAY = (Key("held_on", read_day), Key("id", read_id))


@login_required
@require_safe
def gatherings_of(request: HttpRequest, pk: int) -> HttpResponse:
    """What one organisation has planned and held, the newest first; of a kind, of a year."""
    user = person_of(request)
    organisation = organisation_or_404(user, pk)
    rows = organisation.gatherings.all()
    kind, year = request.GET.get("kind", ""), request.GET.get("year", "")
    if kind in GatheringKind.values:
        rows = rows.filter(kind=kind)
    if year.isascii() and year.isdecimal() and len(year) == 4:
        rows = rows.filter(held_on__gte=date(int(year) or 1, 1, 1), held_on__lte=date(int(year) or 1, 12, 31))
    if request.GET.get("held"):
        rows = rows.filter(state=GatheringState.CLOSED)
    context: dict[str, Any] = {
        "organisation": organisation,
        "page": keyset_page(request, rows, keys=BY_DAY, size=PAGE_SIZE, descending=True),
        "kinds": GatheringKind.choices,
        "kind": kind,
        "year": year,
        "arranges": organisation.is_active and may_organise(user, organisation),
    }
    return render(request, "grids/gatherings/of.html", context)
