"""Reads of incidents that respect who is asking; every page and API list starts from `visible_to` or narrower."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Coalesce

from grids.incidents.domain import (
    COLLECTOR_ROLES,
    OPEN_STATES,
    PUBLIC_STATES,
    WORK_STATES,
    box_around,
    metres_between,
)
from grids.roles.domain import HANDLER_ROLES, Role
from grids.roles.queries import Person, paths_of
from portal.accounts.models import User

if TYPE_CHECKING:
    from grids.incidents.models import Incident, IncidentCategory
    from grids.territory.models import Territory

READING_ROLES: frozenset[Role] = HANDLER_ROLES | COLLECTOR_ROLES | {Role.SUPERVISOR}
MOST_NEAR = 5
# How many are measured: the box holds hardly ever more, and they stand in order of their number.
MOST_MEASURED = 60


def under_paths(paths: list[str]) -> Q:
    """Incidents whose place lies in one of these subtrees; no path, no incident."""
    condition = Q(pk__in=[])
    for path in paths:
        condition |= Q(path__startswith=path)
    return condition


class IncidentQuerySet(models.QuerySet["Incident"]):
    """Chainable reads of incidents."""

    def public(self) -> "IncidentQuerySet":
        """What everybody may know of."""
        return self.filter(state__in=sorted(map(str, PUBLIC_STATES)))

    def reported_by(self, user: User) -> "IncidentQuerySet":
        """Those this person reported or joined."""
        report = self.model._meta.get_field("reports").related_model
        assert isinstance(report, type)
        return self.filter(Exists(report._default_manager.filter(incident=OuterRef("pk"), reporter=user)))

    def read_by_staff(self, user: User) -> "IncidentQuerySet":
        """Those of the places this person's staff roles cover, in every state."""
        return self.filter(under_paths(paths_of(user, READING_ROLES)))

    def handled_by(self, user: User) -> "IncidentQuerySet":
        """Those of the places in which this person handles matters."""
        return self.filter(under_paths(paths_of(user, HANDLER_ROLES)))

    def visible_to(self, user: User | AnonymousUser) -> "IncidentQuerySet":
        """Public ones, one's own, and those of the places one's staff roles cover."""
        if not isinstance(user, User):
            return self.public()
        report = self.model._meta.get_field("reports").related_model
        assert isinstance(report, type)
        own = Exists(report._default_manager.filter(incident=OuterRef("pk"), reporter=user))
        staff = under_paths(paths_of(user, READING_ROLES))
        # A department is called to what is public at least: it needs no sight of its own.
        return self.filter(Q(state__in=sorted(map(str, PUBLIC_STATES))) | staff | own)

    def work(self) -> "IncidentQuerySet":
        """Those with which somebody still has to do something."""
        return self.filter(state__in=sorted(map(str, WORK_STATES)))

    def open(self) -> "IncidentQuerySet":
        """Those whose matter is not done."""
        return self.filter(state__in=sorted(map(str, OPEN_STATES)))

    def in_hand_of(self, users: Sequence[int]) -> "IncidentQuerySet":
        """Open ones that one of these people handles or, as long as nobody does, was given; `in_hand` says who."""
        return self.open().annotate(in_hand=Coalesce("handler_id", "assigned_to_id")).filter(in_hand__in=users)

    def in_territory(self, territory: "Territory") -> "IncidentQuerySet":
        """Those placed in this territory or below it."""
        return self.filter(path__startswith=str(territory.path))

    def with_surroundings(self) -> "IncidentQuerySet":
        """With everything a card and a step need, in one query, without outlines of places."""
        places = ("territory", "community", "building", "responsible_territory")
        people = ("assigned_to", "handler", "verified_by", "evaluated_by")
        found = self.select_related("category", *places, *people)
        return found.defer(*(f"{place}__boundary" for place in places))

    def like(
        self, category: "IncidentCategory", territory: "Territory", point: tuple[float, float] | None, metres: int
    ) -> "list[Incident]":
        """Open ones of the category near the point; without a point, those of the same place. The nearest first."""
        open_ones = self.open().filter(category=category).with_surroundings()
        if point is None:
            return list(open_ones.filter(territory=territory).order_by("-id")[:MOST_NEAR])
        west, south, east, north = box_around(point, metres)
        box = open_ones.filter(latitude__range=(south, north), longitude__range=(west, east))
        measured = [
            (metres_between(point, found.point), -found.pk, found)
            for found in box.order_by("-id")[:MOST_MEASURED]
            if found.point is not None
        ]
        near = [found for far, _key, found in sorted(measured, key=lambda one: one[:2]) if far <= metres]
        # Those whose point nobody told may be the same thing as well.
        vague = open_ones.filter(territory=territory, latitude=None).order_by("-id")[:MOST_NEAR]
        return [*near, *vague][:MOST_NEAR]


def reads_as_staff(user: Person, incident: "Incident") -> bool:
    """Whether a staff role of this person covers the incident's place."""
    return any(incident.path.startswith(path) for path in paths_of(user, READING_ROLES))
