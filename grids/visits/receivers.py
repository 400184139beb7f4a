"""What visits do when a person leaves or wants a copy of their data (docs/domain.md §7)."""

from datetime import date
from typing import Any

from django.db.models import Count, Q
from django.dispatch import receiver
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

import grids.visits.photos  # noqa: F401 (says who may see photos of visits)
from grids.members.models import PartyMember
from grids.pairing.feedback import register_figure
from grids.roles.models import Residency
from grids.visits.domain import MET
from grids.visits.models import PlannedVisit, Visit, VisitPhoto, VisitRevision
from portal.accounts.erasure import ErasedIdentity
from portal.accounts.export import register_data_section
from portal.accounts.models import User
from portal.accounts.signals import user_erased
from portal.photos.services import delete_photo


@receiver(user_erased, dispatch_uid="grids.visits.erase")
def erase(*, user: User, was: ErasedIdentity, **_kwargs: Any) -> None:
    """That somebody was there stays; what whoever left wrote and photographed goes, and what is written of a resident.

    A visit names no resident. Where the words of one in the community where they lived do, those go.
    """
    Visit.objects.filter(visitor=user).update(words="", topics=[])
    VisitRevision.objects.filter(visit__visitor=user).update(words="", topics=[])
    for path in Residency.objects.filter(user=user).values_list("community__path", flat=True).distinct():
        near = Visit.objects.filter(building__path__startswith=path)
        for word in (each for each in was.words if len(each) > 1):
            near.filter(words__contains=word).update(words="", topics=[])
            before = VisitRevision.objects.filter(visit__in=near, words__contains=word)
            before.update(words="", topics=[])
    for shown in VisitPhoto.objects.filter(photo__owner=user).select_related("photo"):
        picture = shown.photo
        shown.delete()
        delete_photo(photo=picture)
    PlannedVisit.objects.filter(user=user).delete()


def visits_of(user: User) -> list[dict[str, Any]]:
    """Visits this person has made: building, door and their own words; nobody's name."""
    found = Visit.objects.filter(visitor=user).select_related("household__building").prefetch_related("revisions")
    found = found.annotate(pictures=Count("photos"))
    return [
        {
            "household": f"{one.household.building.name} {one.household.door}",
            "visited_at": one.visited_at,
            "kind": one.kind,
            "topics": one.topics,
            "words": one.words,
            "photos": one.pictures,  # type: ignore[attr-defined]  # annotated above
            "withdrawn_at": one.withdrawn_at,
            "before": [
                {"visited_at": was.visited_at, "kind": was.kind, "topics": was.topics, "words": was.words}
                for was in one.revisions.all()
            ],
        }
        for one in found.defer("household__building__boundary")
        .prefetch_related("revisions")
        .order_by("visited_at", "pk")
    ]


register_data_section("visits", label=_("我的走访"), data=visits_of)


def visits_in(member: PartyMember, since: date, after: date) -> str:
    """How often a member was at somebody's door in a half-year, in words."""
    found = Visit.objects.standing().filter(
        visitor=member.user_id, visited_at__date__gte=since, visited_at__date__lt=after
    )
    numbers = found.aggregate(visits=Count("pk"), met=Count("pk", filter=Q(kind__in=sorted(MET))))
    return gettext("{n} 次，其中见到人 {met} 次").format(n=numbers["visits"], met=numbers["met"])


register_figure("visits", label=_("入户走访"), figure=visits_in)
