"""Reactions: leaders are told, and bodies and Party organisations keep the same name and place."""

from django.urls import reverse

from grids.bodies.events import BodyAdded, BodyChanged
from grids.bodies.models import Body
from grids.cells.domain import Post
from grids.cells.events import TermEnded, TermEnding, TermGiven
from grids.cells.models import LeadershipTerm
from grids.cells.services import follow_body, move_organisations
from grids.lineage.events import GridMerged
from grids.roles.domain import Role
from grids.roles.queries import nearest_holders
from grids.territory.models import Territory
from grids.territory.numbers import present_place
from portal.notifications.services import notify
from portal.outbox.models import Event
from portal.outbox.registry import Payload, handles

# Who prepares the election of new leaders.
PREPARING = frozenset({Role.COMMUNITY_SECRETARY, Role.STREET_OFFICER})


@handles(BodyAdded, BodyChanged, name="grids.party_organisation_follows_body")
def organisation_follows(event: Event, payload: Payload) -> None:
    """A Party organisation registered or changed among the bodies is the same here."""
    assert isinstance(payload, BodyAdded | BodyChanged)
    body = Body.objects.select_related("territory").filter(pk=payload.body_id).first()
    if body is not None:
        follow_body(body=body)


@handles(GridMerged, name="grids.party_organisations_follow_grid")
def follow_grid(event: Event, payload: GridMerged) -> None:
    """The organisations of a dissolved grid stand in the one that took it up."""
    old = Territory.objects.get(pk=payload.old_territory_id)
    move_organisations(old=old, new=present_place(old))


def _tell(event: Event, kind: str, term: LeadershipTerm, people: list[int]) -> None:
    notify(
        event=event,
        kind=kind,
        recipients=people,
        params={
            "organisation": term.organisation.name,
            "post": Post(term.post).label,
            "from": term.starts_on,
            "until": term.ends_on,
        },
        url=reverse("party_organisation", args=[term.organisation_id]),
    )


def _term(pk: int) -> LeadershipTerm:
    return LeadershipTerm.objects.select_related("organisation__territory").get(pk=pk)


@handles(TermGiven, TermEnded, name="grids.tell_party_leader")
def tell_leader(event: Event, payload: Payload) -> None:
    """The leader learns of a term given or ended by somebody else."""
    assert isinstance(payload, TermGiven | TermEnded)
    if event.actor_id != payload.user_id:
        kind = "grids.party_term_given" if isinstance(payload, TermGiven) else "grids.party_term_ended"
        _tell(event, kind, _term(payload.term_id), [payload.user_id])


@handles(TermEnding, name="grids.remind_of_party_term")
def remind(event: Event, payload: TermEnding) -> None:
    """The leader, the secretary of the organisation above, and the staff who prepare the election."""
    term = _term(payload.term_id)
    above = LeadershipTerm.objects.in_force().filter(
        organisation=term.organisation.parent_id, post=Post.SECRETARY, organisation__isnull=False
    )
    people = {term.user_id, *above.values_list("user_id", flat=True)}
    people |= {person.pk for person in nearest_holders(PREPARING, term.organisation.territory)}
    _tell(event, "grids.party_term_ending", term, sorted(people))
