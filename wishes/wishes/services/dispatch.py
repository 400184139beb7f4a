"""Dispatch (派单): place and category decide the grid and the person responsible, at once."""

from datetime import datetime

from django.db import transaction
from django.db.models import Count

from grids.roles.domain import HANDLER_ROLES, Role
from grids.roles.queries import held_by, holds, nearest_holders
from grids.territory.models import Territory
from portal.accounts.models import User
from portal.outbox.services import record
from wishes.wishes.domain import OPEN_STATES, Candidate, State, choose_responsible, dispatch_chain
from wishes.wishes.events import WishDispatched
from wishes.wishes.models import Wish
from wishes.wishes.services.steps import lapse_handovers, locked, moment, save


def dispatch(wish: Wish, *, actor: User | None, at: datetime, again: bool = True) -> None:
    """Decides who is responsible and records it, in the transaction of the submission. The caller saves.

    `again`: the wish has been dispatched before, so that somebody may still be asked to take it over.

    The role named by the category is asked first, then grid, community worker, secretary, street and district; of
    several people the head of the grid, else whoever has the fewest open wishes. Where nobody is appointed at all the
    wish stays with the place, and shows in the work list of whoever is appointed later.
    """
    assert wish.territory is not None
    assert wish.category is not None
    found = find_responsible(wish.territory, wish.category.responsible_role, not_user=wish.author_id)
    if again:
        lapse_handovers(wish, at)
    _entrust(wish, found, actor=actor, at=at)


def find_responsible(territory: Territory, category_role: str = "", *, not_user: int | None = None) -> User | None:
    """The person to whom a wish of this place and kind goes; None where nobody is appointed on the whole way up."""
    for roles in dispatch_chain(category_role):
        people = [user for user in nearest_holders(roles, territory) if user.pk != not_user]
        if len(people) == 1:
            return people[0]
        if people:
            chosen = choose_responsible(_candidates(people, territory))
            return next(user for user in people if user.pk == chosen)
    return None


@transaction.atomic
def redispatch_wish(*, wish: Wish, actor: User | None = None, at: datetime | None = None) -> bool:
    """Dispatches an open wish anew when nobody answers for it any more: no one was appointed, or that one has left.

    Returns False where somebody does answer for it, or still nobody can. Called by a sweep and by administrators.
    """
    now = moment(at)
    wish = locked(wish)
    if State(wish.state) not in OPEN_STATES or _answers_for(wish.responsible, wish):
        return False
    assert wish.territory is not None
    assert wish.category is not None
    found = find_responsible(wish.territory, wish.category.responsible_role, not_user=wish.author_id)
    if found is None and wish.responsible is None:
        return False
    lapse_handovers(wish, now)
    _entrust(wish, found, actor=actor, at=now)
    save(wish)
    return True


def _entrust(wish: Wish, found: User | None, *, actor: User | None, at: datetime) -> None:
    wish.responsible = found
    wish.responsible_territory_id = seat_of(found, wish) if found else wish.territory_id
    event = WishDispatched(
        wish_id=wish.pk, territory_id=wish.responsible_territory_id or 0, responsible_id=found.pk if found else None
    )
    record(event, subject=wish, actor=actor, at=at)


def _answers_for(user: User | None, wish: Wish) -> bool:
    """Whether this person's appointment still covers the place."""
    return user is not None and any(held.role in HANDLER_ROLES and held.covers(wish.path) for held in held_by(user))


def _candidates(people: list[User], territory: Territory) -> list[Candidate]:
    counted = (
        Wish.objects.open()
        .filter(responsible__in=people)
        .values("responsible")
        .annotate(number=Count("pk"))
        .values_list("responsible", "number")
    )
    waiting = dict(counted)
    return [Candidate(user.pk, holds(user, {Role.GRID_HEAD}, territory), waiting.get(user.pk, 0)) for user in people]


def seat_of(user: User, wish: Wish) -> int | None:
    """The territory of the appointment by which this person answers for the place: the nearest one."""
    covering = [held for held in held_by(user) if held.role in HANDLER_ROLES and held.covers(wish.path)]
    return max(covering, key=lambda held: len(held.path)).territory_id if covering else wish.territory_id
