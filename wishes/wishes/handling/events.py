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
