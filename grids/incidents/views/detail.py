"""One incident: what and where, how far it is, what this person may do next."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from grids.incidents.domain import SETTLED_STATES, Action, PhotoRole, SummonsState
from grids.incidents.models import Incident, Summons
from grids.incidents.panels import Slot, along, know_story, panels_of
from grids.incidents.policies import actions_for, is_reporter, knows_particulars, may_reveal
from grids.incidents.services import Reporter, masked_reporter
from grids.incidents.services.steps import current_clock
from grids.incidents.views.access import incident_or_404, know_hands, living_one
from grids.incidents.views.story import REVEALED, levels_for, steps_of
from grids.roles.queries import Person
from portal.accounts.models import User
from portal.deadlines.words import Urgency, urgency_of
from portal.photos.models import Photo

# The one step that comes next in the loop is the primary button; these stand folded away.
FOLDED = frozenset(
    {Action.REJECT, Action.DISPATCH, Action.PASS_UP, Action.FAIL, Action.PAUSE, Action.RESUME}
    | {Action.WHISTLE, Action.CALL_OFF, Action.MERGE}
)
FOREMOST = (
    Action.REPORT_IN,
    Action.ANSWER,
    Action.REPORT_BACK,
    Action.FILE,
    Action.TAKE,
    Action.VERIFY,
    Action.EVALUATE,
    Action.DISPATCH,
    Action.REOPEN,
)


@dataclass(frozen=True)
class Button:
    """A step that can be taken now."""

    label: str
    url: str


@dataclass(frozen=True)
class ShownReport:
    """A report as staff and its reporter see it."""

    reporter: Reporter
    words: str
    reported_at: Any
    url: str
    is_mine: bool


@require_safe
@never_cache
def detail(request: HttpRequest, number: str) -> HttpResponse:
    """The page of an incident, by what the reader is to it: staff, reporter, or anybody."""
    try:
        incident = incident_or_404(request.user, number)
    except Http404:
        # A merged one keeps its number and leads to the living one, for whoever knew it.
        if (living := living_one(number)) is None:
            raise
        return redirect(living)
    if incident.merged_into_id is not None and (living := living_one(number)) is not None:
        return redirect(living)
    now = timezone.now()
    staff, reporter = knows_particulars(request.user, incident), is_reporter(request.user, incident)
    if staff:
        know_hands(incident)
    clock = current_clock(incident) if staff or reporter else None
    events, others = along.events_of(request.user, incident, levels_for(staff=staff, reporter=reporter))
    know_story(incident, events)
    steps = steps_of(incident, events, clock, staff=staff, reporter=reporter, now=now)
    actions = actions_for(request.user, incident, at=now)
    primary = next((action for action in FOREMOST if action in actions), None)
    context = {
        "incident": incident,
        "staff": staff,
        "reporter": reporter,
        "steps": others.among(steps),
        **photos_for(request.user, incident, staff=staff, reporter=reporter),
        "reports": _reports(request.user, incident, staff=staff),
        "looks": [event for event in events if event.type == REVEALED][::-1] if staff else [],
        "summonses": _summonses(incident, now) if staff or reporter else [],
        "handlings": list(incident.handlings.all()) if staff else [],
        "panels": panels_of(request, incident, Slot.BELOW),
        "primary": _button(incident, primary) if primary else None,
        "beside": [_button(incident, each) for each in actions if each != primary and each not in FOLDED],
        "folded": [_button(incident, each) for each in actions if each != primary and each in FOLDED],
    }
    return render(request, "grids/incidents/detail.html", context)


def _summonses(incident: Incident, now: datetime) -> list[tuple[Summons, Urgency | None]]:
    """Departments that were called, with how much time is left to report."""
    found = [one for one in incident.summonses.all() if one.state != SummonsState.CALLED_OFF]
    return [(one, urgency_of(one.due_at, now) if one.state == SummonsState.WAITING else None) for one in found]


def _button(incident: Incident, action: Action) -> Button:
    return Button(action.label, reverse("incident_step", args=[incident.number, action.value]))


def photos_for(user: Person, incident: Incident, *, staff: bool, reporter: bool) -> dict[str, list[Photo]]:
    """Photos of before and after that this person may see, by the rule that also guards the files."""
    shown = list(incident.photos.all())
    settled = incident.state in SETTLED_STATES
    own = user.pk if isinstance(user, User) else None

    def visible(role: PhotoRole) -> list[Photo]:
        return [
            each.photo
            for each in shown
            if each.role == role
            and (
                staff
                or (settled and incident.shows_photos)
                or (settled and reporter and role == PhotoRole.AFTER)
                or each.photo.owner_id == own
            )
        ]

    return {"before": visible(PhotoRole.BEFORE), "after": visible(PhotoRole.AFTER)}


def _reports(user: Person, incident: Incident, *, staff: bool) -> list[ShownReport]:
    """All reports for staff; their own for a reporter."""
    reports = [one for one in incident.reports.all() if staff or one.reporter_id == user.pk]
    reveals = may_reveal(user, incident)
    return [
        ShownReport(
            reporter=masked_reporter(report),
            words=report.words,
            reported_at=report.reported_at,
            url=reverse("incident_reporter", args=[incident.number, report.pk]) if reveals else "",
            is_mine=report.reporter_id == user.pk,
        )
        for report in reports
    ]
