"""Reactions: those concerned are told."""

from collections.abc import Collection
from datetime import timedelta

from django.urls import reverse
from django.utils import timezone

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
from portal.notifications.models import Notice
from portal.notifications.services import notify
from portal.outbox.models import Event
from portal.outbox.registry import Payload, handles, key_of


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


def told_of(appointments: Collection[int]) -> list[int]:
    """Who has been told of one of these appointments."""
    events = Event.objects.filter(type=key_of(Appointed), subject_id__in=list(appointments))
    told = Notice.objects.filter(event__in=events).order_by("recipient")
    return list(told.values_list("recipient", flat=True).distinct())


def _was_told(appointment: Appointment) -> bool:
    """Whether word of it reached its person, or is too old to ask: only what was given lately is still to be told."""
    events = Event.objects.filter(type=key_of(Appointed), subject_id=appointment.pk)
    lately = events.filter(occurred_at__gt=timezone.now() - timedelta(days=1)).first()
    return lately is None or Notice.objects.filter(event=lately).exists()


@handles(Appointed, AppointmentEnded, name="grids.tell_appointed")
def tell_appointed(event: Event, payload: Payload) -> None:
    """The person learns of a new office, or that one is over."""
    assert isinstance(payload, Appointed | AppointmentEnded)
    found = Appointment.objects.select_related("territory", "user").filter(pk=payload.appointment_id)
    appointment = found.first()
    if appointment is None:
        return  # Taken back with the place it was in, before anybody was told.
    last_day = appointment.ends_on if appointment.ended_by_id is not None else None
    if last_day is not None and last_day <= timezone.localdate() and not _was_told(appointment):
        return  # Given by mistake and taken back before they were told: there is nothing to tell.
    begins = "grids.appointed" if appointment.user.last_login else "grids.appointed_first"
    notify(
        event=event,
        kind=begins if isinstance(payload, Appointed) else "grids.appointment_ended",
        recipients=[payload.user_id],
        params={
            "place": appointment.territory.name,
            "role": Role(payload.role).label,
            "day": appointment.starts_on,
        },
        url=reverse("home"),
    )
