"""Finding the incident a page is about, for the person who asks: what they may not see does not exist for them."""

from django.db.models import Exists, OuterRef, Prefetch, prefetch_related_objects
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


def read_what_there_is(incident: Incident) -> Incident:
    """Departments called and photos, read where there are any: most incidents have one of them at most."""
    empty = {"summonses": Summons.objects.none(), "photos": IncidentPhoto.objects.none()}
    there = {"summonses": incident.__dict__["was_called"], "photos": incident.__dict__["has_photos"]}
    cache = incident.__dict__.setdefault("_prefetched_objects_cache", {})
    cache.update({name: empty[name] for name, is_there in there.items() if not is_there})
    prefetch_related_objects([incident], *(_PARTS[name] for name, is_there in there.items() if is_there))
    return incident


_PARTS = {
    "photos": Prefetch("photos", IncidentPhoto.objects.select_related("photo")),
    "summonses": Prefetch("summonses", Summons.objects.select_related("body")),
}


def know_hands(incident: Incident) -> None:
    """Reads once who had a hand in it, for staff, whom the policies ask of it several times."""
    if incident.handled_at is None and not incident.reopen_count and not incident.summonses.all():
        # What nobody has said to be done and no department was called to was handled by nobody.
        incident.__dict__["_prefetched_objects_cache"]["handlings"] = Handling.objects.none()
        return
    prefetch_related_objects([incident], Prefetch("handlings", Handling.objects.select_related("user")))


def incident_or_404(viewer: Person, number: str) -> Incident:
    """The incident of this number. Raises Http404 for what the viewer may not see."""
    rows = Incident.objects.visible_to(viewer).with_surroundings().filter(number=number)
    rows = rows.annotate(
        was_called=Exists(Summons.objects.filter(incident=OuterRef("pk"))),
        has_photos=Exists(IncidentPhoto.objects.filter(incident=OuterRef("pk"))),
    )
    found = rows.prefetch_related(Prefetch("reports", IncidentReport.objects.select_related("reporter"))).first()
    if found is None:
        raise Http404
    return read_what_there_is(found)


def living_one(number: str) -> Incident | None:
    """What an incident was merged into; None for one that was not. Whether it may be seen is asked on its own page."""
    return Incident.objects.filter(merged__number=number).first()


def sent(request: HttpRequest) -> QueryDict | None:
    """What a form was sent with; None where the page was only asked for."""
    return request.POST if request.method == "POST" else None
