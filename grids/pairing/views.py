"""Coverage of a place: the numbers, the map, and the list behind each number."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from grids.members.models import PartyMember
from grids.members.policies import DECIDERS
from grids.pairing.coverage import (
    GRID,
    Numbers,
    bare_grids,
    coverage_of,
    is_kept,
    limit_of,
    limits_in,
    number_overloaded,
    numbers_by,
    overloaded,
    told,
)
from grids.pairing.models import Household
from grids.pairing.policies import handles, may_arrange, may_watch
from grids.pairing.scope import LEVELS, chosen_place, handled_place, person
from grids.roles.queries import holds
from grids.territory.domain import Level
from grids.territory.models import Territory
from grids.territory.outlines import map_stamp, shapes_of
from portal.keyset import BY_ID, NEWER, OLDER, SEPARATOR, Key, keyset_page, read_id

PAGE_SIZE = 30
# A page says "more than" beyond this; overloaded members are few, or something is very wrong.
MOST_OVERLOADED = 200
BANDS = (
    ("none", _("还没有结对")),
    ("few", _("不到一半")),
    ("some", _("一半以上")),
    ("all", _("基本都有了")),
    ("unknown", _("没有登记住户，或户数太少不显示")),
)


@login_required
@require_safe
def coverage(request: HttpRequest) -> HttpResponse:
    """What is covered: grids without a cell, households without a pair, members with too many."""
    user = person(request)
    place = chosen_place(user, request.GET.get("place", ""))
    exact = handles(user, place)
    context = {
        "place": place,
        "above": [each for each in place.ancestors()[:-1] if each.level in LEVELS and may_watch(user, each)],
        **coverage_of(place, exact=exact),
        "exact": exact,
        "arranges": may_arrange(user, place) and place.level >= Level.COMMUNITY,
        "over": number_overloaded(place, most=MOST_OVERLOADED) if exact else None,
        "kept": is_kept(place),
        "most": MOST_OVERLOADED,
        "bands": BANDS,
        "words": {
            "band": {key: str(words) for key, words in BANDS},
            "label": str(_("{name}：{words}")),
        },
    }
    return render(request, "grids/pairing/coverage.html", context)


@login_required
@require_safe
@gzip_page
def shapes(request: HttpRequest, code: str) -> HttpResponse:
    """The outlines of a place's grids with how well each is covered, for the map."""
    user = person(request)
    place = chosen_place(user, code)
    told_of = grid_numbers(place, exact=handles(user, place))
    features = [
        {**each, "properties": {**each["properties"], **_as_shown(told_of.get(each["id"]))}}
        for each in shapes_of(place, map_stamp())["features"]
    ]
    found = {"type": "FeatureCollection", "features": features}
    answer = JsonResponse(found, content_type="application/geo+json", json_dumps_params={"separators": (",", ":")})
    answer["Cache-Control"] = "private, no-store"
    return answer


def _as_shown(numbers: Numbers | None) -> dict[str, str]:
    """The tone of a grid on the map, and the number that stands on it."""
    if numbers is None:
        return {"band": "unknown", "value": "—"}
    return {"band": numbers.band, "value": "—" if numbers.percent is None else f"{numbers.percent}%"}


def grid_numbers(place: Territory, *, exact: bool) -> dict[str, Numbers]:
    """How well each grid of the place is covered, by its code."""
    found = numbers_by(str(place.path), GRID)
    codes = Territory.objects.filter(path__in=found).order_by().values_list("path", "code")
    return {code: told([found[path]], exact=exact) for path, code in codes}


def read_path(text: str) -> str:
    """A place's path as it stands in an address. Raises ValueError for what is none."""
    path = str(text)
    if not (path.isascii() and path.isdecimal()):
        raise ValueError(path)
    return path


def read_door(text: str) -> str:
    """A door as it stands in an address. Raises ValueError for what no table holds."""
    door = str(text)
    if "\x00" in door:
        raise ValueError(door)
    return door


BY_DOOR = (Key("path", read_path), Key("door", read_door), Key("id", read_id))


@login_required
@require_safe
def households(request: HttpRequest) -> HttpResponse:
    """Households of a place: those without a pair, or all."""
    place = handled_place(person(request), request.GET.get("place", ""))
    everybody = request.GET.get("show") == "all"
    page = keyset_page(request, household_rows(place, request, unpaired=not everybody), keys=BY_DOOR, size=PAGE_SIZE)
    context = {"place": place, "page": page, "everybody": everybody}
    return render(request, "grids/pairing/households.html", context)


def household_rows(place: Territory, request: HttpRequest, *, unpaired: bool) -> QuerySet[Household]:
    """Households of a place in the order of building and door; a later page does not walk through the ones before."""
    rows = Household.objects.filter(building__path__startswith=str(place.path)).select_related("building")
    if unpaired:
        rows = rows.filter(is_paired=False)
    for name, lookup in ((OLDER, "building__path__gte"), (NEWER, "building__path__lte")):
        reached = request.GET.get(name, "").split(SEPARATOR)[0]
        if reached.isascii() and reached.isdecimal():
            rows = rows.filter(**{lookup: reached})
    return rows.defer("building__boundary").annotate(path=F("building__path"))


BY_PATH = (Key("path", read_path),)


@login_required
@require_safe
def grids_without_cell(request: HttpRequest) -> HttpResponse:
    """Grids of a place in which no Party organisation stands."""
    place = chosen_place(person(request), request.GET.get("place", ""))
    page = keyset_page(request, bare_grids(place), keys=BY_PATH, size=PAGE_SIZE)
    return render(request, "grids/pairing/grids.html", {"place": place, "page": page})


@login_required
@require_safe
def members(request: HttpRequest) -> HttpResponse:
    """Members of a place by family name with what they carry: all, or those with too many."""
    place = handled_place(person(request), request.GET.get("place", ""))
    over = request.GET.get("show") == "over"
    limits = limits_in(place)
    confirms = place.level == Level.COMMUNITY and holds(request.user, DECIDERS, place)
    context: dict[str, Any] = {"place": place, "over": over, "gives_feedback": confirms}
    if over:
        found = overloaded(place, most=MOST_OVERLOADED)
    else:
        rows = PartyMember.objects.confirmed().filter(organisation__territory__path__startswith=str(place.path))
        rows = rows.select_related("user", "load", "near", "organisation__territory")
        rows = rows.defer("near__boundary", "organisation__territory__boundary")
        context["page"] = page = keyset_page(request, rows, keys=BY_ID, size=PAGE_SIZE)
        found = page.items
    context["rows"] = [(one, limit_of(limits, str(one.organisation.territory.path))) for one in found]
    return render(request, "grids/pairing/members.html", context)
