"""立为事件: a wish about something that is an incident is filed as one, and keeps its own promise.

The wish stays with whoever answers for it, with its number and its clock: the incident is how it is met. Its author
reads how far the incident is, without names of staff; when somebody has verified it, whoever answers for the wish is
told to report it done.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from grids.incidents.domain import State as IncidentState
from grids.incidents.models import Incident, IncidentCategory
from grids.incidents.services import collect_incident, incidents_like
from grids.incidents.services.pictures import PHOTO_PURPOSE
from portal.accounts.models import User
from portal.decision import YES, Decision
from portal.errors import Conflict, Invalid, NotAllowed
from portal.masking import mask_numbers
from portal.outbox.services import record
from portal.photos.models import Photo
from portal.photos.services import copy_photo
from wishes.origins.events import WishRaised
from wishes.origins.incidents import INCIDENT
from wishes.origins.models import Way, WishOrigin
from wishes.wishes.domain import OPEN_STATES, PhotoRole
from wishes.wishes.models import Wish
from wishes.wishes.policies import is_handler
from wishes.wishes.services.steps import locked, moment


class RaisedAlready(Conflict):
    """It is an incident already."""

    default_code = "raised_already"

    def __init__(self) -> None:
        super().__init__(_("这个心愿已经立为事件，不用再立。"))


def may_raise(user: Any, wish: Wish) -> Decision:
    """Staff who handle the wish, while it is open and is not one matter with an incident yet."""
    if not isinstance(user, User) or not is_handler(user, wish):
        return Decision(False, _("只有负责这里的工作人员可以这样做。"), code="not_yours")
    if wish.state not in OPEN_STATES:
        return Decision(False, _("这个心愿已经办好或者办结了，不用再立为事件。"), by_state=True, code="wrong_state")
    return YES


def is_raised(wish: Wish) -> bool:
    """Whether the wish was made of an incident, or is one that was not rejected."""
    links = wish.origins.filter(kind=INCIDENT.kind, is_current=True)
    keys = list(links.values_list("source_key", flat=True))
    return Incident.objects.filter(pk__in=keys).exclude(state=IncidentState.REJECTED).exists()


def require_raise(user: Any, wish: Wish) -> None:
    """Raises `NotAllowed`, `Conflict` or `RaisedAlready` with the reason."""
    may = may_raise(user, wish)
    if not may:
        raise (Conflict if may.by_state else NotAllowed)(may.reason, code=may.code)
    if is_raised(wish):
        raise RaisedAlready


def words_of(wish: Wish) -> str:
    """What the wish says, for the staff who go there: without numbers of telephones and cards."""
    return mask_numbers("\n".join(part for part in (wish.title, wish.details) if part))[:500]


def photos_of(wish: Wish) -> list[Photo]:
    """Photos of the matter that may be copied to an incident, where staff of the place alone see them."""
    shown = wish.photos.filter(role=PhotoRole.REQUEST).select_related("photo")
    return [each.photo for each in shown if each.photo.is_ready]


def alike(wish: Wish, category: IncidentCategory) -> list[Incident]:
    """Open incidents of the category in the same place, one of which may be what the wish is about."""
    return incidents_like(category, wish.territory, None) if wish.territory is not None else []


@transaction.atomic
def raise_incident(
    *,
    actor: User,
    wish: Wish,
    category: IncidentCategory,
    spot: str = "",
    words: str = "",
    photos: Collection[UUID] = (),
    join: Incident | None = None,
    at: datetime | None = None,
) -> Incident:
    """Collects, files and dispatches an incident of the wish's place, or joins the wish to an open one like it.

    The author of the wish does not become a reporter: the wish is how they hear of it. Of two who do so at once, one
    does. Raises `RaisedAlready`, `Conflict`, `Invalid` with the field, `NotAllowed`.
    """
    now = moment(at)
    wish = locked(wish)
    require_raise(actor, wish)
    assert wish.territory is not None
    if join is not None:
        near = {one.pk: one for one in alike(wish, category)}
        if join.pk not in near:
            raise Invalid(_("附近没有这一件，或者已经办了。"), code="not_near", field="join")
        incident = near[join.pk]
    else:
        incident = collect_incident(
            actor=actor,
            category=category,
            place=wish.territory,
            spot=spot,
            words=words or words_of(wish),
            photos=_copies(actor, wish, photos),
            at=now,
        )
    _keep(wish, incident, at=now)
    event = WishRaised(wish_id=wish.pk, incident_id=incident.pk)
    record(event, subject=wish, actor=actor, at=now)
    return incident


def _copies(actor: User, wish: Wish, chosen: Collection[UUID]) -> list[Photo]:
    offered = {photo.pk: photo for photo in photos_of(wish)}
    if any(key not in offered for key in chosen):
        raise Invalid(_("请从列出的照片里选。"), code="unknown_photo", field="photos")
    return [copy_photo(actor=actor, photo=one, purpose=PHOTO_PURPOSE) for key, one in offered.items() if key in chosen]


def _keep(wish: Wish, incident: Incident, *, at: datetime) -> None:
    """Only what was not filed makes room; another who was quicker keeps theirs."""
    none = Incident.objects.filter(state=IncidentState.REJECTED).values("pk")
    before = WishOrigin.objects.filter(wish=wish, kind=INCIDENT.kind, way=Way.INTO, is_current=True)
    before.filter(source_key__in=none).update(is_current=False)
    try:
        with transaction.atomic():
            WishOrigin.objects.create(wish=wish, way=Way.INTO, kind=INCIDENT.kind, source_key=incident.pk, made_at=at)
    except IntegrityError:
        raise RaisedAlready from None
