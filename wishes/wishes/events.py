"""What can happen to a micro-wish. The labels are the words of its timeline (走到哪一步了).

Free words stay in their own tables (claims, questions, verifications) or in the event's text; payloads hold ids only.
"""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from portal.outbox.registry import Payload, Visibility, event

PUBLIC, PARTIES = Visibility.PUBLIC, Visibility.PARTIES


@event("wishes.wish.submitted", label=_("提交心愿"), visibility=PUBLIC)
class WishSubmitted(Payload):
    """A resident has sent a wish, or sent it again after it came back (`again`)."""

    wish_id: int
    again: bool


@event("wishes.wish.dispatched", label=_("派到网格，有人负责"), visibility=PUBLIC)
class WishDispatched(Payload):
    """Place and category have decided who is responsible; None where nobody is appointed yet."""

    wish_id: int
    territory_id: int
    responsible_id: int | None


@event("wishes.wish.edited", label=_("修改了内容"), visibility=PARTIES)
class WishEdited(Payload):
    """The author changed these fields."""

    wish_id: int
    fields: tuple[str, ...]


@event("wishes.wish.verified", label=_("网格员上门核实"), visibility=PUBLIC)
class WishVerified(Payload):
    """Grid staff found the facts true."""

    wish_id: int
    verification_id: int


@event("wishes.wish.returned", label=_("核实后请居民补充"), visibility=PARTIES)
class WishReturned(Payload):
    """Verification sent the wish back to its author, with the reason as text."""

    wish_id: int
    verification_id: int


@event("wishes.wish.published", label=_("公开，志愿者先认领"), visibility=PUBLIC)
class WishPublished(Payload):
    """Everybody can read the public part now."""

    wish_id: int


@event("wishes.wish.claimed", label=_("有人认领"), visibility=PUBLIC)
class WishClaimed(Payload):
    """Somebody took the wish on, or `quantity` of the goods."""

    wish_id: int
    claim_id: int
    claimant_id: int
    quantity: int | None = None
    body_id: int | None = None


@event("wishes.wish.assigned", label=_("没有人认领，由社区党组织负责"), visibility=PUBLIC)
class WishAssigned(Payload):
    """The last tier's time is over: the Party organisation answers for what nobody took, of goods `quantity`."""

    wish_id: int
    claim_id: int
    body_id: int
    quantity: int | None


@event("wishes.wish.given_up", label=_("认领人帮不了了，重新等人认领"), visibility=PUBLIC)
class ClaimGivenUp(Payload):
    """The claimant cannot help after all; of goods, `quantity` of them are missing again."""

    wish_id: int
    claim_id: int
    claimant_id: int
    quantity: int | None = None


@event("wishes.wish.part_fulfilled", label=_("办好了自己的一份"), visibility=PUBLIC)
class PartFulfilled(Payload):
    """One claim on goods is done; the wish itself is fulfilled when all are."""

    wish_id: int
    claim_id: int
    quantity: int


@event("wishes.wish.enough", label=_("够了，不用再认领"), visibility=PUBLIC)
class EnoughDeclared(Payload):
    """What was `missing` of the goods is not looked for any more; the public reason is the text."""

    wish_id: int
    missing: int


@event("wishes.wish.fulfilled", label=_("办好了，等居民确认"), visibility=PUBLIC)
class WishFulfilled(Payload):
    """Claimant or handler says it is done."""

    wish_id: int
    claim_id: int


@event("wishes.wish.confirmed", label=_("居民确认并评价"), visibility=PUBLIC)
class WishConfirmed(Payload):
    """The resident confirmed and rated; each mark is 1–5."""

    wish_id: int
    rating_id: int
    speed: int
    attitude: int
    result: int


@event("wishes.wish.auto_confirmed", label=_("到期没有异议，自动确认"), visibility=PUBLIC)
class WishAutoConfirmed(Payload):
    """Nobody answered in time."""

    wish_id: int


@event("wishes.wish.reopened", label=_("居民说还没办好，重新办理"), visibility=PUBLIC)
class WishReopened(Payload):
    """Back to the same person, or to everybody where that person has left (`claimant_id` None)."""

    wish_id: int
    times: int
    claimant_id: int | None


@event("wishes.wish.cannot_be_done", label=_("办结：暂时办不了"), visibility=PUBLIC)
class WishCannotBeDone(Payload):
    """It cannot be done; the public reason is the text."""

    wish_id: int
    claimant_id: int | None


@event("wishes.wish.not_ours", label=_("办结：转请别处办理"), visibility=PUBLIC)
class WishNotOurs(Payload):
    """Another body's matter; the text names it."""

    wish_id: int
    claimant_id: int | None


@event("wishes.wish.duplicate", label=_("办结：和另一个心愿相同"), visibility=PUBLIC)
class WishDuplicate(Payload):
    """The same matter as another wish, which goes on."""

    wish_id: int
    of_id: int
    claimant_id: int | None


@event("wishes.wish.declined", label=_("没有受理"), visibility=PARTIES)
class WishDeclined(Payload):
    """Not taken on; the reason is the text."""

    wish_id: int


@event("wishes.wish.withdrawn", label=_("本人撤回"), visibility=PARTIES)
class WishWithdrawn(Payload):
    """The author took it back."""

    wish_id: int
    claimant_id: int | None


@event("wishes.wish.asked", label=_("问了居民一个问题，先等回答"), visibility=PARTIES)
class ResidentAsked(Payload):
    """The clock rests until the resident answers."""

    wish_id: int
    question_id: int


@event("wishes.wish.answered", label=_("居民回答了"), visibility=PARTIES)
class ResidentAnswered(Payload):
    """The clock runs again."""

    wish_id: int
    question_id: int


@event("wishes.wish.extended", label=_("延长了时限"), visibility=PUBLIC)
class WishExtended(Payload):
    """More time; the reason, told to the resident, is the text."""

    wish_id: int
    extension_id: int
    due_before: datetime | None
    due_after: datetime | None


@event("wishes.wish.transferred", label=_("转给另一位工作人员负责"), visibility=PARTIES)
class WishTransferred(Payload):
    """Somebody else is responsible from now on; the reason is the text. `handover_id` names the offer accepted."""

    wish_id: int
    from_id: int | None
    to_id: int
    handover_id: int | None = None


@event("wishes.contact.revealed", label=_("查看了联系方式"), visibility=PARTIES)
class ContactRevealed(Payload):
    """Somebody looked at name, phone and address; the stated reason is the text. The author can read this."""

    wish_id: int
    viewer_id: int
