"""Finding the incident a page is about, for the person who asks: what they may not see does not exist for them."""

from django.db.models import Prefetch, prefetch_related_objects
from django.http import Http404, HttpRequest, QueryDict

from grids.incidents.models import Handling, Incident, IncidentPhoto, IncidentReport, Summons
from grids.incidents.querysets import IncidentQuerySet
from grids.roles.queries import Person
from portal.accounts.models import User


def member_of(request: HttpRequest) -> User:
    """Who asks on a page that stands behind the login. Raises TypeError where it does not."""
    if not isinstance(request.user, User):
        raise TypeError("This page stands behind the login")
    return request.user


def with_parts(incidents: IncidentQuerySet) -> IncidentQuerySet:
    """With everything that a page about one of them shows and asks the policies of: three queries more."""
    return incidents.with_surroundings().prefetch_related(
        Prefetch("reports", IncidentReport.objects.select_related("reporter")),
        Prefetch("photos", IncidentPhoto.objects.select_related("photo")),
        Prefetch("summonses", Summons.objects.select_related("body")),
    )


def know_hands(incident: Incident) -> None:
    """Reads once who had a hand in it, for staff, whom the policies ask of it several times."""
    prefetch_related_objects([incident], Prefetch("handlings", Handling.objects.select_related("user")))


def incident_or_404(viewer: Person, number: str) -> Incident:
    """The incident of this number. Raises Http404 for what the viewer may not see."""
    found = with_parts(Incident.objects.visible_to(viewer)).filter(number=number).first()
    if found is None:
        raise Http404
    return found


def living_one(number: str) -> Incident | None:
    """What an incident was merged into; None for one that was not. Whether it may be seen is asked on its own page."""
    return Incident.objects.filter(merged__number=number).first()


def sent(request: HttpRequest) -> QueryDict | None:
    """What a form was sent with; None where the page was only asked for."""
    return request.POST if request.method == "POST" else None
