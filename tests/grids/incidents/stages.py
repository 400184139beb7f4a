"""Incidents at several points of the loop around the cast of wishes, for the permission table and the tour."""

from datetime import datetime, timedelta

from grids.bodies.domain import BodyKind
from grids.bodies.models import Body
from grids.incidents import services
from grids.incidents.models import Incident
from tests.grids.bodies.factories import make_body
from tests.grids.incidents.factories import IncidentCategoryFactory, make_photo
from tests.wishes.wishes.factories import Cast


def incidents_of(cast: Cast, *, at: datetime) -> dict[str, Incident]:
    """Reported by the author, handled by the grid head, looked at by the worker."""
    category, soon = IncidentCategoryFactory(), at + timedelta(minutes=10)

    def collected() -> Incident:
        photos = [make_photo(cast.author)]
        return services.collect_incident(
            actor=cast.author, category=category, place=cast.grid, spot="北门", words="有袋垃圾", photos=photos, at=at
        )

    def dispatched() -> Incident:
        return services.file_incident(actor=cast.grid_head, incident=collected(), at=soon)

    def handling() -> Incident:
        return services.take_incident(actor=cast.grid_head, incident=dispatched(), at=soon)

    def reported() -> Incident:
        return services.report_back(actor=cast.grid_head, incident=handling(), note="清了", at=soon)

    def called() -> Incident:
        if not cast.volunteer.body_memberships.filter(body__kind=BodyKind.DEPARTMENT).exists():
            make_body(BodyKind.DEPARTMENT, cast.street_officer.appointments.get().territory, user=cast.volunteer)
        bodies = list(Body.objects.filter(kind=BodyKind.DEPARTMENT))
        return services.call_departments(
            actor=cast.street_officer, incident=dispatched(), bodies=bodies, asked="一起到现场", limit="1d", at=soon
        )

    verified = services.verify_incident(actor=cast.worker, incident=reported(), show_photos=True, at=soon)
    return {
        "collected": collected(),
        "dispatched": dispatched(),
        "handling": handling(),
        "reported": reported(),
        "verified": verified,
        "called": called(),
    }
