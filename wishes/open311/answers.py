"""What GeoReport v2 is told of categories and wishes: only what everybody may read (docs/interfaces.md)."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Prefetch, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from grids.territory.locating import grid_map
from portal.photos.models import PhotoState
from wishes.open311.domain import status_notes, status_of, updated_at
from wishes.wishes.domain import Kind, PhotoRole, SpecialGroup
from wishes.wishes.models import Category, Source, Wish, WishPhoto
from wishes.wishes.querysets import WishQuerySet, is_public

SPECIFICATION = "http://wiki.open311.org/GeoReport_v2"
# When the shape of these answers last changed, for clients that keep service lists.
CHANGESET = datetime(2026, 11, 22, tzinfo=UTC)


def services() -> QuerySet[Category]:
    """Categories that wishes can hang on."""
    found: QuerySet[Category] = Category.objects.filter(is_active=True, children__isnull=True)
    return found.select_related("parent").order_by("parent__position", "position", "code")


def service(category: Category) -> dict[str, Any]:
    """One entry of the service list. Every answer comes at once: `realtime`."""
    group = category.parent.name if category.parent else category.name
    return {
        "service_code": category.code,
        "service_name": category.name,
        "description": category.hint or category.name,
        "metadata": True,
        "type": "realtime",
        "keywords": ", ".join(dict.fromkeys((category.name, group, str(category.get_kind_display())))),
        "group": group,
    }


def definition(category: Category) -> dict[str, Any]:
    """Further questions of a service; none has to be answered."""
    attributes = [_choice("special_group", _("特殊情况，只给工作人员看"), SpecialGroup.choices)]
    if category.kind == Kind.GOODS:
        attributes = [_question("quantity", "number", _("要多少")), _question("unit", "string", _("单位，例如：斤"))]
        attributes.append(_choice("special_group", _("特殊情况，只给工作人员看"), SpecialGroup.choices))
    for order, attribute in enumerate(attributes, start=1):
        attribute["order"] = order
    return {"service_code": category.code, "attributes": attributes}


def _question(code: str, datatype: str, description: str) -> dict[str, Any]:
    return {
        "variable": True,
        "code": code,
        "datatype": datatype,
        "required": False,
        "datatype_description": None,
        "order": 0,
        "description": description,
        "values": [],
    }


def _choice(code: str, description: str, choices: Iterable[tuple[Any, Any]]) -> dict[str, Any]:
    values = [{"key": str(key), "name": str(name)} for key, name in choices if key]
    return _question(code, "singlevaluelist", description) | {"values": values}


def readable(source: Source | None) -> WishQuerySet:
    """Public wishes; a source that shows its key also follows its own ones that are not public yet, or no more."""
    own = Q(source=source) & ~Q(number="") if source else Q(pk__in=[])
    ready = WishPhoto.objects.filter(role=PhotoRole.REQUEST, photo__state=PhotoState.READY).select_related("photo")
    return (
        Wish.objects.filter((is_public() & Q(published_at__isnull=False)) | own)
        .select_related("category", "community", "territory", "responsible_territory")
        .defer("territory__boundary", "community__boundary", "responsible_territory__boundary")
        .prefetch_related(Prefetch("photos", ready, to_attr="ready_photos"))
    )


def requests(wishes: Iterable[Wish], http: HttpRequest) -> list[dict[str, Any]]:
    """Service requests as everybody may read them. Neither names nor addresses; a position is its grid's middle."""
    wishes = list(wishes)
    middles = grid_map().middles({wish.territory_id for wish in wishes if wish.territory_id})
    return [_request(wish, middles.get(wish.territory_id or 0), http) for wish in wishes]


def _request(wish: Wish, middle: tuple[float, float] | None, http: HttpRequest) -> dict[str, Any]:
    public = wish.published_at is not None
    # Of a special group only the community is told, and of what is not public yet only where it stands.
    exact = public and not wish.is_special
    longitude, latitude = middle if middle and exact else (None, None)
    places = [wish.place, str(wish.territory or "")] if exact else []
    names = [name for name in dict.fromkeys([*places, str(wish.community or "")]) if name]
    photos = wish.ready_photos if public else []  # type: ignore[attr-defined]
    times = (wish.submitted_at, wish.responded_at, wish.published_at, wish.claimed_at, wish.fulfilled_at)
    notes = status_notes(wish.state, wish.end, end_reason=wish.end_reason, referred_to=wish.referred_to)
    return {
        "service_request_id": wish.number,
        "status": status_of(wish.state),
        "status_notes": notes,
        "service_name": wish.category.name if wish.category else None,
        "service_code": wish.category.code if wish.category else None,
        "description": "\n".join(filter(None, [wish.title, wish.details])) if public else None,
        "agency_responsible": str(wish.responsible_territory) if wish.responsible_territory else None,
        "service_notice": None,
        "requested_datetime": moment(wish.submitted_at),
        "updated_datetime": moment(wish.closed_at or updated_at(times)),
        "expected_datetime": moment(wish.due_at),
        "address": ", ".join(names) or None,
        "address_id": str(wish.territory.code) if wish.territory and exact else None,
        "zipcode": None,
        "lat": latitude,
        "long": longitude,
        "media_url": http.build_absolute_uri(photos[0].photo.medium_url) if photos else None,
    }


def received(wish: Wish) -> dict[str, Any]:
    """The answer to POST Service Request."""
    advice = wish.category.emergency_advice if wish.category else ""
    notice = advice or _("已经收到，编号 {number}。").format(number=wish.number)
    return {"service_request_id": wish.number, "service_notice": notice, "account_id": None}


def moment(at: datetime | None) -> str | None:
    """A moment in the format of the specification, to the second, in UTC."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if at else None


def discovery(http: HttpRequest) -> dict[str, Any]:
    """Where the interface is and how to get a key."""
    changeset = _changeset().strftime("%Y-%m-%d %H:%M")
    return {
        "changeset": changeset,
        "contact": _("接口有问题，请联系这里的系统管理员：{url}").format(
            url=http.build_absolute_uri(reverse("secretary"))
        ),
        "key_service": _("密钥由系统管理员发放，请写明单位、联系人和范围。"),
        "endpoints": [
            {
                "specification": SPECIFICATION,
                "url": http.build_absolute_uri(reverse("open311_root")).rstrip("/"),
                "changeset": changeset,
                "type": "production",
                "formats": ["text/xml", "application/json"],
            }
        ],
    }


def _changeset() -> datetime:
    """When the service list last changed: by an administrator, or with this release."""
    content = ContentType.objects.get_for_model(Category)
    last = LogEntry.objects.filter(content_type=content).order_by("-action_time").first()
    return max(CHANGESET, last.action_time.astimezone(UTC)) if last else CHANGESET
