"""A small neighbourhood in which every kind of person meets every kind of object, for the permission table."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO
from unittest import mock
from uuid import uuid4

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.db.models import Model
from django.template import Context, Template
from django.test import Client
from django.utils import timezone
from PIL import Image

from grids.bodies.domain import BodyKind
from grids.districts.boundaries import upload_boundaries
from grids.districts.services import check_workbooks
from grids.incidents.models import Incident
from grids.members.models import ServicePost
from grids.overview.trend import count_day
from grids.pairing.models import Pairing
from grids.roles.models import Residency, Role
from grids.territory.datum import Datum
from grids.visits.services import log_visit
from portal.accounts.models import User
from portal.jobs.models import Job
from portal.photos.models import Photo
from portal.photos.services import accept_upload, process_waiting_photo
from tests.grids.bodies.factories import make_body
from tests.grids.cells.factories import OrganisationFactory, make_leader
from tests.grids.districts.factories import small, workbook
from tests.grids.duty.factories import away_on_leave
from tests.grids.gatherings.factories import gather
from tests.grids.incidents.stages import incidents_of
from tests.grids.members.factories import make_member
from tests.grids.pairing.factories import make_homes
from tests.grids.patrols.factories import make_route
from tests.grids.roles.factories import PersonFactory, ResidencyFactory, make_resident, make_staff
from tests.grids.territory.factories import BuildingFactory, CommunityFactory, DistrictFactory, StreetFactory, square
from tests.grids.territory.shapes import layer, zipped
from tests.portal.accounts.factories import enter, enter_as_staff
from tests.portal.jobs.factories import finished_job
from tests.wishes.desk.factories import finished_run
from tests.wishes.origins.factories import made_of
from tests.wishes.wishes.factories import (
    Cast,
    claimed,
    confirmed,
    drafted,
    fulfilled,
    make_cast,
    moderated,
    partly_claimed,
    posted,
    special,
)
from wishes.desk.models import BulkRun, EntryBatch
from wishes.desk.services import save_view
from wishes.neighbours.services import write_comment
from wishes.open311.services import open_source
from wishes.statistics.counting import keep
from wishes.statistics.digests import make_digest
from wishes.statistics.domain import week_of
from wishes.statistics.models import WeeklyDigest
from wishes.wishes.domain import CallbackCause, Stars
from wishes.wishes.models import OutsideBody, Wish, WishPhoto
from wishes.wishes.photos import PHOTO_PURPOSE
from wishes.wishes.services import close_not_ours, confirm_wish, decline_wish, object_to_dispatch, open_appeal
from wishes.wishes.services.callbacks import ask_for_callback

# Everybody who asks, from the street to the administrators. "foreign_*" belong to another community.
VIEWERS = (
    "anonymous",
    "stranger",
    "foreign_worker",
    "foreign_volunteer",
    "neighbour",
    "author",
    "volunteer",
    "grid_head",
    "worker",
    "secretary",
    "street_officer",
    "district_administrator",
    "supervisor",
    "system_administrator",
    "security_administrator",
    "audit_administrator",
)


@dataclass
class World:
    """People signed in, and the objects they knock at."""

    cast: Cast
    clients: dict[str, Client]
    users: dict[str, User]
    wishes: dict[str, Wish]
    residency: Residency
    photos: dict[str, Photo]
    job: Job
    bulk_run: BulkRun
    digest: WeeklyDigest
    incidents: dict[str, Incident]

    def first(self, model: type[Model]) -> object:
        """The key of any one object of the model, or one that does not exist."""
        found = model._default_manager.order_by("pk").values_list("pk", flat=True).first()
        return found if found is not None else 999_999


def build() -> World:
    """The world as it is before anybody asks; call it inside a transaction that is rolled back."""
    now = timezone.now() - timedelta(hours=5)
    cast = make_cast()
    users: dict[str, User] = {
        "stranger": make_resident(CommunityFactory(code="120101001001")),
        "foreign_worker": cast.other_worker,
        "foreign_volunteer": cast.other_volunteer,
        "neighbour": make_resident(cast.community),
        "author": cast.author,
        "volunteer": cast.volunteer,
        "grid_head": cast.grid_head,
        "worker": cast.worker,
        "secretary": cast.secretary,
        "street_officer": cast.street_officer,
        "supervisor": cast.supervisor,
        "district_administrator": make_staff(Role.DISTRICT_ADMINISTRATOR, DistrictFactory()),
        **{
            str(role): make_staff(role, DistrictFactory())
            for role in (Role.SYSTEM_ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR, Role.AUDIT_ADMINISTRATOR)
        },
    }
    wishes = {
        "submitted": moderated(cast, at=now),
        "verifying": special(cast, at=now),
        "published": posted(cast, at=now),
        "claimed": claimed(cast, at=now).wish,
        "fulfilled": fulfilled(cast, at=now),
        "closed": confirmed(cast, at=now),
        "goods": partly_claimed(cast, at=now).wish,
        "objected": _objected(cast, now),
        "low-rated": _low_rated(cast, now),
        "referred": _referred(cast, now),
        "declined": decline_wish(actor=cast.secretary, wish=moderated(cast, at=now), reason="不在范围", at=now),
        "appealed": _appealed(cast, now),
    }
    # Last: whatever the author posts takes up the draft that is open.
    wishes["draft"] = drafted(cast, at=now)
    open_source(
        actor=users["system_administrator"],
        name="热线",
        contact="值班长",
        phone="025-12345",
        territory=StreetFactory(),
    )
    make_body(BodyKind.SOCIAL_ORGANISATION, cast.community, user=cast.volunteer)
    ServicePost.objects.get_or_create(name="民情收集岗")
    member = make_member(make_leader(OrganisationFactory(territory=cast.community)).organisation, is_backbone=True)
    gather(member, cast.worker)
    homes = make_homes(BuildingFactory(grid=cast.grid), 2)
    Pairing.objects.create(lead=member, household=homes[1], paired_by=cast.worker)
    log_visit(actor=cast.worker, household=homes[0], key=uuid4(), kind="home", words="都好")
    make_route(cast.worker, cast.grid_head, cast.grid)
    count_day(now=now)
    residency = ResidencyFactory(user=PersonFactory(), community=cast.community)
    photos = {name: _photo(wishes[name]) for name in ("verifying", "published")}
    incidents = incidents_of(cast, at=now)
    made_of(incidents["handling"], by=cast.grid_head, category=cast.category)
    photos["incident"] = incidents["collected"].photos.get().photo
    clients = {name: _client(users.get(name)) for name in VIEWERS}
    write_comment(actor=users["neighbour"], wish=wishes["published"], text="我家也有一盏这样的灯。", at=now)
    save_view(actor=cast.worker, name="超时的", query="show=late")
    EntryBatch.objects.create(actor=cast.worker)
    away_on_leave(cast.grid_head, by=cast.worker)
    content = workbook(small())
    check_workbooks(actor=users["system_administrator"], files=[("表.xlsx", BytesIO(content), len(content))])
    shapes = zipped(layer(square(118.70, 32.01)))
    upload_boundaries(
        actor=users["system_administrator"],
        file=BytesIO(shapes),
        name="网格.zip",
        size=len(shapes),
        datum=Datum.WGS84,
    )
    run = finished_run(actor=cast.worker, wish=wishes["closed"])
    job, digest = finished_job(owner=cast.worker), _digest(cast, wishes["closed"], now)
    return World(cast, clients, users, wishes, residency, photos, job, run, digest, incidents)


def _objected(cast: Cast, at: datetime) -> Wish:
    """The grid head says that it belongs to the community worker."""
    wish = posted(cast, at=at)
    object_to_dispatch(actor=cast.grid_head, wish=wish, to=cast.worker, reason="该社区来办", at=at)
    return wish


def _digest(cast: Cast, counted: Wish, at: datetime) -> WeeklyDigest:
    """Last week's digest of the community; the wish is counted in its statistics."""
    keep(wish_id=counted.pk)
    week = week_of(at.date()) - timedelta(days=7)
    make_digest(territory=cast.community, week=week, at=at)
    return WeeklyDigest.objects.get(territory=cast.community, week=week)


def _low_rated(cast: Cast, at: datetime) -> Wish:
    """The resident is to be called back."""
    wish = fulfilled(cast, at=at)
    confirm_wish(actor=cast.author, wish=wish, stars=Stars(1, 1, 1), at=at + timedelta(hours=3))
    ask_for_callback(wish=wish, cause=CallbackCause.LOW_RATING, at=at + timedelta(hours=3))
    return wish


def _referred(cast: Cast, at: datetime) -> Wish:
    """Referred to a registered body that has not answered."""
    body = OutsideBody.objects.create(name="城管中队")
    return close_not_ours(actor=cast.secretary, wish=posted(cast, at=at), body=body, at=at)


def _appealed(cast: Cast, at: datetime) -> Wish:
    """Declined by the secretary; its author appeals."""
    wish = decline_wish(actor=cast.secretary, wish=moderated(cast, at=at), reason="不在范围", at=at)
    open_appeal(actor=cast.author, subject=wish, reason="这是大家的事", at=at)
    return wish


def _photo(wish: Wish) -> Photo:
    """A photo of the wish, ready to be shown."""
    picture = BytesIO()
    Image.new("RGB", (64, 48), "green").save(picture, "JPEG")
    photo = accept_upload(
        actor=wish.author, file=SimpleUploadedFile("a.jpg", picture.getvalue()), purpose=PHOTO_PURPOSE
    )
    process_waiting_photo(photo_id=photo.pk)
    WishPhoto.objects.create(wish=wish, photo=photo)
    return photo


def _client(user: User | None) -> Client:
    client = Client(raise_request_exception=True)
    if user is None:
        return client
    return enter_as_staff(client, user) if user.is_staff else enter(client, user)


@contextmanager
def undone() -> Iterator[None]:
    """What happens inside leaves no trace."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


# Pages that say no, the same to everybody but for the reason in them: what they look like is seen elsewhere.
REFUSALS = frozenset(
    {"400.html", "403.html", "404.html", "site/errors/domain.html", "wishes/wishes/steps/refused.html"}
    | {"grids/incidents/refused.html"}
)


@contextmanager
def drawn_plainly() -> Iterator[None]:
    """Templates are drawn as in production: what a test client notes of each of them costs as much as drawing it.

    Refusals, which are most of the answers, are not drawn at all.
    """

    def draw(template: Template, context: Context) -> str:
        return "" if template.name in REFUSALS else template.nodelist.render(context)

    with mock.patch.object(Template, "_render", draw):
        yield
