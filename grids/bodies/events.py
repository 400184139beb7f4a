"""What happens to bodies."""

from django.utils.translation import gettext_lazy as _

from portal.outbox.registry import Payload, Visibility, event


@event("grids.bodies.added", label=_("登记了组织或单位"), visibility=Visibility.INTERNAL)
class BodyAdded(Payload):
    body_id: int
    kind: str
    territory_code: str


@event("grids.bodies.changed", label=_("修改了组织或单位"), visibility=Visibility.INTERNAL)
class BodyChanged(Payload):
    body_id: int
    fields: tuple[str, ...]


@event("grids.bodies.member_added", label=_("有了经办人"), visibility=Visibility.INTERNAL)
class MemberAdded(Payload):
    body_id: int
    member_id: int
    user_id: int


@event("grids.bodies.member_ended", label=_("经办人卸任"), visibility=Visibility.INTERNAL)
class MemberEnded(Payload):
    body_id: int
    member_id: int
    user_id: int


@event("grids.bodies.office_given", label=_("派到了单位"), visibility=Visibility.INTERNAL)
class UnitOfficeGiven(Payload):
    appointment_id: int
    body_id: int


@event("grids.bodies.office_taken", label=_("不再派到单位"), visibility=Visibility.INTERNAL)
class UnitOfficeTaken(Payload):
    appointment_id: int
    body_id: int
