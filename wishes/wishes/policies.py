"""Who may do what with a wish, and why not: one decision for pages, API, admin and services alike.

`domain.TRANSITIONS` says which relation may take which step in which state; here it is found out what somebody is to a
wish, and the few conditions that are no table are added. The predicates are also registered with `rules`, so that
`user.has_perm("wishes.claim_wish", wish)` asks the same question.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, TypeAlias

import rules
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grids.roles.domain import HANDLER_ROLES, Role
from grids.roles.queries import held_by
from portal.accounts.models import User
from portal.decision import YES, Decision
from portal.errors import Conflict, NotAllowed
from portal.outbox.models import Event
from portal.outbox.registry import Visibility, key_of
from wishes.wishes.claiming import Names, claiming_bodies, names_for
from wishes.wishes.domain import (
    HELPER_ROLES,
    PUBLIC_ENDS,
    READING_ROLES,
    Action,
    ClaimState,
    End,
    Relation,
    State,
    step_for,
    steps_in,
)
from wishes.wishes.events import WishFulfilled
from wishes.wishes.handling.handover import CONDITIONS as HANDOVER_CONDITIONS
from wishes.wishes.limits import APPEAL_DAYS, count_of, extension_rule, reopen_rule
from wishes.wishes.models import COUNTED, Wish

Viewer: TypeAlias = User | AnonymousUser


def _covers(user: Viewer, roles: frozenset[Role], wish: Wish) -> bool:
    return bool(wish.path) and any(held.role in roles and held.covers(wish.path) for held in held_by(user))


def is_open_to_all(wish: Wish) -> bool:
    """Whether anybody may read the public part of the wish (the same rule as `querysets.is_public`)."""
    if wish.state == State.CLOSED:
        return wish.published_at is not None and wish.end in PUBLIC_ENDS
    return wish.state in {State.PUBLISHED, State.CLAIMED, State.FULFILLED}


@rules.predicate
def is_author(user: Viewer, wish: Wish) -> bool:
    """It is this person's wish."""
    return isinstance(user, User) and user.is_active and wish.author_id == user.pk


@rules.predicate
def is_scribe(user: Viewer, wish: Wish) -> bool:
    """This cadre is writing the wish down for its author (代录)."""
    return (
        isinstance(user, User)
        and wish.state == State.DRAFT
        and wish.entered_by_id == user.pk
        and any(held.role in HANDLER_ROLES for held in held_by(user))
    )


def may_go_on_with(user: User, wish: Wish) -> bool:
    """What a cadre is still writing down is the cadre's; once it has been sent, it is the author's too."""
    own = wish.author_id == user.pk and (wish.entered_by_id is None or wish.number != "")
    return own or wish.entered_by_id == user.pk


def can_read(user: Viewer, wish: Wish) -> bool:
    """Whether this person may see a wish that has a number (the same rule as `querysets.visible_to`)."""
    if is_open_to_all(wish):
        return True
    if not isinstance(user, User):
        return False
    if wish.author_id == user.pk or _covers(user, READING_ROLES, wish) or is_scribe(user, wish):
        return True
    return wish.claims.filter(claimant=user, state__in=[*COUNTED, ClaimState.ENDED]).exists()


@rules.predicate
def is_claimant(user: Viewer, wish: Wish) -> bool:
    """This person holds the claim, or held it when the wish was fulfilled; of goods, a claim on a part."""
    if not isinstance(user, User) or not user.is_active:
        return False
    return bool(_own_parts(user, wish)) if wish.is_shared else wish.claimant_id == user.pk


def _own_parts(user: User, wish: Wish) -> list[str]:
    """The states of this person's claims on goods; asked once for a wish as it was read."""
    if wish.claimed_at is None:
        return []
    key = (user.pk, wish.version)
    known: dict[tuple[int, int], list[str]] = wish.__dict__.setdefault("_own_parts", {})
    if key not in known:
        known[key] = list(wish.claims.filter(claimant=user, state__in=COUNTED).values_list("state", flat=True))
    return known[key]


def _holds_live_claim(user: Viewer, wish: Wish) -> bool:
    """Whether this person is still at it. The one claimant of a service is, wherever a step of theirs exists."""
    return not wish.is_shared or (isinstance(user, User) and ClaimState.LIVE in _own_parts(user, wish))


# The Party organisation hands on only by what staff of the place may do: say that it cannot be done, or refer it.
MUST_TAKE = gettext_lazy("没人认领的心愿由党组织负责到底，不能放弃。确实办不了，请说明办不了或转请别处办理。")


def _may_give_up(user: Viewer, wish: Wish) -> bool:
    """Not what was assigned to the Party organisation because nobody took it."""
    return wish.claims.filter(claimant_id=user.pk, state=ClaimState.LIVE, assigned=False).exists()


@rules.predicate
def is_handler(user: Viewer, wish: Wish) -> bool:
    """This person's staff role covers the place of the wish. Nobody handles a wish of their own."""
    return not is_author(user, wish) and _covers(user, HANDLER_ROLES, wish)


@rules.predicate
def is_helper(user: Viewer, wish: Wish) -> bool:
    """Volunteer, Party member or staff of the place, or somebody who acts for a body of it; never the author."""
    if is_author(user, wish):
        return False
    return _covers(user, HELPER_ROLES, wish) or bool(claiming_bodies(user, wish))


def names_of(user: Viewer, wish: Wish, now: datetime) -> Names:
    """In whose name this person may claim the wish now."""
    in_own_name = not is_author(user, wish) and _covers(user, HELPER_ROLES, wish)
    return names_for(user, wish, in_own_name=in_own_name, now=now)


_PREDICATES: dict[Relation, Callable[[Viewer, Wish], bool]] = {
    Relation.CLAIMANT: is_claimant,
    Relation.HANDLER: is_handler,
    Relation.HELPER: is_helper,
}
# What a cadre may do in the place of a resident who asked for it at the desk or by phone; each time it is recorded.
ON_BEHALF_ACTIONS = frozenset(
    {Action.CONFIRM, Action.REOPEN, Action.APPEAL, Action.ANSWER, Action.WITHDRAW, Action.EDIT}
)


def had_a_hand_in(user: Viewer, wish: Wish) -> bool:
    """Whether this person answered for the wish, claimed it or said that it was done: nobody rates their own work."""
    if not isinstance(user, User):
        return False
    if user.pk in {wish.claimant_id, wish.responsible_id} or is_claimant(user, wish):
        return True
    return Event.objects.about(wish).filter(type=key_of(WishFulfilled), actor=user).exists()


def relations(user: Viewer, wish: Wish, *, on_behalf_of: User | None = None) -> frozenset[Relation]:
    """Everything this person is to this wish; worked out once for a wish as it stands, since each step asks."""
    standing = (user.pk, on_behalf_of and on_behalf_of.pk, wish.version, wish.state, wish.claimant_id, wish.path)
    known: dict[Any, frozenset[Relation]] = wish.__dict__.setdefault("_relations", {})
    if standing not in known:
        known[standing] = _relations(user, wish, on_behalf_of)
    return known[standing]


def _relations(user: Viewer, wish: Wish, on_behalf_of: User | None) -> frozenset[Relation]:
    found = {relation for relation, holds in _PREDICATES.items() if holds(user, wish)}
    acts_for_author = on_behalf_of is not None and on_behalf_of.pk == wish.author_id and is_handler(user, wish)
    if is_author(user, wish) or is_scribe(user, wish) or acts_for_author:
        found.add(Relation.AUTHOR)
    return frozenset(found or {Relation.OTHER})


def can(
    user: Viewer, action: Action, wish: Wish, *, on_behalf_of: User | None = None, at: datetime | None = None
) -> Decision:
    """Whether this person may take this step with this wish at this moment (now unless given)."""
    step = step_for(wish.state, action, shared=wish.is_shared)
    if step is None:
        return Decision(False, _state_reason(action, wish), by_state=True)
    if on_behalf_of is not None and action not in ON_BEHALF_ACTIONS:
        on_behalf_of = None
    by = step.by & relations(user, wish, on_behalf_of=on_behalf_of)
    if not by:
        return Decision(False, _relation_reason(user, action, wish))
    if by == {Relation.CLAIMANT} and not _holds_live_claim(user, wish):
        return Decision(False, gettext_lazy("您的那一份已经办完了，谢谢您。"))
    if action == Action.CLAIM and not (names := names_of(user, wish, at or timezone.now())):
        return Decision(False, names.why_not)
    if action == Action.GIVE_UP and not _may_give_up(user, wish):
        return Decision(False, MUST_TAKE)
    if action == Action.CONFIRM and on_behalf_of is not None and had_a_hand_in(user, wish):
        return Decision(False, gettext_lazy("这件事是您经手的，请别的工作人员替居民确认。"))
    if action in HANDOVER_CONDITIONS:
        assert isinstance(user, User)
        return HANDOVER_CONDITIONS[action](user, wish)
    condition = _CONDITIONS.get(action)
    return condition(wish, at or timezone.now()) if condition else YES


def require(
    user: Viewer, action: Action, wish: Wish, *, on_behalf_of: User | None = None, at: datetime | None = None
) -> None:
    """`can`, as an error: `Conflict` where the state forbids it to everybody, else `NotAllowed`."""
    decision = can(user, action, wish, on_behalf_of=on_behalf_of, at=at)
    if decision.allowed:
        return
    if decision.by_state:
        code = "already_claimed" if action == Action.CLAIM and wish.state == State.CLAIMED else "wrong_state"
        raise Conflict(decision.reason, code=decision.code or code)
    raise NotAllowed(decision.reason)


def actions_for(user: Viewer, wish: Wish) -> list[Action]:
    """The steps this person may take now, for the buttons of a page; in the order of `Action`."""
    # The table of steps is asked first: most have nothing to do with the state or the person, and need no sentence that
    # says so.
    standing = relations(user, wish)
    possible = (action for action, step in steps_in(wish.state, shared=wish.is_shared) if step.by & standing)
    return [action for action in possible if can(user, action, wish).allowed]


def timeline_levels(user: Viewer, wish: Wish) -> frozenset[Visibility]:
    """Which events of the wish this person may read."""
    levels = {Visibility.PUBLIC}
    if relations(user, wish) & {Relation.AUTHOR, Relation.CLAIMANT, Relation.HANDLER}:
        levels.add(Visibility.PARTIES)
    if _covers(user, READING_ROLES, wish) and not is_author(user, wish):
        levels |= {Visibility.PARTIES, Visibility.INTERNAL}
    return frozenset(levels)


def sees_private_notes(user: Viewer, wish: Wish) -> bool:
    """Verification notes are between the handlers of the place."""
    return bool(is_handler(user, wish))


# -- conditions that are no table --------------------------------------------------------------------------------------
def _may_reopen(wish: Wish, now: datetime) -> Decision:
    if wish.state == State.CLOSED and wish.end != End.FULFILLED:
        return Decision(False, gettext_lazy("这个心愿不是办好后办结的，可以重新许一个。"), by_state=True)
    rule = reopen_rule(wish.territory)
    ended_at = wish.ended_at()
    if ended_at is None or not rule.still_open(ended_at=ended_at, now=now):
        words = _("办好后{days}天内可以要求重新办理，现在已经过了。可以重新许一个心愿。").format(days=rule.days)
        return Decision(False, words, by_state=True)
    if not rule.has_left(reopen_count=wish.reopen_count):
        words = _("已经重新办理过{times}次了。请和社区书记说一说。").format(times=rule.times)
        return Decision(False, words, by_state=True)
    return YES


def _not_waiting(wish: Wish, now: datetime) -> Decision:
    if wish.waiting_since is not None:
        return Decision(False, gettext_lazy("正在等居民回答，等有了回音再说。"), by_state=True)
    return YES


def _may_extend(wish: Wish, now: datetime) -> Decision:
    rule = extension_rule(wish.territory)
    known: int | None = wish.__dict__.get("times_extended")  # read together with the wish for its page
    if not rule.has_left(extended=wish.extensions.count() if known is None else known):
        words = _("已经延长过{times}次，不能再延了。").format(times=rule.times)
        return Decision(False, words, by_state=True, code="no_extension_left")
    return _not_waiting(wish, now)


def _waiting(wish: Wish, now: datetime) -> Decision:
    if wish.waiting_since is None:
        return Decision(False, gettext_lazy("现在没有等您回答的问题。"), by_state=True)
    return YES


def _was_submitted(wish: Wish, now: datetime) -> Decision:
    if wish.state == State.DRAFT and not wish.was_returned:
        return Decision(False, gettext_lazy("还没提交的草稿可以直接删掉。"), by_state=True)
    return YES


def _nobody_claimed_yet(wish: Wish, now: datetime) -> Decision:
    if wish.claimed_quantity:
        return Decision(False, gettext_lazy("已经有人认领了一部分，现在不能这样做了。"), by_state=True)
    return YES


def _somebody_is_at_it(wish: Wish, now: datetime) -> Decision:
    if wish.is_shared and not wish.claims.filter(state=ClaimState.LIVE).exists():
        return Decision(False, gettext_lazy("还没有人认领，没有可以办好的。"), by_state=True)
    return YES


def _partly_claimed(wish: Wish, now: datetime) -> Decision:
    if not wish.claimed_quantity:
        return Decision(False, gettext_lazy("还没有人认领。不需要了可以撤回。"), by_state=True)
    return YES


def _may_appeal(wish: Wish, now: datetime) -> Decision:
    if wish.end != End.DECLINED or wish.closed_at is None:
        return Decision(False, gettext_lazy("没有受理的心愿才能申诉。"), by_state=True)
    days = count_of(APPEAL_DAYS, wish.territory, 15)
    if now > wish.closed_at + timedelta(days=days):
        return Decision(False, _("{days}天内可以申诉，现在已经过了。可以重新提出。").format(days=days), by_state=True)
    if wish.appeals.filter(subject_type="wishes.wish", contested_at=wish.closed_at).exists():
        return Decision(False, gettext_lazy("这件事已经申诉过一次了。"), by_state=True)
    return YES


_CONDITIONS: dict[Action, Callable[[Wish, datetime], Decision]] = {
    Action.REOPEN: _may_reopen,
    Action.APPEAL: _may_appeal,
    Action.ASK: _not_waiting,
    Action.EXTEND: _may_extend,
    Action.ANSWER: _waiting,
    Action.WITHDRAW: _was_submitted,
    Action.EDIT: _nobody_claimed_yet,
    Action.DECLINE: _nobody_claimed_yet,
    Action.FULFIL: _somebody_is_at_it,
    Action.ENOUGH: _partly_claimed,
}


# -- the sentence that says why not ------------------------------------------------------------------------------------
def _state_reason(action: Action, wish: Wish) -> str:
    if action == Action.CLAIM and wish.state == State.CLAIMED:
        return _("已经有人先认领了，谢谢您的热心。")
    if action == Action.EDIT and wish.state in {State.CLAIMED, State.FULFILLED}:
        return _("已经有人认领，内容不能再改了。有变化请在回答里告诉对方。")
    if action == Action.REVEAL:
        return _("认领结束后，联系方式就不再显示了。")
    return _("心愿现在是“{state}”，不能“{action}”。").format(state=wish.get_state_display(), action=action.label)


def _relation_reason(user: Viewer, action: Action, wish: Wish) -> str:
    if not isinstance(user, User):
        return _("请先登录。")
    if action == Action.CLAIM:
        if is_author(user, wish):
            return _("这是您自己的心愿，等邻居来帮您吧。")
        if any(held.role in HELPER_ROLES for held in held_by(user)):
            return _("您登记的服务范围不包括这里。")
        return _("登记成为志愿者以后，就可以认领邻居的心愿了。")
    if action == Action.REVEAL:
        return _("只有认领人和负责这里的工作人员可以查看联系方式。")
    if action == Action.GIVE_UP:
        return _("只有认领人自己可以这样做。")
    if action in _AUTHORS_ACTIONS:
        return _("只有许愿人自己可以这样做。")
    if is_author(user, wish):
        return _("自己的心愿要请别的工作人员来办。")
    return _("只有负责这里的工作人员可以这样做。")


_AUTHORS_ACTIONS = frozenset(
    {Action.EDIT, Action.SUBMIT, Action.CONFIRM, Action.REOPEN, Action.ANSWER, Action.WITHDRAW, Action.APPEAL}
)


def _permission(action: Action) -> Callable[[Viewer, Wish], bool]:
    def may(user: Viewer, wish: Wish) -> bool:
        return can(user, action, wish).allowed

    return may


for _action in Action:
    rules.add_perm(f"wishes.{_action.value}_wish", rules.predicate(_permission(_action), name=f"may_{_action.value}"))
