"""Who may object to a dispatch, answer an offer and decide, beyond what the table of states says (docs/domain.md §2).

The level above the one that answers for the wish decides an objection: community, street, district.
"""

from collections.abc import Callable, Mapping

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from grids.roles.domain import HANDLER_ROLES, Role
from grids.roles.queries import held_by
from grids.territory.domain import Level
from portal.accounts.models import User
from portal.decision import YES, Decision
from wishes.wishes.domain import Action, HandoverKind, HandoverState
from wishes.wishes.models import Handover, Wish

_NOTHING_OPEN = _("现在没有等答复的移交。")


def open_handover(wish: Wish) -> Handover | None:
    """The handover that waits for an answer, read once for each wish in hand."""
    if "_open_handover" not in wish.__dict__:
        related = ("opened_by", "holder", "proposed")
        wish.__dict__["_open_handover"] = (
            wish.handovers.select_related(*related).filter(state=HandoverState.OPEN).first()
        )
    found: Handover | None = wish.__dict__["_open_handover"]
    return found


def remember_no_handover(wish: Wish) -> None:
    """Nothing is open for this wish in hand, as whoever read it together with it has found."""
    wish.__dict__["_open_handover"] = None


def to_decide(user: User) -> Q:
    """Open objections which this person stands above and has no part in."""
    above = Q(pk__in=[])
    for held in held_by(user):
        if held.role in HANDLER_ROLES:
            above |= Q(wish__path__startswith=held.path, seat_level__gt=held.level)
    objection = Q(kind=HandoverKind.OBJECTION, state=HandoverState.OPEN)
    return objection & above & ~Q(opened_by=user) & ~Q(holder=user) & ~Q(wish__author=user)


def owed_by(user: User) -> QuerySet[Handover]:
    """Open handovers that wait for this person: offers made to them and objections they may decide, newest first."""
    asked = Q(proposed=user, state=HandoverState.OPEN)
    related = (
        "wish",
        "wish__category",
        "wish__territory",
        "wish__community",
        "wish__author",
        "opened_by",
        "holder",
        "proposed",
    )
    places = ("wish__territory__boundary", "wish__community__boundary")
    return Handover.objects.filter(asked | to_decide(user)).select_related(*related).defer(*places).order_by("-id")


def highest_level(user: User, wish: Wish) -> Level | None:
    """The widest place of which this person looks after the wish; None for who does not."""
    return min(
        (held.level for held in held_by(user) if held.role in HANDLER_ROLES and held.covers(wish.path)), default=None
    )


def stands_above(user: User, wish: Wish, level: int) -> bool:
    """Whether this person looks after the wish from above this level."""
    highest = highest_level(user, wish)
    return highest is not None and highest < level


def may_object(user: User, wish: Wish) -> Decision:
    """Only whom the wish was sent to objects: the person, or colleagues of the same territory."""
    seats = {held.territory_id for held in held_by(user) if held.role in HANDLER_ROLES}
    if wish.responsible_id is None or (user.pk != wish.responsible_id and wish.responsible_territory_id not in seats):
        return Decision(False, _("派给谁，谁才能提派单异议。您可以转派。"))
    return may_hand_on(user, wish)


def may_hand_on(user: User, wish: Wish) -> Decision:
    """One offer at a time."""
    if open_handover(wish) is not None:
        return Decision(False, _("已经有一次移交在等答复，先等有了结果。"), by_state=True)
    return YES


def may_answer(user: User, wish: Wish) -> Decision:
    """The one who is asked accepts or refuses."""
    handover = open_handover(wish)
    if handover is None:
        return Decision(False, _NOTHING_OPEN, by_state=True)
    if handover.proposed_id != user.pk:
        return Decision(False, _("这件事没有请您接。"))
    return YES


def may_withdraw(user: User, wish: Wish) -> Decision:
    """Whoever offered it takes it back."""
    handover = open_handover(wish)
    if handover is None:
        return Decision(False, _NOTHING_OPEN, by_state=True)
    return YES if handover.opened_by_id == user.pk else Decision(False, _("谁提的，谁才能收回。"))


def may_decide(user: User, wish: Wish) -> Decision:
    """The level above decides an objection; nobody decides their own."""
    handover = open_handover(wish)
    if handover is None or handover.kind != HandoverKind.OBJECTION:
        return Decision(False, _("现在没有要裁定的派单异议。"), by_state=True)
    if user.pk in {handover.opened_by_id, handover.holder_id} or not stands_above(user, wish, handover.seat_level):
        return Decision(False, _("派单异议由上一级来定：社区、街道、区。"))
    return YES


def effective_at_once(actor: User, to: User, wish: Wish) -> bool:
    """Taking a wish on oneself is accepting it, and a grid head shares out the work among the staff of the grid.

    Everything else is an offer: who answered for the wish goes on until the other has accepted.
    """
    if actor.pk == to.pk:
        return True
    led = {h.territory_id for h in held_by(actor) if h.role == Role.GRID_HEAD and h.covers(wish.path)}
    staff = {Role.GRID_HEAD, Role.GRID_MEMBER}
    return any(held.role in staff and held.territory_id in led for held in held_by(to))


CONDITIONS: Mapping[Action, Callable[[User, Wish], Decision]] = {
    Action.OBJECT: may_object,
    Action.TRANSFER: may_hand_on,
    Action.ACCEPT_HANDOVER: may_answer,
    Action.REFUSE_HANDOVER: may_answer,
    Action.WITHDRAW_HANDOVER: may_withdraw,
    Action.DECIDE_OBJECTION: may_decide,
}
