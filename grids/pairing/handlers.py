"""Reactions: members are told; who is not confirmed any more looks after nobody."""

from django.urls import reverse

from grids.members.domain import MemberState
from grids.members.events import BackboneNamed, MemberDecided
from grids.members.models import PartyMember
from grids.members.policies import DECIDERS
from grids.pairing.events import FeedbackDue, Paired, PairingEnded, ProposalAccepted
from grids.pairing.services import end_pairings_of
from grids.roles.queries import nearest_holders
from grids.territory.models import Territory
from portal.notifications.services import notify
from portal.outbox.models import Event
from portal.outbox.registry import Payload, handles


@handles(Paired, PairingEnded, ProposalAccepted, name="grids.tell_paired")
def tell_member(event: Event, payload: Payload) -> None:
    """Whoever looks after a household or a member learns of it, once for a proposal."""
    assert isinstance(payload, Paired | PairingEnded | ProposalAccepted)
    leads = payload.lead_ids if isinstance(payload, ProposalAccepted) else (payload.lead_id,)
    notify(
        event=event,
        kind="grids.pairing_ended" if isinstance(payload, PairingEnded) else "grids.paired",
        recipients=PartyMember.objects.filter(pk__in=leads).values_list("user_id", flat=True),
        params={},
        url=reverse("pairing_mine"),
    )


@handles(MemberDecided, name="grids.end_pairings_of_refused")
def end_of_refused(event: Event, payload: MemberDecided) -> None:
    """A reporting that is not confirmed any more ends what hung on it."""
    if payload.state == MemberState.REFUSED:
        end_pairings_of(member_id=payload.member_id)


@handles(BackboneNamed, name="grids.end_pairings_of_former_backbone")
def end_of_backbone(event: Event, payload: BackboneNamed) -> None:
    """Who is no longer of the backbone leads nobody."""
    if not payload.is_backbone:
        end_pairings_of(member_id=payload.member_id, leading_members_only=True)


@handles(FeedbackDue, name="grids.tell_feedback_due")
def tell_feedback_due(event: Event, payload: FeedbackDue) -> None:
    """Workers and secretary of the community learn that the half-year is over."""
    place = Territory.objects.defer("boundary").get(pk=payload.territory_id)
    notify(
        event=event,
        kind="grids.feedback_due",
        recipients=[person.pk for person in nearest_holders(DECIDERS, place)],
        params={"place": place.name},
        url=f"{reverse('pairing_members')}?place={place.code}",
    )
