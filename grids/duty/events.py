"""What happens on the duty board."""

from django.utils.translation import gettext_lazy as _

from portal.outbox.registry import Payload, Visibility, event


@event("grids.duty.arranged", label=_("登记请假，安排代班"), visibility=Visibility.INTERNAL)
class LeaveArranged(Payload):
    """Somebody is away for some days; `cover_id` stands in, nobody yet where it is None."""

    duty_id: int
    appointment_id: int
    cover_id: int | None
    territory_code: str


@event("grids.duty.cover_named", label=_("安排了代班的人"), visibility=Visibility.INTERNAL)
class CoverNamed(Payload):
    """Somebody stands in who did not before."""

    duty_id: int
    before_id: int | None
    cover_id: int
    territory_code: str


@event("grids.duty.ended", label=_("提前回来，代班结束"), visibility=Visibility.INTERNAL)
class LeaveEnded(Payload):
    """The leave is over earlier than arranged, or was called off."""

    duty_id: int
    cover_id: int | None
    territory_code: str


@event("grids.duty.gaps_found", label=_("两周内有网格没人"), visibility=Visibility.INTERNAL)
class GapsFound(Payload):
    """Told once a week and community; `week` is its Monday."""

    territory_id: int
    week: str
    grids: int
