"""Incidents as what a wish is made of: what no department handles but a neighbour may."""

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grids.incidents.domain import Group, PhotoRole, State
from grids.incidents.models import Incident
from grids.incidents.policies import is_reporter, may_reveal
from grids.incidents.querysets import reads_as_staff
from grids.roles.queries import Person
from portal.accounts.models import User
from portal.decision import YES, Decision
from portal.masking import mask_numbers
from wishes.origins.registry import Prefill, Source, register_source
from wishes.wishes.models import ToldBy

KIND = "incident"
MOST_PEOPLE = 5
# The wish category nearest to a class of incidents, by the codes of the first catalogue; others are chosen by hand.
CATEGORIES = {
    Group.PUBLIC: "facility",
    Group.TRAFFIC: "light",
    Group.SANITATION: "clean",
    Group.APPEARANCE: "clean",
    Group.ADVERTISING: "clean",
}


def _find(key: int) -> Incident | None:
    found: Incident | None = (
        Incident.objects.with_surroundings().select_related("merged_into__category").filter(pk=key).first()
    )
    return found


def _sees(viewer: Person, incident: Incident) -> bool:
    """Staff of the place and whoever reported it: that a wish came from a report is nobody else's business."""
    return reads_as_staff(viewer, incident) or is_reporter(viewer, incident)


def _may_make(actor: User, incident: Incident) -> Decision:
    """Staff who handle matters of the place; a reporter, of what was found to be no incident."""
    if incident.state == State.MERGED:
        return Decision(False, _("这件事和另一件一起办了，请在那一件上转。"), by_state=True, code="merged")
    if may_reveal(actor, incident) or (incident.state == State.REJECTED and is_reporter(actor, incident)):
        return YES
    return Decision(False, _("由负责这里的工作人员来转为心愿。"), code="not_yours")


def _prefill(actor: User, incident: Incident) -> Prefill:
    staff = may_reveal(actor, incident)
    reports = [one for one in incident.reports.select_related("reporter") if staff or one.reporter_id == actor.pk]
    people = [one.reporter for one in reports if one.reporter.is_active and one.reporter_id != actor.pk]
    photos = [shown.photo for shown in incident.photos.select_related("photo") if shown.role == PhotoRole.BEFORE]
    return Prefill(
        place=incident.territory,
        spot=incident.spot,
        category="light"
        if incident.category.code == "street-lamp"
        else CATEGORIES.get(Group(incident.category.group), ""),
        title=incident.title,
        details=mask_numbers(next((one.words for one in reports if one.words), "")),
        photos=[photo for photo in photos if photo.is_ready and (staff or photo.owner_id == actor.pk)],
        people=people[:MOST_PEOPLE] if staff else (),
        for_others=staff,
        told_by=ToldBy.PHONE,
    )


def _family(incident: Incident) -> Any:
    return Incident.objects.filter(Q(pk=incident.pk) | Q(merged_into=incident)).values("pk")


def _told(incident: Incident) -> Any:
    return incident.reports.values_list("reporter_id", flat=True)


INCIDENT = Source(
    kind=KIND,
    label=gettext_lazy("事件"),
    model=Incident,
    find=_find,
    sees=_sees,
    may_make=_may_make,
    prefill=_prefill,
    name=lambda incident: _("事件 {number}").format(number=incident.number),
    url=lambda incident: incident.get_absolute_url(),
    family=_family,
    told=_told,
)
register_source(INCIDENT)
