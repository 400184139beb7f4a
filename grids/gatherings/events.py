"""What happens in Party life. Who was there stands in rows that can be taken away, never in events."""

from django.utils.translation import gettext_lazy as _

from portal.outbox.registry import Payload, Visibility, event


@event("grids.gatherings.planned", label=_("安排组织生活"), visibility=Visibility.INTERNAL)
class GatheringPlanned(Payload):
    gathering_id: int


@event("grids.gatherings.changed", label=_("改了组织生活的安排"), visibility=Visibility.INTERNAL)
class GatheringChanged(Payload):
    gathering_id: int
    fields: tuple[str, ...]


@event("grids.gatherings.cancelled", label=_("取消组织生活"), visibility=Visibility.INTERNAL)
class GatheringCancelled(Payload):
    gathering_id: int


@event("grids.gatherings.opened", label=_("开始签到"), visibility=Visibility.INTERNAL)
class CheckInOpened(Payload):
    gathering_id: int


@event("grids.gatherings.closed", label=_("结束签到"), visibility=Visibility.INTERNAL)
class GatheringClosed(Payload):
    """Without an actor where nobody ended check-in and it ended by itself."""

    gathering_id: int


@event("grids.gatherings.asked", label=_("问组织生活开了没有"), visibility=Visibility.INTERNAL)
class GatheringAsked(Payload):
    gathering_id: int


@event("grids.gatherings.leave_asked", label=_("请假"), visibility=Visibility.INTERNAL)
class LeaveAsked(Payload):
    """Without its actor: that somebody was invited is not to stay in the log."""

    attendance_id: int


@event("grids.gatherings.marked", label=_("登记到没到"), visibility=Visibility.INTERNAL)
class AttendanceMarked(Payload):
    attendance_id: int
    standing: str
    after_closing: bool


@event("grids.gatherings.minutes_signed", label=_("签发会议记录"), visibility=Visibility.INTERNAL)
class MinutesSigned(Payload):
    gathering_id: int


@event("grids.gatherings.minutes_reopened", label=_("重新修改会议记录"), visibility=Visibility.INTERNAL)
class MinutesReopened(Payload):
    gathering_id: int


@event("grids.gatherings.due", label=_("组织生活快到期"), visibility=Visibility.INTERNAL)
class GatheringDue(Payload):
    organisation_id: int
    kind: str
    period: str


@event("grids.gatherings.missed", label=_("组织生活没有按期开展"), visibility=Visibility.INTERNAL)
class GatheringMissed(Payload):
    organisation_id: int
    kind: str
    period: str
