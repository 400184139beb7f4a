"""How the reactions of this part tell people of a wish: everybody but whoever took the step."""

from collections.abc import Iterable

from grids.roles.domain import Role
from grids.roles.queries import nearest_holders
from grids.territory.domain import Level
from portal.accounts.models import User
from portal.notifications.registry import NoticeKind
from portal.notifications.services import notify
from portal.notifications.wording import Value
from portal.outbox.models import Event
from wishes.wishes.models import Wish

# Who looks after a place at each level, from the community up.
LEVEL_ROLES = (
    (Level.COMMUNITY, frozenset({Role.COMMUNITY_WORKER, Role.COMMUNITY_SECRETARY})),
    (Level.STREET, frozenset({Role.STREET_OFFICER})),
    (Level.DISTRICT, frozenset({Role.DISTRICT_ADMINISTRATOR})),
)


def tell(
    event: Event, wish: Wish, kind: NoticeKind, people: Iterable[int | None], *, url: str = "", **params: Value
) -> None:
    """Tells these people, except whoever took the step."""
    recipients = dict.fromkeys(pk for pk in people if pk is not None and pk != event.actor_id)
    if recipients:
        given: dict[str, Value] = {"title": wish.title, "number": wish.number}
        notify(
            event=event,
            kind=kind.key,
            recipients=list(recipients),
            params=given | params,
            url=url or wish.get_absolute_url(),
        )


def nearest_above(wish: Wish, level: int, *, leave_out: Iterable[int | None] = ()) -> list[User]:
    """The staff who look after the wish from the nearest level above this one that has any."""
    if wish.territory is None:
        return []
    unwanted = {wish.author_id, *leave_out}
    for above, roles in LEVEL_ROLES:
        if above < level:
            people = [user for user in nearest_holders(roles, wish.territory) if user.pk not in unwanted]
            if people:
                return people
    return []


def wish_of(pk: int) -> Wish:
    """The wish with whom its notices name."""
    found: Wish = Wish.objects.select_related("territory", "author", "responsible").get(pk=pk)
    return found
