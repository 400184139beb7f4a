"""Reactions: those concerned are told."""

from django.urls import reverse

from grids.lineage.events import GridMerged
from grids.members.events import CorrectionAsked, MemberDecided, MemberReported
from grids.members.models import PartyMember
from grids.members.policies import DECIDERS
from grids.roles.queries import nearest_holders
from grids.territory.models import Territory
from grids.territory.numbers import present_place
from portal.notifications.services import notify
from portal.outbox.models import Event
from portal.outbox.registry import Payload, handles


def _member(pk: int) -> PartyMember | None:
    """The record; None where the person has left meanwhile."""
    return PartyMember.objects.select_related("organisation__territory").filter(pk=pk).first()


@handles(MemberReported, CorrectionAsked, name="grids.tell_deciders_of_member")
def tell_deciders(event: Event, payload: Payload) -> None:
    """Workers and secretary of the community learn that somebody waits."""
    assert isinstance(payload, MemberReported | CorrectionAsked)
    member = _member(payload.member_id)
    if member is None:
        return
    people = nearest_holders(DECIDERS, member.organisation.territory)
    notify(
        event=event,
        kind="grids.member_reported",
        recipients=[person.pk for person in people if person.pk != member.user_id],
        params={"place": member.organisation.territory.name},
        url=reverse("party_member", args=[member.pk]),
    )


@handles(GridMerged, name="grids.members_follow_grid")
def follow_grid(event: Event, payload: GridMerged) -> None:
    """Who set out from a dissolved grid sets out from the one that took it up."""
    old = Territory.objects.get(pk=payload.old_territory_id)
    PartyMember.objects.filter(near=old).update(near=present_place(old))


@handles(MemberDecided, name="grids.tell_member")
def tell_member(event: Event, payload: MemberDecided) -> None:
    """The member learns of the answer."""
    member = _member(payload.member_id)
    if member is not None:
        notify(
            event=event,
            kind="grids.member_decided",
            recipients=[member.user_id],
            params={"place": member.organisation.territory.name},
            url=reverse("party_mine"),
        )
