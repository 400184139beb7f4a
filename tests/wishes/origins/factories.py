"""Wishes made of incidents, by the services."""

from typing import Any

from grids.incidents.models import Incident
from portal.accounts.models import User
from tests.grids.incidents.factories import Round
from tests.wishes.wishes.factories import CategoryFactory
from wishes.origins.incidents import INCIDENT
from wishes.origins.services import make_wish
from wishes.wishes.models import Wish


def made_of(incident: Incident, *, by: User, **given: Any) -> Wish:
    """A wish for the first reporter."""
    subject = INCIDENT.find(incident.pk)
    assert subject is not None
    fields: dict[str, Any] = {
        "who": given.pop("who", "") or str(subject.reports.get().reporter_id),
        "title": "楼下的旧沙发想请人搬走",
        "category": given.pop("category", None) or CategoryFactory(),
        "territory": subject.territory,
        "consent": True,
    }
    return make_wish(actor=by, source=INCIDENT, subject=subject, **(fields | given))


def made(people: Round, incident: Incident, *, by: User | None = None, **given: Any) -> Wish:
    """The same, entered by the grid head unless another is named."""
    return made_of(incident, by=by or people.grid_head, **({"who": str(people.resident.pk)} | given))
