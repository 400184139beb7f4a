"""Who reported it: stars by default, shown to staff of the place for a reason, every look written down."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from grids.incidents.events import ReporterRevealed
from grids.incidents.models import IncidentReport
from grids.incidents.policies import may_reveal
from grids.incidents.services import steps
from portal.accounts.models import User
from portal.errors import NotAllowed
from portal.masking import mask_name, mask_phone
from portal.outbox.services import record


@dataclass(frozen=True)
class Reporter:
    """Name and number of a reporter; `masked` says whether these are stars or the real thing."""

    name: str
    phone: str
    masked: bool


def masked_reporter(report: IncidentReport) -> Reporter:
    """The reporter as stars."""
    person = report.reporter
    phone = mask_phone(str(person.phone)) if person.phone else ""
    return Reporter(mask_name(person.legal_name or person.display_name), phone, masked=True)


@transaction.atomic
def reveal_reporter(*, actor: User, report: IncidentReport, reason: str, at: datetime | None = None) -> Reporter:
    """The reporter's name and number, for staff who handle matters of the place; the reporter learns of the look.

    Raises `Invalid` (field "reason"), `NotAllowed`.
    """
    now = steps.moment(at)
    incident = steps.locked(report.incident)
    if not may_reveal(actor, incident):
        raise NotAllowed(_("只有负责这里的工作人员可以看上报人。"))
    reason = steps.required(reason, message=_("请写一句为什么要看，上报人会看到。"), longest=200)
    event = ReporterRevealed(incident_id=incident.pk, report_id=report.pk, viewer_id=actor.pk)
    record(event, subject=incident, actor=actor, text=reason, at=now)
    person = report.reporter
    return Reporter(person.legal_name or person.display_name, str(person.phone or ""), masked=False)
