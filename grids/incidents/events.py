"""What can happen to an incident. The labels are the words of its timeline; free words stand in the event's text."""

from django.utils.translation import gettext_lazy as _

from portal.outbox.registry import Payload, Visibility, event

PUBLIC, PARTIES, INTERNAL = Visibility.PUBLIC, Visibility.PARTIES, Visibility.INTERNAL


@event("grids.incident.collected", label=_("有人上报"), visibility=PUBLIC)
class IncidentCollected(Payload):
    """Somebody reported something (采集)."""

    incident_id: int
    report_id: int


@event("grids.incident.filed", label=_("立案"), visibility=PUBLIC)
class IncidentFiled(Payload):
    """Somebody of the place found that it is a matter to be handled (立案)."""

    incident_id: int
    category_code: str


@event("grids.incident.rejected", label=_("不予立案"), visibility=PARTIES)
class IncidentRejected(Payload):
    """It is none; the reason is the event's text."""

    incident_id: int


@event("grids.incident.dispatched", label=_("派遣"), visibility=PUBLIC)
class IncidentDispatched(Payload):
    """A place answers for it (派遣); None where nobody in particular was named."""

    incident_id: int
    territory_id: int
    assigned_to_id: int | None


@event("grids.incident.taken", label=_("有人去处置了"), visibility=PUBLIC)
class IncidentTaken(Payload):
    """Somebody is at it (处置)."""

    incident_id: int


@event("grids.incident.passed_up", label=_("上报上一级"), visibility=PUBLIC)
class IncidentPassedUp(Payload):
    """The place could not handle it; the one above answers for it now. The clock goes on."""

    incident_id: int
    from_id: int
    to_id: int


@event("grids.incident.reported_back", label=_("办好了，等核查"), visibility=PUBLIC)
class IncidentReportedBack(Payload):
    """Done, says whoever handled it (反馈)."""

    incident_id: int
    handling_id: int
    on_the_spot: bool


@event("grids.incident.verified", label=_("核查通过"), visibility=PUBLIC)
class IncidentVerified(Payload):
    """Somebody else has looked (核查)."""

    incident_id: int


@event("grids.incident.failed", label=_("核查没通过，接着办"), visibility=PUBLIC)
class IncidentFailed(Payload):
    """Somebody else has looked, and it is not done."""

    incident_id: int
    handler_id: int | None


@event("grids.incident.reopened", label=_("又有问题，再办一次"), visibility=PUBLIC)
class IncidentReopened(Payload):
    """Verified, but not done after all."""

    incident_id: int
    handler_id: int | None


@event("grids.incident.evaluated", label=_("考评结案"), visibility=PUBLIC)
class IncidentEvaluated(Payload):
    """Judged (考评), apart from whether it was in time."""

    incident_id: int
    grade: str


@event("grids.incident.paused", label=_("暂停计时"), visibility=PARTIES)
class IncidentPaused(Payload):
    """The clock rests for a reason that nobody here can do anything about."""

    incident_id: int


@event("grids.incident.resumed", label=_("恢复计时"), visibility=PARTIES)
class IncidentResumed(Payload):
    """The clock runs on."""

    incident_id: int


@event("grids.incident.reporter_revealed", label=_("查看了上报人"), visibility=INTERNAL)
class ReporterRevealed(Payload):
    """Somebody of the staff looked at name and number of a reporter, with the reason as text."""

    incident_id: int
    report_id: int
    viewer_id: int


@event("grids.incident.whistled", label=_("街道吹哨，请部门报到"), visibility=PUBLIC)
class DepartmentsCalled(Payload):
    """The street called these departments, each with its own time to report."""

    incident_id: int
    summons_ids: tuple[int, ...]


@event("grids.incident.reported_in", label=_("部门报到"), visibility=PUBLIC)
class DepartmentReportedIn(Payload):
    """A department is there."""

    incident_id: int
    summons_id: int


@event("grids.incident.answered", label=_("部门答复"), visibility=PUBLIC)
class DepartmentAnswered(Payload):
    """A department has done its part; its words stand with the summons."""

    incident_id: int
    summons_id: int


@event("grids.incident.called_off", label=_("不用部门来了"), visibility=PARTIES)
class DepartmentCalledOff(Payload):
    """A department need not come after all."""

    incident_id: int
    summons_id: int


@event("grids.incident.joined", label=_("又有人上报同一件事"), visibility=PUBLIC)
class IncidentJoined(Payload):
    """Somebody else reported the same thing."""

    incident_id: int
    report_id: int


@event("grids.incident.merged", label=_("和另一件并在一起办"), visibility=PUBLIC)
class IncidentMerged(Payload):
    """Two incidents are one; told about both of them, with the reports that went over."""

    incident_id: int
    into_id: int
    report_ids: tuple[int, ...]


@event("grids.incident.moved", label=_("网格有变，由新的网格负责"), visibility=PUBLIC)
class IncidentMoved(Payload):
    """The net changed, and the incident belongs to another grid now."""

    incident_id: int
    from_id: int
    to_id: int


@event("grids.incident.category_changed", label=_("修改了事件类别"), visibility=INTERNAL)
class CategoryChanged(Payload):
    """An administrator added a category, or changed these fields of one."""

    category_id: int
    fields: tuple[str, ...]
