"""A grid with staff around it, and incidents at every point of the loop, made by the services."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

import factory
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from grids.bodies.domain import BodyKind
from grids.bodies.models import Body
from grids.incidents import services
from grids.incidents.domain import Group, State
from grids.incidents.models import Incident, IncidentCategory
from grids.incidents.services.pictures import PHOTO_PURPOSE
from grids.roles.models import Role
from grids.territory.models import Territory
from portal.accounts.models import User
from portal.deadlines.domain import TIME_ZONE
from portal.photos.models import Photo
from portal.photos.services import accept_upload, process_waiting_photo
from tests.grids.bodies.factories import make_body
from tests.grids.roles.factories import AppointmentFactory, PersonFactory, make_resident, make_staff
from tests.grids.territory.factories import CommunityFactory, DistrictFactory, GridFactory, StreetFactory, square

# A Monday morning without a holiday near by.
MONDAY = datetime(2026, 11, 16, 10, 0, tzinfo=TIME_ZONE)
SECRET_NAME = "欧阳拾遗"
SECRET_WORDS = "三楼老周家天天往楼下扔垃圾"
POINT = (118.691, 32.001)


class IncidentCategoryFactory(factory.django.DjangoModelFactory):
    """Rubbish left about, handled in the grid within four working hours."""

    class Meta:
        model = IncidentCategory

    code = factory.Sequence(lambda n: f"incident-{n}")
    name = factory.Sequence(lambda n: f"暴露垃圾{n}")
    group = Group.APPEARANCE
    limit = "4wh"


@dataclass(frozen=True)
class Round:
    """Who plays a part around one grid."""

    community: Territory
    grid: Territory
    resident: User
    informant: User
    member: User
    grid_head: User
    worker: User
    secretary: User
    street_officer: User
    supervisor: User
    stranger: User
    other_worker: User  # works in another community
    category: IncidentCategory
    department: User  # acts for the one department
    bodies: list[Body]


def make_round() -> Round:
    community, elsewhere = CommunityFactory(), CommunityFactory(code="320105004002")
    grid = GridFactory(community=community, boundary=square(118.69, 32.0))
    informant = PersonFactory()
    AppointmentFactory(user=informant, role=Role.INFORMANT, territory=grid)
    body, department = make_body(BodyKind.DEPARTMENT, StreetFactory(), name="城管中队")
    return Round(
        community=community,
        grid=grid,
        resident=make_resident(community, legal_name=SECRET_NAME, display_name="拾遗"),
        informant=informant,
        member=make_staff(Role.GRID_MEMBER, grid),
        grid_head=make_staff(Role.GRID_HEAD, grid),
        worker=make_staff(Role.COMMUNITY_WORKER, community),
        secretary=make_staff(Role.COMMUNITY_SECRETARY, community),
        street_officer=make_staff(Role.STREET_OFFICER, StreetFactory()),
        supervisor=make_staff(Role.SUPERVISOR, DistrictFactory()),
        stranger=PersonFactory(),
        other_worker=make_staff(Role.COMMUNITY_WORKER, elsewhere),
        category=IncidentCategoryFactory(),
        department=department,
        bodies=[body],
    )


def make_photo(owner: User, purpose: str = PHOTO_PURPOSE) -> Photo:
    """A photo that its owner has sent, ready to be shown."""
    picture = BytesIO()
    Image.new("RGB", (64, 48), "green").save(picture, "JPEG")
    file = SimpleUploadedFile("a.jpg", picture.getvalue())
    photo = accept_upload(actor=owner, file=file, purpose=purpose)
    process_waiting_photo(photo_id=photo.pk)
    photo.refresh_from_db()
    return photo


def collected(people: Round, *, by: User | None = None, at: datetime = MONDAY, **fields: Any) -> Incident:
    """Reported by the resident; waits to be filed, unless told."""
    given: dict[str, Any] = {
        "category": people.category,
        "place": people.grid,
        "spot": "北门右手边",
        "words": SECRET_WORDS,
    }
    return services.collect_incident(actor=by or people.resident, at=at, **(given | fields))


def dispatched(people: Round, *, at: datetime = MONDAY, **fields: Any) -> Incident:
    """Filed by the grid head half an hour later, and sent to the grid with it."""
    incident = collected(people, at=at, **fields)
    return services.file_incident(actor=people.grid_head, incident=incident, at=at + timedelta(minutes=30))


def taken(people: Round, *, at: datetime = MONDAY, **fields: Any) -> Incident:
    """The grid member is at it after an hour."""
    incident = dispatched(people, at=at, **fields)
    return services.take_incident(actor=people.member, incident=incident, at=at + timedelta(hours=1))


def handled(people: Round, *, at: datetime = MONDAY, **fields: Any) -> Incident:
    """Done by the grid member after two hours."""
    incident = taken(people, at=at, **fields)
    at += timedelta(hours=2)
    return services.report_back(actor=people.member, incident=incident, note="清走了", at=at)


def verified(people: Round, *, at: datetime = MONDAY, show_photos: bool = False, **fields: Any) -> Incident:
    """The grid head has looked after three hours."""
    incident = handled(people, at=at, **fields)
    at += timedelta(hours=3)
    return services.verify_incident(actor=people.grid_head, incident=incident, show_photos=show_photos, at=at)


def evaluated(people: Round, *, at: datetime = MONDAY, **fields: Any) -> Incident:
    """Judged by the secretary after four hours."""
    incident = verified(people, at=at, **fields)
    at += timedelta(hours=4)
    return services.evaluate_incident(actor=people.secretary, incident=incident, grade="good", at=at)


def rejected(people: Round, *, at: datetime = MONDAY, **fields: Any) -> Incident:
    """None of ours, says the grid head."""
    incident = collected(people, at=at, **fields)
    return services.reject_incident(actor=people.grid_head, incident=incident, reason="不是公共区域", at=at)


IN_STATE: dict[State, Callable[..., Incident]] = {
    State.COLLECTED: collected,
    State.DISPATCHED: dispatched,
    State.HANDLING: taken,
    State.REPORTED: handled,
    State.VERIFIED: verified,
    State.EVALUATED: evaluated,
    State.REJECTED: rejected,
}
