"""What happens to households and pairings."""

from django.utils.translation import gettext_lazy as _

from portal.outbox.registry import Payload, Visibility, event


@event("grids.pairing.household_added", label=_("登记住户"), visibility=Visibility.INTERNAL)
class HouseholdAdded(Payload):
    household_id: int
    building_code: str


@event("grids.pairing.care_changed", label=_("修改特殊关照"), visibility=Visibility.AUDIT)
class CareChanged(Payload):
    household_id: int


@event("grids.pairing.care_revealed", label=_("查看了特殊关照"), visibility=Visibility.AUDIT)
class CareRevealed(Payload):
    household_id: int


@event("grids.pairing.paired", label=_("结对"), visibility=Visibility.INTERNAL)
class Paired(Payload):
    pairing_id: int
    lead_id: int


@event("grids.pairing.ended", label=_("结对结束"), visibility=Visibility.INTERNAL)
class PairingEnded(Payload):
    pairing_id: int
    lead_id: int


@event("grids.pairing.proposal_accepted", label=_("采纳结对建议"), visibility=Visibility.INTERNAL)
class ProposalAccepted(Payload):
    territory_code: str
    pairing_ids: tuple[int, ...]
    lead_ids: tuple[int, ...]


@event("grids.pairing.feedback_due", label=_("该做给单位的半年反馈了"), visibility=Visibility.INTERNAL)
class FeedbackDue(Payload):
    territory_id: int
    since: str
