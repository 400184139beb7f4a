"""What nobody took goes to the Party organisation of the place (社区党组织兜底, docs/domain.md §2, "Tiers")."""

from datetime import datetime

from django.db import transaction

from grids.bodies.domain import BodyKind
from grids.bodies.models import Body
from grids.bodies.queries import nearest_body, people_of
from grids.roles.domain import Role
from grids.roles.queries import nearest_holders
from portal.accounts.models import User
from portal.outbox.services import record
from wishes.wishes.claiming import tiers_of
from wishes.wishes.domain import Action, ClaimState, State
from wishes.wishes.events import WishAssigned
from wishes.wishes.models import Claim, Wish
from wishes.wishes.services import steps


@transaction.atomic
def assign_to_party(*, wish: Wish, at: datetime | None = None) -> bool:
    """Gives what is still open after the last tier's time to the Party organisation, as a claim it cannot give up.

    Of goods, all that is missing. False where it is not due or no longer open, while the resident is asked something,
    and where no Party organisation with somebody to act for it answers for the place. Run twice it does nothing more.
    """
    now = steps.moment(at)
    wish = steps.locked(wish)
    tiers = tiers_of(wish)
    if wish.state != State.PUBLISHED or tiers is None or now < tiers.assigned_at() or wish.waiting_since is not None:
        return False
    body = nearest_body(BodyKind.PARTY_ORGANISATION, wish.path)
    person = _who_acts(body, wish) if body is not None else None
    if body is None or person is None:
        return False
    claim = wish.claims.filter(state=ClaimState.LIVE, body=body).first()
    part = wish.missing if wish.is_shared else None
    if claim is not None:
        # It has taken on a part already, and now answers for the rest as well.
        claim.quantity, claim.assigned = (claim.quantity or 0) + (part or 0), True
        claim.save()
    else:
        claim = Claim.objects.create(
            wish=wish,
            claimant=person,
            body=body,
            assigned=True,
            quantity=part,
            exclusive=not wish.is_shared,
            claimed_at=now,
        )
    steps.portions_of(wish)
    steps.move(wish, Action.CLAIM, State.CLAIMED)
    wish.claimed_at = wish.claimed_at or now
    wish.claimant = None if wish.is_shared else person
    steps.responded(wish, now)
    event = WishAssigned(wish_id=wish.pk, claim_id=claim.pk, body_id=body.pk, quantity=part)
    record(event, subject=wish, at=now)
    steps.save(wish)
    return True


def _who_acts(body: Body, wish: Wish) -> User | None:
    """Somebody who may act for the body, else the secretary of the place; nobody takes on a wish of their own."""
    assert wish.territory is not None
    people = people_of(body) or nearest_holders({Role.COMMUNITY_SECRETARY}, wish.territory)
    return next((person for person in people if person.pk != wish.author_id), None)
