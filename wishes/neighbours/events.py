"""What can happen around a wish."""

from django.utils.translation import gettext_lazy as _

from portal.outbox.registry import Payload, Visibility, event


@event("wishes.wish.joined", label=_("另一个相同的心愿并到这里，一起办"), visibility=Visibility.PUBLIC)
class WishJoined(Payload):
    """A duplicate was merged into this wish, and whoever waited for it waits for this one."""

    wish_id: int
    from_id: int


@event("wishes.comment.written", label=_("有邻居留言"))
class CommentWritten(Payload):
    """Somebody commented on a wish."""

    wish_id: int
    comment_id: int


@event("wishes.comment.reported", label=_("有人举报留言"))
class CommentReported(Payload):
    """Somebody finds that a comment should not stand there."""

    wish_id: int
    comment_id: int
    reason: str


@event("wishes.comment.hidden", label=_("隐藏了留言"))
class CommentHidden(Payload):
    """Staff hid a comment; the reason, told to its author, is the text."""

    wish_id: int
    comment_id: int


@event("wishes.comment.kept", label=_("看过举报，留言没有问题"))
class CommentKept(Payload):
    """Staff looked at the reports and left the comment where it is."""

    wish_id: int
    comment_id: int


@event("wishes.comment.appealed", label=_("留言人申诉"))
class CommentAppealed(Payload):
    """The author of a hidden comment asks somebody else to look again; why is the text."""

    wish_id: int
    comment_id: int
    appeal_id: int


@event("wishes.comment.appeal_decided", label=_("复核了申诉"))
class CommentAppealDecided(Payload):
    """Somebody else has looked; their answer is the text."""

    wish_id: int
    comment_id: int
    appeal_id: int
    shown_again: bool


@event("wishes.status.locked", label=_("按编号查进度试错太多，暂停一小时"), visibility=Visibility.AUDIT)
class StatusLocked(Payload):
    """Too many wrong tries to read a status, by number or from one address."""

    try_id: int
    asked_by: str
    tries: int
