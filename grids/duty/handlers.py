"""Who hears of leave, cover and gaps."""

from django.urls import reverse

from grids.duty.events import CoverNamed, GapsFound, LeaveArranged, LeaveEnded
from grids.duty.notices import COVER_OVER, COVERED, GAPS, PLEASE_COVER
from grids.roles.domain import Role
from grids.roles.models import DutyCover
from grids.roles.queries import nearest_holders
from grids.territory.models import Territory
from portal.notifications.registry import NoticeKind
from portal.notifications.services import notify
from portal.notifications.wording import Value
from portal.outbox.models import Event
from portal.outbox.registry import Payload, handles


@handles(LeaveArranged, CoverNamed, name="grids.tell_of_cover")
def tell_of_cover(event: Event, payload: Payload) -> None:
    """Who stands in learns for whom and when; who is away learns who does; who does no more is thanked."""
    assert isinstance(payload, LeaveArranged | CoverNamed)
    duty = _duty(payload.duty_id)
    if payload.cover_id is not None and payload.cover_id == duty.cover_id and duty.cover is not None:
        _tell(event, duty, PLEASE_COVER, payload.cover_id, name=_name(duty.appointment.user))
        _tell(event, duty, COVERED, duty.appointment.user_id, name=_name(duty.cover))
    if isinstance(payload, CoverNamed) and payload.before_id is not None:
        _tell(event, duty, COVER_OVER, payload.before_id, name=_name(duty.appointment.user))


@handles(LeaveEnded, name="grids.tell_of_end_of_cover")
def tell_of_end(event: Event, payload: LeaveEnded) -> None:
    """Who stood in learns that it is over."""
    duty = _duty(payload.duty_id)
    if payload.cover_id is not None:
        _tell(event, duty, COVER_OVER, payload.cover_id, name=_name(duty.appointment.user))


@handles(GapsFound, name="grids.tell_of_gaps")
def tell_of_gaps(event: Event, payload: GapsFound) -> None:
    """The secretary hears once a week where somebody will be missing."""
    community = Territory.objects.defer("boundary").get(pk=payload.territory_id)
    people = [user.pk for user in nearest_holders({Role.COMMUNITY_SECRETARY}, community)]
    params = {"place": community.name, "count": str(payload.grids)}
    notify(event=event, kind=GAPS.key, recipients=people, params=params, url=reverse("duty", args=[community.code]))


def _duty(pk: int) -> DutyCover:
    return DutyCover.objects.select_related("cover", "appointment__user", "appointment__territory").get(pk=pk)


def _tell(event: Event, duty: DutyCover, kind: NoticeKind, person: int, *, name: str) -> None:
    if person == event.actor_id:
        return
    place = duty.appointment.territory
    params: dict[str, Value] = {
        "place": place.name,
        "role": duty.appointment.get_role_display(),
        "first": duty.starts_on,
        "last": duty.ends_on,
        "name": name,
    }
    url = reverse("duty", args=[place.code[:12]])
    notify(event=event, kind=kind.key, recipients=[person], params=params, url=url)


def _name(person: object) -> str:
    return str(getattr(person, "legal_name", "") or getattr(person, "public_name", ""))
