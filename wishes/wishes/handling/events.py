"""What happens while it is settled who answers for a wish. Reasons are between the staff; they are the event's text."""

from django.utils.translation import gettext_lazy as _

from portal.outbox.registry import Payload, Visibility, event

INTERNAL = Visibility.INTERNAL


@event("wishes.handover.objected", label=_("提出派单异议，首接的继续负责"), visibility=INTERNAL)
class ObjectionRaised(Payload):
    """Whom the wish was sent to says that it belongs elsewhere; `proposed_id` is who should have it, if they know."""

    wish_id: int
    handover_id: int
    proposed_id: int | None


@event("wishes.handover.offered", label=_("请另一位工作人员接办，等答复"), visibility=INTERNAL)
class HandoverOffered(Payload):
    """Somebody is asked to answer for the wish."""

    wish_id: int
    handover_id: int
    proposed_id: int


@event("wishes.handover.refused", label=_("不能接，原来的同志继续负责"), visibility=INTERNAL)
class HandoverRefused(Payload):
    """Who was asked refuses; the reason is the text."""

    wish_id: int
    handover_id: int


@event("wishes.handover.withdrawn", label=_("收回移交，原来的同志继续负责"), visibility=INTERNAL)
class HandoverWithdrawn(Payload):
    """Whoever asked takes it back."""

    wish_id: int
    handover_id: int


@event("wishes.handover.dismissed", label=_("裁定：仍由首接的负责"), visibility=INTERNAL)
class ObjectionDismissed(Payload):
    """The level above leaves the wish where it is; the reason is the text."""

    wish_id: int
    handover_id: int


@event("wishes.handover.reminded", label=_("提醒答复移交"), visibility=INTERNAL)
class HandoverReminded(Payload):
    """Nobody has answered for too long."""

    wish_id: int
    handover_id: int


@event("wishes.callback.asked", label=_("列入回访"), visibility=INTERNAL)
class CallbackAsked(Payload):
    """Somebody will call the resident; `cause` is a `CallbackCause`."""

    wish_id: int
    callback_id: int
    cause: str


@event("wishes.callback.ended", label=_("电话回访"), visibility=Visibility.PARTIES)
class CallbackEnded(Payload):
    """What came of it: `outcome` is a `CallbackState`. Counted apart from the ratings."""

    wish_id: int
    callback_id: int
    cause: str
    outcome: str


@event("wishes.callback.reminded", label=_("提醒回访"), visibility=INTERNAL)
class CallbackReminded(Payload):
    """Nobody has called in time."""

    wish_id: int
    callback_id: int


@event("wishes.wish.referral_answered", label=_("转请的单位答复了"), visibility=Visibility.PUBLIC)
class ReferralAnswered(Payload):
    """The other body's answer, public; it is the text."""

    wish_id: int
    referral_id: int
    body_id: int


@event("wishes.referral.reminded", label=_("提醒：转请的单位还没有答复"), visibility=INTERNAL)
class ReferralReminded(Payload):
    """The other body has not answered in time."""

    wish_id: int
    referral_id: int


@event("wishes.appeal.opened", label=_("提出申诉"), visibility=Visibility.PARTIES)
class AppealOpened(Payload):
    """Somebody asks that a decision be looked at again; the reason is the text."""

    wish_id: int
    appeal_id: int


@event("wishes.appeal.upheld", label=_("申诉成立，重新受理"), visibility=Visibility.PARTIES)
class AppealUpheld(Payload):
    """The decision is undone; the reason is the text."""

    wish_id: int
    appeal_id: int


@event("wishes.appeal.dismissed", label=_("申诉看过了，维持原来的处理"), visibility=Visibility.PARTIES)
class AppealDismissed(Payload):
    """The decision stands; the reason is the text."""

    wish_id: int
    appeal_id: int


@event("wishes.appeal.reminded", label=_("提醒答复申诉"), visibility=INTERNAL)
class AppealReminded(Payload):
    """Nobody has decided in time."""

    wish_id: int
    appeal_id: int
