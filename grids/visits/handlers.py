"""Reactions: dues follow care and rhythm; people are told when nobody went."""

from django.urls import reverse
from django.utils import timezone

from grids.lineage.events import GridMerged, GridSplit
from grids.pairing.events import CareChanged
from grids.pairing.models import Household
from grids.territory.events import BuildingMoved, SettingChanged
from grids.territory.models import Territory
from grids.visits.dues import follow_buildings, follow_care, follow_rhythm
from grids.visits.events import VisitCorrected, VisitOverdue, VisitWithdrawn
from grids.visits.limits import DAYS
from grids.visits.models import CareDue, Visit
from grids.visits.notices import OVERDUE, OVERDUE_STAFF, PUT_RIGHT, WITHDRAWN
from grids.visits.telling import people_at
from portal.notifications.services import notify
from portal.outbox.models import Event
from portal.outbox.registry import Payload, handles


@handles(CareChanged, name="grids.visits_follow_care")
def on_care(event: Event, payload: CareChanged) -> None:
    """A household that needs care, or none any more, has a day by which it is visited, or none."""
    follow_care(household_id=payload.household_id, today=timezone.localdate(event.occurred_at))


@handles(SettingChanged, name="grids.visits_follow_rhythm")
def on_setting(event: Event, payload: SettingChanged) -> None:
    """A place visits more or less often than before."""
    care = next((care for care, key in DAYS.items() if key == payload.key), None)
    if care is not None:
        place = Territory.objects.get(pk=payload.territory_id)
        follow_rhythm(place=place, care=care, today=timezone.localdate(event.occurred_at))


@handles(GridSplit, GridMerged, BuildingMoved, name="grids.visits_follow_net")
def on_net(event: Event, payload: Payload) -> None:
    """Buildings that are in another grid are visited as often as that grid says."""
    assert isinstance(payload, GridSplit | GridMerged | BuildingMoved)
    moved = [payload.territory_id] if isinstance(payload, BuildingMoved) else payload.building_ids
    follow_buildings(buildings=moved, today=timezone.localdate(event.occurred_at))


@handles(VisitOverdue, name="grids.tell_visit_overdue")
def on_overdue(event: Event, payload: VisitOverdue) -> None:
    """Each level hears of it once; whoever was there meanwhile is not asked any more."""
    household = Household.objects.select_related("building").get(pk=payload.household_id)
    row = CareDue.objects.filter(pk=household.pk).first()
    if row is None or row.told < payload.level:
        return
    notify(
        event=event,
        kind=(OVERDUE if payload.level == 1 else OVERDUE_STAFF).key,
        recipients=people_at(household, payload.level),
        params={"place": household.building.name, "due": row.due_on},
        url=reverse("visit_household", args=[household.pk]),
    )


@handles(VisitCorrected, VisitWithdrawn, name="grids.tell_visit_put_right")
def on_put_right(event: Event, payload: Payload) -> None:
    """Whoever made the visit hears that somebody else changed what they had written."""
    assert isinstance(payload, VisitCorrected | VisitWithdrawn)
    visit = Visit.objects.get(pk=payload.visit_id)
    if event.actor_id == visit.visitor_id:
        return
    notify(
        event=event,
        kind=(PUT_RIGHT if isinstance(payload, VisitCorrected) else WITHDRAWN).key,
        recipients=[visit.visitor_id],
        params={"day": timezone.localdate(visit.logged_at)},
        url=visit.get_absolute_url(),
    )
