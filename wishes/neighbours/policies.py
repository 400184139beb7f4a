"""Who may follow a wish, say that they need the same, and talk about it; each no comes with its reason."""

from typing import TypeAlias

from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext_lazy as _

from grids.roles.domain import Role
from grids.roles.queries import held_by
from portal.accounts.models import User
from portal.decision import YES, Decision
from portal.errors import Conflict, NotAllowed
from wishes.neighbours.domain import CommentState, InterestKind
from wishes.neighbours.models import Comment
from wishes.wishes.domain import HELPER_ROLES, End, State
from wishes.wishes.models import Wish
from wishes.wishes.policies import is_author, is_handler, is_open_to_all

Viewer: TypeAlias = User | AnonymousUser


def has_slip(user: Viewer, wish: Wish) -> bool:
    """Whether the slip (回执) is theirs: the author's, or the cadre's who wrote the wish down; a draft has none."""
    mine = isinstance(user, User) and user.pk in (wish.author_id, wish.entered_by_id)
    return mine and wish.state != State.DRAFT


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


def is_verified(user: Viewer, wish: Wish) -> bool:
    """A confirmed resident of any community, or staff or volunteer of the place: their real name is known."""
    return any(
        held.role == Role.RESIDENT or (held.role in HELPER_ROLES and held.covers(wish.path)) for held in held_by(user)
    )


def can_comment(user: Viewer, wish: Wish) -> Decision:
    """Whether this person may comment on the wish (docs/domain.md §7: unverified users cannot comment)."""
    if not isinstance(user, User) or not user.is_active:
        return Decision(False, _("登录以后可以留言。"))
    if wish.end == End.DUPLICATE:
        return Decision(False, _("这个心愿已经和另一个并在一起办了，请到那一个下面留言。"), by_state=True)
    if not is_open_to_all(wish):
        return Decision(False, _("这个心愿现在没有公开。"), by_state=True)
    if not is_verified(user, wish):
        return Decision(False, _("社区确认了您的住址以后就可以留言。名字还是您自己起的那个。"))
    return YES


def can_report(user: Viewer, comment: Comment) -> Decision:
    """Anybody signed in may say that a comment should not stand there, except of their own."""
    if comment.state != CommentState.SHOWN:
        return Decision(False, _("这条留言已经不公开了。"), by_state=True)
    if comment.author_id == user.pk:
        return Decision(False, _("这是您自己的留言，可以删掉它。"))
    return YES


def can_take_back(user: Viewer, comment: Comment) -> Decision:
    """The author may remove a comment, also one that was hidden."""
    if comment.author_id != user.pk:
        return Decision(False, _("只有留言人自己可以删掉。"))
    if comment.state == CommentState.TAKEN_BACK:
        return Decision(False, _("这条留言已经删掉了。"), by_state=True)
    return YES


def can_moderate(user: Viewer, comment: Comment) -> Decision:
    """Staff of the place hide a comment or leave it, but nobody judges their own words."""
    if not is_handler(user, comment.wish):
        return Decision(False, _("只有负责这里的工作人员可以这样做。"))
    if comment.author_id == user.pk:
        return Decision(False, _("这是您自己的留言，可以删掉它。"))
    if comment.state != CommentState.SHOWN:
        return Decision(False, _("这条留言已经不公开了。"), by_state=True)
    return YES


def can_appeal(user: Viewer, comment: Comment) -> Decision:
    """The author of a hidden comment may ask once that somebody else looks."""
    if comment.author_id != user.pk:
        return Decision(False, _("只有留言人自己可以申诉。"))
    if comment.state != CommentState.HIDDEN:
        return Decision(False, _("这条留言没有被隐藏。"), by_state=True)
    if hasattr(comment, "appeal"):
        return Decision(False, _("已经申诉过了，每条留言可以申诉一次。"), by_state=True)
    return YES


def can_decide(user: Viewer, comment: Comment) -> Decision:
    """Staff of the place decide an appeal, but not whoever hid the comment, and nobody about their own words."""
    if not is_handler(user, comment.wish) or comment.author_id == user.pk:
        return Decision(False, _("只有负责这里的工作人员可以这样做。"))
    appeal = getattr(comment, "appeal", None)
    if appeal is None or appeal.decided_at is not None:
        return Decision(False, _("没有等复核的申诉。"), by_state=True)
    if appeal.hidden_by_id == user.pk:
        return Decision(False, _("是您隐藏的，请另一位同志来复核。"))
    return YES


def may_see_comment(user: Viewer, comment: Comment) -> bool:
    """Shown ones with their wish; hidden ones for their author and the staff of the place."""
    if comment.state == CommentState.TAKEN_BACK:
        return False
    if comment.state == CommentState.SHOWN:
        return is_open_to_all(comment.wish) or comment.author_id == user.pk or bool(is_handler(user, comment.wish))
    return comment.author_id == user.pk or bool(is_handler(user, comment.wish))


def require(decision: Decision) -> None:
    """The decision as an error: `Conflict` where nobody can any more, else `NotAllowed`."""
    if decision:
        return
    if decision.by_state:
        raise Conflict(decision.reason, code="wrong_state")
    raise NotAllowed(decision.reason)
