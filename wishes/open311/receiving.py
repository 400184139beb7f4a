"""A service request from outside becomes a wish by the same services as on the pages, and by the same rules."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from grids.territory.browsing import searchable
from grids.territory.domain import Level
from grids.territory.models import Territory
from grids.territory.numbers import place_by_code
from grids.territory.services import locate_grid
from portal.cleaning import clean_text
from portal.errors import Invalid
from wishes.open311.domain import LONGEST_DESCRIPTION, split_description
from wishes.open311.models import Report
from wishes.open311.services import count_one
from wishes.wishes.domain import Kind, SpecialGroup
from wishes.wishes.forms.posting import PhoneField
from wishes.wishes.models import Category, Source, Wish
from wishes.wishes.services import WishFields, save_draft, start_draft, submit_wish

LONGEST_URL = 2000
LONGEST_ADDRESS = 200


@dataclass(frozen=True)
class Submission:
    """The arguments of POST Service Request that are used. E-mail, device and account numbers are not kept at all."""

    category: Category
    lat: str = ""
    long: str = ""
    address_string: str = ""
    address_id: str = ""
    first_name: str = ""
    last_name: str = ""
    phone: str = ""
    description: str = ""
    media_url: str = ""
    attributes: Mapping[str, list[str]] | None = None
    request_key: str = ""


def receive(*, source: Source, submission: Submission, at: datetime | None = None) -> tuple[Wish, bool]:
    """The wish made of a request, and whether it is new: one sent twice under the same key is made once.

    Raises `Invalid` for what is missing or wrong, `OverQuota`.
    """
    if (known := _known(source, submission)) is not None:
        return known, False
    try:
        return _receive(source, submission, at or timezone.now()), True
    except IntegrityError:
        # The same request came twice at once: the other one was faster.
        known = _known(source, submission)
        if known is None:
            raise
        return known, False


def _known(source: Source, submission: Submission) -> Wish | None:
    if not submission.request_key:
        return None
    reports = Report.objects.filter(source=source, request_key=submission.request_key)
    report = reports.select_related("wish__category").first()
    return report.wish if report else None


@transaction.atomic
def _receive(source: Source, submission: Submission, at: datetime) -> Wish:
    count_one(source=source, at=at)
    place = locate(source, submission)
    fields = _words(source, submission) | _asked_for(submission)
    draft = start_draft(actor=source.account, at=at)
    draft.source = source
    draft.save(update_fields=["source"])
    fields["category"], fields["territory"] = submission.category, place
    save_draft(actor=source.account, wish=draft, at=at, **fields)
    Report.objects.create(
        wish=draft,
        source=source,
        media_url=_media_url(submission.media_url),
        request_key=submission.request_key,
        received_at=at,
    )
    return submit_wish(actor=source.account, wish=draft, at=at)


# -- where -------------------------------------------------------------------------------------------------------------
def locate(source: Source, submission: Submission) -> Territory:
    """The grid at the point, else the place of the address number, else the place the address names.

    Raises `Invalid` where none of them tells, or where the place is not the source's.
    """
    if bool(submission.lat) != bool(submission.long):
        raise Invalid(_("lat 和 long 要一起发。"), code="location", field="lat")
    found: Territory | None = None
    if submission.lat:
        found = locate_grid(_degrees(submission.long, 180), _degrees(submission.lat, 90))
    if found is None and submission.address_id:
        found = _by_code(submission.address_id)
    if found is None and submission.address_string:
        found = _by_name(source.territory, submission.address_string)
    if found is None and not (submission.lat or submission.address_string or submission.address_id):
        raise Invalid(_("请发 lat 和 long，或 address_string，或 address_id。"), code="location", field="lat")
    if found is None and source.territory.level >= Level.COMMUNITY:
        found = source.territory
    if found is None:
        words = _("这个位置没有对应的社区。请发网格范围内的 lat 和 long，或把社区、网格的代码放进 address_id。")
        raise Invalid(words, code="location", field="lat")
    if not source.territory.covers(found):
        raise Invalid(_("这个位置不在{place}，不归这个来源转办。").format(place=source.territory.name), field="lat")
    return found


def _degrees(text: str, most: int) -> float:
    try:
        value = float(text) if text.isascii() and len(text) <= 40 else math.nan
    except ValueError:
        value = math.nan
    if not -most <= value <= most:
        raise Invalid(_("lat 和 long 请用 WGS-84 的度数，例如 32.01 和 118.70。"), code="location", field="lat")
    return value


def _by_code(code: str) -> Territory | None:
    if not (code.isascii() and code.isdigit() and len(code) <= 18):
        return None
    return place_by_code(code, Level.COMMUNITY, Level.GRID)


def _by_name(within: Territory, address: str) -> Territory | None:
    """The one community of the source whose name stands in the address, with or without 社区 at its end."""
    words = searchable_address(address)
    communities = Territory.objects.under(within).at(Level.COMMUNITY).defer("boundary")
    named = [place for place in communities[:2000] if (bare := _bare(str(place.name))) and bare in words]
    longest = max((len(_bare(str(place.name))) for place in named), default=0)
    best = [place for place in named if len(_bare(str(place.name))) == longest]
    return best[0] if len(best) == 1 else None


def searchable_address(address: str) -> str:
    """The address in simplified characters without spaces, piece by piece, since what is searched for is short."""
    return "".join(searchable(address[start : start + 30]) for start in range(0, len(address), 30))


def _bare(name: str) -> str:
    words = searchable(name)
    for ending in ("社区居委会", "居委会", "社区", "村委会"):
        words = words.removesuffix(ending)
    return words if len(words) >= 2 else ""


# -- what --------------------------------------------------------------------------------------------------------------
def _words(source: Source, submission: Submission) -> WishFields:
    if len(submission.description) > LONGEST_DESCRIPTION:
        raise Invalid(_("description 最多 4000 个字。"), code="too_long", field="description")
    description = clean_text(submission.description, lines=True)
    title, details = split_description(description, otherwise=submission.category.name)
    name = clean_text(f"{submission.last_name}{submission.first_name}")[:60]
    return {
        "title": title,
        "details": details,
        # An address may hold a door number, so it is private; the public reads community and grid.
        "address": clean_text(submission.address_string)[:LONGEST_ADDRESS],
        "contact_name": name or source.name,
        "contact_phone": _phone(submission.phone) or source.phone,
        # A caller's name is masked. Without one, the public reads which source sent the wish.
        "show_name": not name,
    }


def _phone(text: str) -> str:
    """The caller's number; what is no number is left out, since a hotline often sends an extension or nothing."""
    try:
        return str(PhoneField(required=False).clean(clean_text(text)[:30]))
    except ValidationError:
        return ""


def _asked_for(submission: Submission) -> WishFields:
    given = submission.attributes or {}
    fields: WishFields = {}
    if submission.category.kind == Kind.GOODS and (quantity := _one(given, "quantity")):
        if not (quantity.isascii() and quantity.isdigit() and 1 <= len(quantity) <= 7):
            raise Invalid(_("数量请填 1 到 1000000。"), code="range", field="attribute[quantity]")
        fields["quantity"] = int(quantity)
    if submission.category.kind == Kind.GOODS and (unit := clean_text(_one(given, "unit"))):
        fields["unit"] = unit
    group = _one(given, "special_group")
    if group and group not in SpecialGroup.values:
        raise Invalid(_("请从列表里选。"), field="attribute[special_group]")
    fields["special_group"] = group
    return fields


def _one(given: Mapping[str, list[str]], code: str) -> str:
    values = given.get(code) or [""]
    return values[-1].strip()


def _media_url(text: str) -> str:
    """The address as text for the staff of the place. It is never fetched: it could point into our own network."""
    cleaned = clean_text(text)
    if not cleaned.lower().startswith(("https://", "http://")) or len(cleaned) > LONGEST_URL:
        return ""
    return cleaned
