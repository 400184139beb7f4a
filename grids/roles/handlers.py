"""Reactions: those concerned are told."""

from django.urls import reverse

from grids.roles.domain import Role
from grids.roles.events import (
    Appointed,
    AppointmentEnded,
    ResidencyApproved,
    ResidencyEnded,
    ResidencyRefused,
    ResidencyRequested,
)
from grids.roles.models import Appointment, Residency
from grids.roles.policies import RESIDENCY_DECIDERS
from grids.roles.queries import nearest_holders
from portal.notifications.services import notify
from portal.outbox.models import Event
from portal.outbox.registry import Payload, handles


@handles(ResidencyRequested, name="grids.tell_deciders_of_residency")
def tell_deciders(event: Event, payload: ResidencyRequested) -> None:
    """Workers and secretary of the community learn that somebody waits."""
    residency = Residency.objects.select_related("community").get(pk=payload.residency_id)
    people = [p.pk for p in nearest_holders(RESIDENCY_DECIDERS, residency.community) if p.pk != residency.user_id]
    notify(
        event=event,
        kind="grids.residency_requested",
        recipients=people,
        params={"community": residency.community.name},
        url=reverse("residency_request", args=[residency.pk]),
    )


_KINDS: dict[type[Payload], str] = {
    ResidencyApproved: "grids.residency_approved",
    ResidencyRefused: "grids.residency_refused",
    ResidencyEnded: "grids.residency_ended",
}


@handles(ResidencyApproved, ResidencyRefused, ResidencyEnded, name="grids.tell_resident")
def tell_resident(event: Event, payload: Payload) -> None:
    """The resident learns of the decision; the reason stands on the page, not in the message."""
    assert isinstance(payload, ResidencyApproved | ResidencyRefused | ResidencyEnded)
    residency = Residency.objects.select_related("community").get(pk=payload.residency_id)
    if event.actor_id == residency.user_id:
        return
    notify(
        event=event,
        kind=_KINDS[type(payload)],
        recipients=[residency.user_id],
        params={"community": residency.community.name},
        url=reverse("residency_detail", args=[residency.pk]),
    )


@handles(Appointed, AppointmentEnded, name="grids.tell_appointed")
def tell_appointed(event: Event, payload: Payload) -> None:
    """The person learns of a new office, or that one is over."""
    assert isinstance(payload, Appointed | AppointmentEnded)
    appointment = Appointment.objects.select_related("territory").get(pk=payload.appointment_id)
    notify(
        event=event,
        kind="grids.appointed" if isinstance(payload, Appointed) else "grids.appointment_ended",
        recipients=[payload.user_id],
        params={
            "place": appointment.territory.name,
            "role": Role(payload.role).label,
            "day": appointment.starts_on,
        },
        url=reverse("home"),
    )
