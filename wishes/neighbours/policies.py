"""Who may follow a wish, say that they need the same, and talk about it; each no comes with its reason."""

from typing import TypeAlias

from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext_lazy as _

from grids.roles.domain import Role
from grids.roles.queries import held_by
from portal.accounts.models import User
from portal.errors import Conflict, NotAllowed
from wishes.neighbours.domain import InterestKind
from wishes.wishes.decision import YES, Decision
from wishes.wishes.domain import PUBLIC_ENDS, End, State
from wishes.wishes.models import Wish
from wishes.wishes.policies import is_author

Viewer: TypeAlias = User | AnonymousUser


def is_open_to_all(wish: Wish) -> bool:
    """Whether anybody may read the public part of the wish (the same rule as `querysets.is_public`)."""
    if wish.state == State.CLOSED:
        return wish.published_at is not None and wish.end in PUBLIC_ENDS
    return wish.state in {State.PUBLISHED, State.CLAIMED, State.FULFILLED}


def is_resident_of(user: Viewer, wish: Wish) -> bool:
    """A confirmed resident of the wish's community."""
    return any(held.role == Role.RESIDENT and held.covers(wish.path) for held in held_by(user))


def can_be_interested(user: Viewer, kind: InterestKind, wish: Wish) -> Decision:
    """Whether this person may follow the wish or say that they need the same.

    Anybody signed in may follow what is public; needing the same counts, so it is for confirmed residents of the place.
    """
    if not isinstance(user, User) or not user.is_active:
        return Decision(False, _("请先登录。"))
    if wish.end == End.DUPLICATE:
        return Decision(False, _("这个心愿已经和另一个并在一起办了，请关注那一个。"), by_state=True)
    if not is_open_to_all(wish):
        return Decision(False, _("这个心愿现在没有公开。"), by_state=True)
    if is_author(user, wish):
        return Decision(False, _("这是您自己的心愿，有进展一定会告诉您。"))
    if kind == InterestKind.FOLLOW:
        return YES
    if wish.state == State.CLOSED:
        return Decision(False, _("这个心愿已经办结了。还需要的话，可以许一个自己的心愿。"), by_state=True)
    if not is_resident_of(user, wish):
        return Decision(False, _("“我也需要”要算人数，请先让社区确认您住在这里。"))
    return YES


def require(decision: Decision) -> None:
    """The decision as an error: `Conflict` where nobody can any more, else `NotAllowed`."""
    if decision:
        return
    if decision.by_state:
        raise Conflict(decision.reason, code="wrong_state")
    raise NotAllowed(decision.reason)
