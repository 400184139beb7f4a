"""The life of a micro-wish (微心愿) as data: its states, ends, limits, and who may take which step (docs/domain.md §2).

Nothing here reads the database or the clock. Services lock a wish, ask `policies.can`, and apply the row of
`TRANSITIONS` found here; pages read the same table to know which buttons to offer.
"""

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from grids.roles.domain import HANDLER_ROLES, Role
from portal.deadlines.domain import Limit


class State(TextChoices):
    """Where a wish stands on its way (走到哪一步了)."""

    DRAFT = "draft", _("草稿")
    SUBMITTED = "submitted", _("等受理")
    VERIFYING = "verifying", _("等核实")
    PUBLISHED = "published", _("等人认领")
    CLAIMED = "claimed", _("已认领")
    FULFILLED = "fulfilled", _("等您确认")
    CLOSED = "closed", _("已办结")


class End(TextChoices):
    """How a wish ended. Each end has its own public wording and they are never merged into one rate."""

    FULFILLED = "fulfilled", _("心愿已实现")
    CANNOT_BE_DONE = "cannot_be_done", _("暂时办不了")
    NOT_OURS = "not_ours", _("已转请别处办理")
    DUPLICATE = "duplicate", _("和另一个心愿相同")
    WITHDRAWN = "withdrawn", _("本人已撤回")
    DECLINED = "declined", _("没有受理")


class Kind(TextChoices):
    """What is asked for (心愿类型)."""

    GOODS = "goods", _("实物")
    SERVICE = "service", _("服务")
    VISIT = "visit", _("体验")
    PUBLIC_MATTER = "public_matter", _("公共事项")


class Urgency(TextChoices):
    """How soon it has to be done; the limit itself is a setting of the territory (`URGENCY_LIMITS` by default)."""

    IMMEDIATE = "immediate", _("特急（2小时）")
    DAY = "day", _("紧急（24小时）")
    WEEK = "week", _("一般（7个工作日）")
    FORTNIGHT = "fortnight", _("可以等（15个工作日）")


# Limit codes of portal.deadlines: hours run on, days are working days (docs/domain.md §2, "Urgency and limits").
URGENCY_LIMITS: Mapping[Urgency, str] = {
    Urgency.IMMEDIATE: "2h",
    Urgency.DAY: "24h",
    Urgency.WEEK: "7d",
    Urgency.FORTNIGHT: "15d",
}


class SpecialGroup(TextChoices):
    """Groups (特殊群体) whose facts are verified before publication and whose name is always masked."""

    NONE = "", _("都不是")
    HARDSHIP = "hardship", _("困难家庭")
    SOLITARY_ELDER = "solitary_elder", _("独居老人")
    DISABLED = "disabled", _("残疾人")
    SERIOUSLY_ILL = "seriously_ill", _("重病患者")
    CHILD = "child", _("留守或困境儿童")


class ClaimState(TextChoices):
    """What became of a claim (认领). Only a LIVE claim sees the resident's contact."""

    LIVE = "live", _("正在帮忙")
    DONE = "done", _("已帮到")
    GIVEN_UP = "given_up", _("没能帮上")
    ENDED = "ended", _("心愿已结束")


class PhotoRole(TextChoices):
    """What a photo of a wish shows: the matter as posted, or the matter done."""

    REQUEST = "request", _("心愿照片")
    FULFILMENT = "fulfilment", _("完成照片")


class HandoverKind(TextChoices):
    """Why somebody else is to answer for a wish."""

    OBJECTION = "objection", _("派单异议")
    TRANSFER = "transfer", _("转派")


class HandoverState(TextChoices):
    """What became of a handover. Until it is ACCEPTED, the first recipient stays responsible (首接负责制)."""

    OPEN = "open", _("等答复")
    ACCEPTED = "accepted", _("接下了")
    REFUSED = "refused", _("没有接")
    WITHDRAWN = "withdrawn", _("收回了")
    LAPSED = "lapsed", _("不用再定了")


class CallbackCause(TextChoices):
    """Why a resident is called back (回访)."""

    LOW_RATING = "low_rating", _("评分低")
    NO_RATING = "no_rating", _("没有评价")


class CallbackState(TextChoices):
    """What came of a call-back; counted apart from the ratings."""

    WAITING = "waiting", _("等回访")
    SATISFIED = "satisfied", _("满意了")
    REOPENED = "reopened", _("没办好，重新办理")
    UNSATISFIED = "unsatisfied", _("没办好，请书记过问")
    UNREACHED = "unreached", _("联系不上")
    LAPSED = "lapsed", _("不用回访了")


class CallOutcome(TextChoices):
    """What came of one call."""

    SATISFIED = "satisfied", _("办好了，居民满意")
    NOT_DONE = "not_done", _("还没办好")
    UNREACHED = "unreached", _("没有联系上，改天再打")


class ReferralState(TextChoices):
    """Whether the body a wish was referred to has answered."""

    WAITING = "waiting", _("等对方答复")
    ANSWERED = "answered", _("对方答复了")


class AppealState(TextChoices):
    """What became of an appeal (申诉)."""

    OPEN = "open", _("等答复")
    UPHELD = "upheld", _("申诉成立")
    DISMISSED = "dismissed", _("维持原来的处理")


class Relation(enum.Enum):
    """What a person is to one wish; one person can be several at once."""

    AUTHOR = "author"  # wished it, or it was wished for them
    CLAIMANT = "claimant"  # holds, or last held, the claim that leads to fulfilment
    HANDLER = "handler"  # staff whose appointment covers the wish's place
    HELPER = "helper"  # volunteer, Party member or staff whose role covers the place
    OTHER = "other"  # anybody else, signed in or not
    SYSTEM = "system"  # a sweep of the portal itself


class Action(TextChoices):
    """A step somebody can take with a wish; the label is the wording of its button."""

    EDIT = "edit", _("修改")
    SUBMIT = "submit", _("提交心愿")
    VERIFY = "verify", _("核实通过")
    REJECT_VERIFICATION = "reject_verification", _("退回补充")
    PUBLISH = "publish", _("受理并公开")
    DECLINE = "decline", _("不予受理")
    CLAIM = "claim", _("我来帮")
    GIVE_UP = "give_up", _("帮不了了")
    FULFIL = "fulfil", _("已经办好")
    ENOUGH = "enough", _("够了，不用再认领")
    CONFIRM = "confirm", _("确认并评价")
    AUTO_CONFIRM = "auto_confirm", _("到期自动确认")
    REOPEN = "reopen", _("还没办好")
    CLOSE_CANNOT_BE_DONE = "close_cannot_be_done", _("办不了")
    CLOSE_NOT_OURS = "close_not_ours", _("转请别处办理")
    CLOSE_DUPLICATE = "close_duplicate", _("和另一个相同")
    WITHDRAW = "withdraw", _("撤回")
    ASK = "ask", _("问一问居民")
    ANSWER = "answer", _("回答")
    EXTEND = "extend", _("延长时限")
    TRANSFER = "transfer", _("转派")
    OBJECT = "object", _("派单异议")
    ACCEPT_HANDOVER = "accept_handover", _("我接下来")
    REFUSE_HANDOVER = "refuse_handover", _("不能接")
    WITHDRAW_HANDOVER = "withdraw_handover", _("收回移交")
    DECIDE_OBJECTION = "decide_objection", _("裁定派单异议")
    APPEAL = "appeal", _("申诉")
    UPHOLD_APPEAL = "uphold_appeal", _("申诉成立，重新受理")
    REVEAL = "reveal", _("查看联系方式")


@dataclass(frozen=True)
class Step:
    """One row of the transition table: where an action leads and who may take it.

    `to` is None where the state stays; `SUBMIT`, `VERIFY` and `REOPEN` choose among several states, by
    `state_after_submission`, `state_after_verification` and `state_after_reopening`.
    """

    to: tuple[State, ...]
    by: frozenset[Relation]
    end: End | None = None


def _step(*to: State, by: tuple[Relation, ...], end: End | None = None) -> Step:
    return Step(to=to, by=frozenset(by), end=end)


_AUTHOR, _CLAIMANT, _HANDLER, _HELPER = Relation.AUTHOR, Relation.CLAIMANT, Relation.HANDLER, Relation.HELPER
_BEFORE_CLAIM = (State.SUBMITTED, State.VERIFYING, State.PUBLISHED)
_OPEN = (*_BEFORE_CLAIM, State.CLAIMED)

TRANSITIONS: Mapping[tuple[State, Action], Step] = {
    (State.DRAFT, Action.EDIT): _step(State.DRAFT, by=(_AUTHOR,)),
    (State.DRAFT, Action.SUBMIT): _step(State.SUBMITTED, State.VERIFYING, State.PUBLISHED, by=(_AUTHOR,)),
    (State.DRAFT, Action.WITHDRAW): _step(State.CLOSED, by=(_AUTHOR,), end=End.WITHDRAWN),
    **{(state, Action.EDIT): _step(state, by=(_AUTHOR,)) for state in _BEFORE_CLAIM},
    (State.VERIFYING, Action.VERIFY): _step(State.SUBMITTED, State.PUBLISHED, by=(_HANDLER,)),
    (State.VERIFYING, Action.REJECT_VERIFICATION): _step(State.DRAFT, by=(_HANDLER,)),
    (State.SUBMITTED, Action.PUBLISH): _step(State.PUBLISHED, by=(_HANDLER,)),
    **{(state, Action.DECLINE): _step(State.CLOSED, by=(_HANDLER,), end=End.DECLINED) for state in _BEFORE_CLAIM},
    (State.PUBLISHED, Action.CLAIM): _step(State.CLAIMED, by=(_HELPER, _HANDLER)),
    (State.CLAIMED, Action.GIVE_UP): _step(State.PUBLISHED, by=(_CLAIMANT,)),
    (State.CLAIMED, Action.FULFIL): _step(State.FULFILLED, by=(_CLAIMANT, _HANDLER)),
    (State.FULFILLED, Action.CONFIRM): _step(State.CLOSED, by=(_AUTHOR,), end=End.FULFILLED),
    (State.FULFILLED, Action.AUTO_CONFIRM): _step(State.CLOSED, by=(Relation.SYSTEM,), end=End.FULFILLED),
    (State.FULFILLED, Action.REOPEN): _step(State.CLAIMED, State.PUBLISHED, by=(_AUTHOR,)),
    (State.CLOSED, Action.REOPEN): _step(State.CLAIMED, State.PUBLISHED, by=(_AUTHOR,)),
    (State.CLOSED, Action.APPEAL): _step(State.CLOSED, by=(_AUTHOR,)),
    (State.CLOSED, Action.UPHOLD_APPEAL): _step(
        State.SUBMITTED, State.VERIFYING, State.PUBLISHED, by=(Relation.SYSTEM,)
    ),
    **{
        (state, action): _step(State.CLOSED, by=(_HANDLER,), end=end)
        for state in _OPEN
        for action, end in (
            (Action.CLOSE_CANNOT_BE_DONE, End.CANNOT_BE_DONE),
            (Action.CLOSE_NOT_OURS, End.NOT_OURS),
            (Action.CLOSE_DUPLICATE, End.DUPLICATE),
        )
    },
    **{(state, Action.WITHDRAW): _step(State.CLOSED, by=(_AUTHOR,), end=End.WITHDRAWN) for state in _OPEN},
    **{(state, Action.ASK): _step(state, by=(_HANDLER, _CLAIMANT)) for state in _OPEN},
    **{(state, Action.ANSWER): _step(state, by=(_AUTHOR,)) for state in _OPEN},
    **{(state, Action.EXTEND): _step(state, by=(_HANDLER,)) for state in _OPEN},
    **{
        (state, action): _step(state, by=(_HANDLER,))
        for state in _OPEN
        for action in (
            Action.TRANSFER,
            Action.OBJECT,
            Action.ACCEPT_HANDOVER,
            Action.REFUSE_HANDOVER,
            Action.WITHDRAW_HANDOVER,
            Action.DECIDE_OBJECTION,
        )
    },
    **{(state, Action.REVEAL): _step(state, by=(_HANDLER,)) for state in (*_BEFORE_CLAIM, State.FULFILLED)},
    (State.CLAIMED, Action.REVEAL): _step(State.CLAIMED, by=(_HANDLER, _CLAIMANT)),
}

# Goods are met by several claims, each of a part of the quantity: the wish is PUBLISHED while something is missing,
# CLAIMED when everything is taken on, FULFILLED when every part is done. These rows stand beside or in place of those
# above.
SHARED_TRANSITIONS: Mapping[tuple[State, Action], Step] = {
    (State.PUBLISHED, Action.CLAIM): _step(State.PUBLISHED, State.CLAIMED, by=(_HELPER, _HANDLER)),
    (State.PUBLISHED, Action.GIVE_UP): _step(State.PUBLISHED, by=(_CLAIMANT,)),
    (State.PUBLISHED, Action.FULFIL): _step(State.PUBLISHED, by=(_CLAIMANT, _HANDLER)),
    (State.PUBLISHED, Action.ENOUGH): _step(State.CLAIMED, State.FULFILLED, by=(_AUTHOR, _HANDLER)),
    (State.PUBLISHED, Action.ASK): _step(State.PUBLISHED, by=(_HANDLER, _CLAIMANT)),
    (State.PUBLISHED, Action.REVEAL): _step(State.PUBLISHED, by=(_HANDLER, _CLAIMANT)),
    (State.CLAIMED, Action.GIVE_UP): _step(State.PUBLISHED, State.CLAIMED, State.FULFILLED, by=(_CLAIMANT,)),
    (State.CLAIMED, Action.FULFIL): _step(State.CLAIMED, State.FULFILLED, by=(_CLAIMANT, _HANDLER)),
}

# States in which everybody may read the public part of a wish; a closed one too, unless it was never published.
PUBLIC_STATES = frozenset({State.PUBLISHED, State.CLAIMED, State.FULFILLED, State.CLOSED})
# States in which somebody still has to do something, so that the wish stands in a work list.
OPEN_STATES = frozenset({State.SUBMITTED, State.VERIFYING, State.PUBLISHED, State.CLAIMED})
# Paused wishes have no due time and stand behind all others in work lists.
NEVER = datetime(9999, 1, 1, tzinfo=UTC)
# States of a wish that was sent and has not come to its end.
UNDER_WAY = (State.SUBMITTED, State.VERIFYING, State.PUBLISHED, State.CLAIMED, State.FULFILLED)
# Ends shown to the public; a declined or withdrawn wish stays between its author and the handlers.
PUBLIC_ENDS = frozenset({End.FULFILLED, End.CANNOT_BE_DONE, End.NOT_OURS, End.DUPLICATE})


def step_for(state: str, action: str, *, shared: bool = False) -> Step | None:
    """The row of the table for this action in this state, or None where the step does not exist.

    `shared` is for goods, which several people meet together.
    """
    key = (State(state), Action(action))
    return (SHARED_TRANSITIONS.get(key) if shared else None) or TRANSITIONS.get(key)


@cache
def steps_in(state: str, *, shared: bool = False) -> tuple[tuple[Action, Step], ...]:
    """Every action there is a step for in this state, in the order of `Action`."""
    found = ((action, step_for(state, action, shared=shared)) for action in Action)
    return tuple((action, step) for action, step in found if step is not None)


def allowed_state_pairs() -> list[tuple[str, str]]:
    """Every (from, to) the table allows, for the database's own guard on the state column."""
    rows = [*TRANSITIONS.items(), *SHARED_TRANSITIONS.items()]
    pairs = {(str(start.value), str(to.value)) for (start, _action), step in rows for to in step.to}
    return sorted((start, to) for start, to in pairs if start != to)


def state_after_submission(*, special: bool, needs_moderation: bool) -> State:
    """Where a submitted wish goes: special groups are verified first, moderated categories are looked at first."""
    if special:
        return State.VERIFYING
    return state_after_verification(needs_moderation=needs_moderation)


def state_after_verification(*, needs_moderation: bool) -> State:
    """A verified wish is public at once, unless its category is looked at before publication."""
    return State.SUBMITTED if needs_moderation else State.PUBLISHED


def state_after_appeal(*, to_verify: bool, was_public: bool) -> State:
    """A wish taken on after all goes back to where it was: facts not verified yet are verified first."""
    if to_verify:
        return State.VERIFYING
    return State.PUBLISHED if was_public else State.SUBMITTED


def state_after_reopening(*, claimant_still_there: bool) -> State:
    """A reopened wish goes back to the same person; where that person has left, it waits for somebody new."""
    return State.CLAIMED if claimant_still_there else State.PUBLISHED


@dataclass(frozen=True)
class ReopenRule:
    """How long (days after fulfilment or closing) and how often a resident may reopen (docs/domain.md §2, "Ends")."""

    days: int = 7
    times: int = 2

    def until(self, ended_at: datetime) -> datetime:
        return ended_at + timedelta(days=self.days)

    def still_open(self, *, ended_at: datetime, now: datetime) -> bool:
        return now <= self.until(ended_at)

    def has_left(self, *, reopen_count: int) -> bool:
        return reopen_count < self.times


@dataclass(frozen=True)
class ExtensionRule:
    """How often a time limit may be extended, and by how much at once (docs/domain.md §2, "Dispatch")."""

    times: int = 2
    longest: Limit = Limit(days=15)  # noqa: RUF009 - a limit is frozen

    def has_left(self, *, extended: int) -> bool:
        return extended < self.times

    def allows(self, by: Limit) -> bool:
        """Whether this much more time may be given at once. A working day of it is worth 24 hours."""
        return by.hours + 24 * by.days <= self.longest.hours + 24 * self.longest.days


@dataclass(frozen=True)
class Stars:
    """A resident's rating (评单): speed, attitude and result, each 1–5."""

    speed: int
    attitude: int
    result: int
    allowed: range = field(default=range(1, 6), init=False, repr=False, compare=False)

    @property
    def is_low(self) -> bool:
        """Any mark of 1 or 2: somebody calls the resident back (docs/domain.md §2, "Ends")."""
        return min(self.speed, self.attitude, self.result) <= 2

    def wrong_fields(self) -> list[str]:
        """Names of the marks that lie outside 1–5."""
        return [name for name in ("speed", "attitude", "result") if getattr(self, name) not in self.allowed]


def format_number(day: date, sequence: int) -> str:
    """The number told to the resident: year, month and day, and the day's sequence: 2026-1121-0037."""
    return f"{day:%Y-%m%d}-{sequence:04d}"


# Who is asked first, going outward (docs/domain.md §2, "Dispatch"): the grid, the community, the street, the district.
DISPATCH_CHAIN: tuple[frozenset[Role], ...] = (
    frozenset({Role.GRID_HEAD, Role.GRID_MEMBER}),
    frozenset({Role.COMMUNITY_WORKER}),
    frozenset({Role.COMMUNITY_SECRETARY}),
    frozenset({Role.STREET_OFFICER}),
    frozenset({Role.DISTRICT_ADMINISTRATOR}),
)
# Whom an overdue wish goes to, by the clock's escalation level.
ESCALATION_ROLES: Mapping[int, frozenset[Role]] = {
    1: frozenset({Role.GRID_HEAD, Role.GRID_MEMBER}),
    2: frozenset({Role.COMMUNITY_WORKER, Role.COMMUNITY_SECRETARY}),
    3: frozenset({Role.STREET_OFFICER}),
}
# Those who may take on a wish of the place they are registered or appointed for.
HELPER_ROLES: frozenset[Role] = frozenset({Role.VOLUNTEER, Role.PARTY_MEMBER}) | HANDLER_ROLES
# Those who read what stands in their place without acting on it.
READING_ROLES: frozenset[Role] = HANDLER_ROLES | {Role.SUPERVISOR}


def dispatch_chain(category_role: str) -> tuple[frozenset[Role], ...]:
    """Roles to ask in turn; a category with a responsible role of its own asks that one first."""
    if not category_role:
        return DISPATCH_CHAIN
    return (frozenset({Role(category_role)}), *DISPATCH_CHAIN)


@dataclass(frozen=True)
class Candidate:
    """Somebody a wish could be dispatched to."""

    user_id: int
    leads: bool  # a grid head, before members of the same grid
    open_wishes: int


def choose_responsible(candidates: Sequence[Candidate]) -> int | None:
    """The head of the grid first, then whoever has least on the desk; the same input always gives the same person."""
    if not candidates:
        return None
    return min(candidates, key=lambda one: (not one.leads, one.open_wishes, one.user_id)).user_id
