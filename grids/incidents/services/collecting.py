"""Collect 采集 and file 立案: somebody reports it, somebody of the place finds that it is a matter to be handled."""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from grids.incidents.domain import Action, PhotoRole, State, format_number
from grids.incidents.events import IncidentCollected, IncidentFiled, IncidentRejected
from grids.incidents.models import Incident, IncidentCategory, IncidentNumber, IncidentReport
from grids.incidents.policies import require
from grids.incidents.services import steps
from grids.incidents.services.dispatching import dispatch_by_category
from grids.incidents.services.handling import handled
from grids.incidents.services.pictures import add_photos
from grids.incidents.services.places import set_place, staffed_place
from grids.roles.domain import HANDLER_ROLES
from grids.roles.queries import holds
from grids.territory.domain import Level
from grids.territory.models import Territory
from portal.accounts.models import User
from portal.errors import Invalid, NotAllowed
from portal.outbox.services import record
from portal.photos.models import Photo


@transaction.atomic
def collect_incident(
    *,
    actor: User,
    category: IncidentCategory,
    place: Territory,
    spot: str = "",
    words: str = "",
    point: tuple[float, float] | None = None,
    photos: Sequence[Photo] = (),
    solved: bool = False,
    note: str = "",
    photos_after: Sequence[Photo] = (),
    at: datetime | None = None,
) -> Incident:
    """Reports something. What staff of the place report is filed and dispatched with it; others' waits to be filed.

    `solved`: staff have solved it on the spot, in this one step; it waits only for somebody else to look. A report
    needs words or a photo. `point` is longitude and latitude. Raises `Invalid` with the field, `NotAllowed`.
    """
    now = steps.moment(at)
    if not category.is_active:
        raise Invalid(_("请从列表里选一类。"), code="unknown_category", field="category")
    words = steps.optional(words, field="words")
    if not words and not photos:
        raise Invalid(_("请拍一张照片，或者写一句话。"), code="required", field="photos")
    incident = Incident(
        category=category,
        spot=steps.optional(spot, field="spot", longest=80, lines=False),
        collected_at=now,
        number=next_number(now),
        state=State.COLLECTED,
    )
    set_place(incident, place)
    if point is not None:
        incident.longitude, incident.latitude = round(point[0], 5), round(point[1], 5)
    incident.responsible_territory, _has_staff = staffed_place(incident, Level.GRID)
    incident.save(force_insert=True)
    steps.start(incident, at=now)
    report = IncidentReport.objects.create(incident=incident, reporter=actor, words=words, reported_at=now)
    add_photos(incident, photos, actor=actor, role=PhotoRole.BEFORE)
    event = IncidentCollected(incident_id=incident.pk, report_id=report.pk)
    record(event, subject=incident, actor=actor, at=now)
    handles_it = holds(actor, HANDLER_ROLES, incident.territory)
    if solved and not handles_it:
        raise NotAllowed(_("只有负责这里的工作人员可以当场办结。"))
    if handles_it:
        if solved:
            handled(incident, Action.SOLVE, actor=actor, note=note, photos=photos_after, at=now)
        else:
            _file(incident, actor=actor, at=now)
    return steps.save(incident)


@transaction.atomic
def file_incident(
    *, actor: User, incident: Incident, category: IncidentCategory | None = None, at: datetime | None = None
) -> Incident:
    """A matter to be handled (立案), with the category put right where it was wrong; sent at once to who handles it.

    The time allowed is counted from the report, by the limit of the category it is filed under. Raises `NotAllowed`,
    `Conflict`.
    """
    now = steps.moment(at)
    incident = steps.locked(incident)
    require(actor, Action.FILE, incident, at=now)
    if category is not None and category.pk != incident.category_id:
        incident.category = category
        steps.start(incident, at=now)
    _file(incident, actor=actor, at=now)
    return steps.save(incident)


def _file(incident: Incident, *, actor: User, at: datetime) -> None:
    steps.move(incident, Action.FILE, State.FILED)
    incident.filed_at = at
    event = IncidentFiled(incident_id=incident.pk, category_code=incident.category.code)
    record(event, subject=incident, actor=actor, at=at)
    steps.save(incident)
    dispatch_by_category(incident, actor=actor, at=at)


@transaction.atomic
def reject_incident(*, actor: User, incident: Incident, reason: str, at: datetime | None = None) -> Incident:
    """Not a matter for here, for a reason that the reporter reads. Raises `Invalid`, `NotAllowed`, `Conflict`."""
    now = steps.moment(at)
    incident = steps.locked(incident)
    require(actor, Action.REJECT, incident, at=now)
    reason = steps.required(reason, message=_("请写一句为什么不立案，上报人会看到。"))
    steps.move(incident, Action.REJECT, State.REJECTED)
    incident.end_reason = reason
    steps.stop(incident, at=now)
    record(IncidentRejected(incident_id=incident.pk), subject=incident, actor=actor, text=reason, at=now)
    return steps.save(incident)


def next_number(at: datetime) -> str:
    """The next number of that local day, race-free: one statement moves the day's row and reads it."""
    day = timezone.localdate(at)
    table = connection.ops.quote_name(IncidentNumber._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} AS n (day, last) VALUES (%s, 1) "  # noqa: S608 - the table's own quoted name
            "ON CONFLICT (day) DO UPDATE SET last = n.last + 1 RETURNING last",
            [day],
        )
        (last,) = cursor.fetchone()
    return format_number(day, int(last))
