"""What incidents do when a person leaves or wants a copy of their data (docs/domain.md §7), and in a new database."""

from collections.abc import Collection
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.db import connections
from django.db.models import Q
from django.db.models.signals import post_migrate
from django.dispatch import receiver
from django.utils.translation import gettext_lazy as _

import grids.incidents.photos  # noqa: F401 (says who may see photos of incidents)
from grids.incidents.catalogue import ensure_default_categories
from grids.incidents.models import Handling, Incident, IncidentCategory, IncidentPhoto, IncidentReport, Summons
from grids.incidents.services.moving import of_buildings, still_open
from grids.lineage.registry import register_open_matters
from grids.territory.models import Territory
from portal.accounts.erasure import ErasedIdentity
from portal.accounts.export import register_data_section
from portal.accounts.models import User
from portal.accounts.signals import user_erased
from portal.photos.services import delete_photo


def open_incidents(grid: Territory, buildings: Collection[Territory] | None) -> int:
    """Incidents that a change of the net takes along: of the grid, or of these buildings of it."""
    if buildings is None:
        return still_open(grid.pk).count()
    return of_buildings(grid.pk, [building.pk for building in buildings]).count()


register_open_matters("incidents", label=_("没办完的事件"), counter=open_incidents)


@receiver(user_erased, dispatch_uid="grids.incidents.erase")
def erase(*, user: User, was: ErasedIdentity, **_kwargs: Any) -> None:
    """The matter stays, since it is everybody's; the words, photos and names of whoever left go.

    What the person said with a step stands in the events' texts, which the outbox erases.
    """
    reports = IncidentReport.objects.filter(reporter=user)
    touched = Incident.objects.filter(reports__in=reports)
    for word in sorted(was.words, key=len, reverse=True):
        touched.filter(spot__contains=word).update(spot="")
        Handling.objects.filter(incident__in=touched, note__contains=word).update(note="")
        touched.filter(end_reason__contains=word).update(end_reason=_("（已应本人要求删除）"))
        IncidentReport.objects.filter(incident__in=touched, words__contains=word).update(words="")
    reports.update(words="")
    Handling.objects.filter(user=user).update(note="")
    Summons.objects.filter(called_by=user).update(asked=_("（已应本人要求删除）"))
    Summons.objects.filter(answered_by=user).update(answer="")
    for shown in IncidentPhoto.objects.filter(photo__owner=user).select_related("photo"):
        picture = shown.photo
        shown.delete()
        delete_photo(photo=picture)


@receiver(post_migrate, dispatch_uid="grids.incidents.catalogue")
def put_first_categories_in_place(sender: AppConfig, using: str, **_kwargs: Any) -> None:
    """A fresh portal has something to report. Migrating another app alone may come before this one has tables."""
    if sender.name != "grids" or not settings.INCIDENTS_SEED_CATEGORIES:
        return
    if IncidentCategory._meta.db_table in connections[using].introspection.table_names():
        ensure_default_categories()


def incidents_of(user: User) -> dict[str, Any]:
    """Everything held on a person in incidents, for the copy of their data."""
    reports = IncidentReport.objects.filter(reporter=user).select_related("incident__category", "incident__territory")
    handlings = Handling.objects.filter(user=user).select_related("incident")
    return {
        "reports": [
            {
                "incident": one.incident.number,
                "category": one.incident.category.name,
                "place": one.incident.territory.name,
                "spot": one.incident.spot,
                "words": one.words,
                "state": one.incident.state,
                "reported_at": one.reported_at,
            }
            for one in reports.defer("incident__territory__boundary")
        ],
        "departments": [
            {"incident": one.incident.number, "asked": one.asked, "answer": one.answer, "called_at": one.called_at}
            for one in Summons.objects.filter(Q(called_by=user) | Q(answered_by=user)).select_related("incident")
        ],
        "handled": [{"incident": one.incident.number, "note": one.note, "done_at": one.done_at} for one in handlings],
    }


register_data_section("incidents", label=_("事件：上报过的、处置过的"), data=incidents_of)
