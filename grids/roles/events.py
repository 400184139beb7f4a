"""What happens to residency and appointments."""

from django.utils.translation import gettext_lazy as _

from portal.outbox.registry import Payload, Visibility, event


@event("grids.residency.requested", label=_("申请居民身份"), visibility=Visibility.PARTIES)
class ResidencyRequested(Payload):
    residency_id: int
    community_code: str


@event("grids.residency.approved", label=_("社区确认了居民身份"), visibility=Visibility.PARTIES)
class ResidencyApproved(Payload):
    residency_id: int
    community_code: str


@event("grids.residency.refused", label=_("社区没有确认居民身份"), visibility=Visibility.PARTIES)
class ResidencyRefused(Payload):
    residency_id: int
    community_code: str


@event("grids.residency.ended", label=_("居民身份结束"), visibility=Visibility.PARTIES)
class ResidencyEnded(Payload):
    residency_id: int
    community_code: str


@event("grids.residency.address_revealed", label=_("查看了住址"), visibility=Visibility.AUDIT)
class AddressRevealed(Payload):
    residency_id: int
    owner_id: int


@event("grids.roles.appointed", label=_("任命"), visibility=Visibility.INTERNAL)
class Appointed(Payload):
    appointment_id: int
    user_id: int
    role: str
    territory_code: str


@event("grids.roles.appointment_ended", label=_("卸任"), visibility=Visibility.INTERNAL)
class AppointmentEnded(Payload):
    appointment_id: int
    user_id: int
    role: str
    territory_code: str
