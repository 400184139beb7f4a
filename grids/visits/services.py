"""Use cases of visits: logged once whatever is sent twice, planned, looked at, and turned into an incident."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from grids.incidents.models import Incident, IncidentCategory
from grids.incidents.services import collect_incident
from grids.incidents.services.steps import optional, required
from grids.pairing.models import Household
from grids.visits.domain import CLOCK_SLACK, LONGEST_WAY, MET, WORDS_LONGEST, Kind, Topic
from grids.visits.dues import recount
from grids.visits.events import VisitBecameIncident, VisitLogged, VisitRevealed
from grids.visits.models import PlannedVisit, Visit, VisitIncident
from grids.visits.photos import put_to
from grids.visits.policies import may_look, may_read, may_visit
from portal.accounts.models import User
from portal.errors import Conflict, Invalid, NotAllowed
from portal.outbox.services import record
from portal.photos.models import Photo

KEY_CONSTRAINT = "grids_visit_key"


@transaction.atomic
def log_visit(
    *,
    actor: User,
    household: Household,
    key: UUID,
    kind: str,
    topics: Collection[str] = (),
    words: str = "",
    visited_at: datetime | None = None,
    photos: Sequence[Photo] = (),
    at: datetime | None = None,
) -> Visit:
    """Writes a visit down. The key is made by whoever sends: what is sent again is answered with the same visit.

    `visited_at` is told where it was noted earlier, with no network. Raises `NotAllowed`, `Invalid` with the field,
    `Conflict` for a key that somebody else has used.
    """
    now = at or timezone.now()
    if (known := _known(key, actor)) is not None:
        return known
    if not may_visit(actor, household):
        raise NotAllowed(_("这一户不归您走访。"))
    visit = Visit(
        key=key,
        household=household,
        building=household.building,
        visitor=actor,
        kind=checked_kind(kind),
        topics=checked_topics(topics),
        words=optional(words, field="words", longest=WORDS_LONGEST),
        visited_at=_moment(visited_at, now),
        logged_at=now,
    )
    try:
        with transaction.atomic():
            visit.save(force_insert=True)
    except IntegrityError as error:
        # The same was sent by two requests at once; the other has been written by now.
        if KEY_CONSTRAINT not in str(error) or (known := _known(key, actor)) is None:
            raise
        return known
    put_to(visit, photos, actor=actor)
    if visit.kind in MET:
        recount(household_id=household.pk, today=timezone.localdate(now))
    record(VisitLogged(visit_id=visit.pk, household_id=household.pk), subject=visit, actor=actor, at=now)
    return visit


def _known(key: UUID, actor: User) -> Visit | None:
    """The visit of this key. Raises `Conflict` where it is somebody else's."""
    found = Visit.objects.select_related("household__building").filter(key=key).first()
    if found is not None and found.visitor_id != actor.pk:
        raise Conflict(_("这个编号已经用过了，请重新记一次。"), code="key_taken")
    return found


def checked_kind(kind: str) -> str:
    """How it went. Raises `Invalid`."""
    if kind not in Kind.values:
        raise Invalid(_("请选这次怎么样。"), code="required", field="kind")
    return kind


def checked_topics(topics: Collection[str]) -> list[str]:
    """What it was about, in the order of the list. Raises `Invalid`."""
    if not set(topics) <= set(Topic.values):
        raise Invalid(_("请从列表里选。"), field="topics")
    return [topic.value for topic in Topic if topic.value in topics]


def _moment(visited_at: datetime | None, now: datetime) -> datetime:
    """When it was, by the phone that noted it. Raises `Invalid` for the future, and for what is too long ago."""
    if visited_at is None:
        return now
    if visited_at > now + CLOCK_SLACK:
        raise Invalid(_("走访时间在将来，请看看手机的时间对不对。"), code="in_future", field="visited_at")
    if visited_at < now - LONGEST_WAY:
        raise Invalid(_("这是 7 天以前的走访了，收不进来。"), code="too_old", field="visited_at")
    return min(visited_at, now)


def held_visit(visit: Visit) -> Visit:
    """The visit as it is now, held until the transaction ends: who reports a need and who withdraws wait for each
    other."""
    rows = Visit.objects.select_for_update(of=("self",)).select_related("household__building", "building", "visitor")
    return rows.get(pk=visit.pk)


@transaction.atomic
def plan_visit(*, actor: User, household: Household, wanted: bool, day: date | None = None) -> None:
    """Puts a household on one's way of the day, or takes it off. Raises `NotAllowed`."""
    if not may_visit(actor, household):
        raise NotAllowed(_("这一户不归您走访。"))
    PlannedVisit.objects.update_or_create(
        user=actor, day=day or timezone.localdate(), household=household, defaults={"wanted": wanted}
    )


@transaction.atomic
def reveal_words(*, actor: User, visit: Visit, reason: str) -> str:
    """What was written on a visit, for staff further away; the look is kept. Raises `NotAllowed`, `Invalid`."""
    if may_read(actor, visit):
        return visit.words
    if not may_look(actor, visit):
        raise NotAllowed(_("走访内容只给这里的工作人员看。"))
    reason = required(reason, message=_("请写明为什么要看。"), field="why", longest=200)
    record(VisitRevealed(visit_id=visit.pk), subject=visit, actor=actor, text=reason)
    return visit.words


@transaction.atomic
def report_need(*, actor: User, visit: Visit, category: IncidentCategory, **report: Any) -> Incident:
    """What was found on a visit becomes an incident in the household's building; once for a visit.

    `report` is what `collect_incident` takes beside category and place. A second try is answered with the incident
    that the first has made. Raises what it raises, and `NotAllowed` for who may not read the visit.
    """
    if not may_read(actor, visit):
        raise NotAllowed(_("只有走访的人和这里的工作人员可以上报。"))
    # Two taps at once: the second waits here and finds what the first has made.
    held = held_visit(visit)
    led = VisitIncident.objects.select_related("incident").filter(visit=visit).first()
    if led is not None:
        return led.incident
    if held.withdrawn_at is not None:
        raise Conflict(_("这次走访已经撤回了。"), code="withdrawn")
    incident = collect_incident(actor=actor, category=category, place=held.building, **report)
    VisitIncident.objects.create(visit=visit, incident=incident)
    event = VisitBecameIncident(visit_id=visit.pk, incident_id=incident.pk)
    record(event, subject=visit, actor=actor, at=report.get("at"))
    return incident
