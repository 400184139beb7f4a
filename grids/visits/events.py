"""What happens with visits. None of it says why a household is in special care."""

from django.utils.translation import gettext_lazy as _

from portal.outbox.registry import Payload, Visibility, event


@event("grids.visits.logged", label=_("记下走访"), visibility=Visibility.INTERNAL)
class VisitLogged(Payload):
    visit_id: int
    household_id: int


@event("grids.visits.corrected", label=_("更正走访"), visibility=Visibility.INTERNAL)
class VisitCorrected(Payload):
    """What it was before stands in the revision of this number."""

    visit_id: int
    number: int
    fields: tuple[str, ...]


@event("grids.visits.withdrawn", label=_("撤回走访"), visibility=Visibility.INTERNAL)
class VisitWithdrawn(Payload):
    visit_id: int
    number: int
    household_id: int


@event("grids.visits.revealed", label=_("查看了走访内容"), visibility=Visibility.AUDIT)
class VisitRevealed(Payload):
    visit_id: int


@event("grids.visits.overdue", label=_("走访过了日子"), visibility=Visibility.INTERNAL)
class VisitOverdue(Payload):
    household_id: int
    level: int


@event("grids.visits.became_incident", label=_("走访发现的事上报了"), visibility=Visibility.INTERNAL)
class VisitBecameIncident(Payload):
    visit_id: int
    incident_id: int


@event("grids.visits.forgotten", label=_("走访的文字照片到期删除"), visibility=Visibility.AUDIT)
class VisitsForgotten(Payload):
    count: int
