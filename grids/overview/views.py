"""A place at a glance: its numbers, the places below it, the map of its grids, and who has how much in hand."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from grids.duty.domain import days_from
from grids.duty.gaps import gaps_below
from grids.overview.domain import UNKNOWN, ranges
from grids.overview.exporting import FORMATS, file_of
from grids.overview.figures import Column, all_columns, registered_panels
from grids.overview.in_hand import hands_of, registered_parts
from grids.overview.reading import Overview, grid_figures, overview_of
from grids.overview.trend import courses_of
from grids.pairing.scope import chosen_place, handled_place, person
from grids.pairing.views import BY_PATH
from grids.territory.domain import Level, path_of
from grids.territory.models import Territory
from grids.territory.outlines import map_stamp, shapes_of
from portal.keyset import keyset_page

# What keeps the page light; the file has all of them.
MOST_LINES = 6
PAGE_SIZE = 30


@login_required
@require_safe
def overview(request: HttpRequest, code: str = "") -> HttpResponse:
    """一张图: everything that is counted of a place and of those below it."""
    found = overview_of(person(request), code)
    column = chosen_column(request, exact=found.exact)
    lines = found.lines
    after = request.GET.get("after", "")
    begin = next((n for n, line in enumerate(lines) if line.place.code > after), len(lines)) if after else 0
    shown = lines[begin : begin + MOST_LINES]
    context = {
        "place": found.place,
        "above": found.above,
        "exact": found.exact,
        "at": found.kept.at,
        "panels": found.panels,
        "heads": registered_panels(),
        "lines": shown,
        "next_url": f"?after={shown[-1].place.code}" if begin + MOST_LINES < len(lines) else "",
        "previous_url": "?" if begin else "",
        "below": BELOW.get(Level(found.place.level), ""),
        "choices": map_columns(exact=found.exact),
        "column": column,
        "hottest": found.hottest(column),
        "bands": legend(column),
        "checks": found.place.level == Level.COMMUNITY,
        "has_trend": found.place.level <= Level.COMMUNITY,
        "hands": found.exact and found.place.level >= Level.COMMUNITY,
        "words": {"label": str(_("{name}：{words}"))},
    }
    return render(request, "grids/overview/overview.html", context)


BELOW: dict[Level, str | Promise] = {
    Level.DISTRICT: gettext_lazy("各街道"),
    Level.STREET: gettext_lazy("各社区"),
    Level.COMMUNITY: gettext_lazy("各网格"),
}


def map_columns(*, exact: bool) -> list[Column]:
    """What the map can show to this reader."""
    return [column for column in all_columns() if column.on_map and (exact or not column.about_people)]


def chosen_column(request: HttpRequest, *, exact: bool) -> Column:
    """What the map shows: `?show=`, or the first."""
    columns = map_columns(exact=exact)
    return next((column for column in columns if column.key == request.GET.get("show")), columns[0])


def legend(column: Column) -> list[tuple[str, str]]:
    """Each band of the map with its values in words."""
    if column.marks:
        return [(band, str(words)) for band, words in column.marks.items()]
    sign = "%" if column.whole else ""
    found = []
    for band, first, last in ranges(column.bounds, share=bool(column.whole)):
        if last is None:
            words = _("%(n)s 以上") % {"n": f"{first}{sign}"}
        elif first == last:
            words = f"{first}{sign}"
        else:
            words = f"{first}–{last}{sign}"
        found.append((band, words))
    return [*found, (UNKNOWN, _("没有数"))] if column.whole else found


@login_required
@require_safe
@gzip_page
def shapes(request: HttpRequest, code: str) -> HttpResponse:
    """The outlines of a place's grids with the band and the number of what the map shows."""
    found = overview_of(person(request), code)
    column = chosen_column(request, exact=found.exact)
    features = [_shape(each, column, found) for each in shapes_of(found.place, map_stamp())["features"]]
    drawn = {"type": "FeatureCollection", "features": features}
    answer = JsonResponse(drawn, content_type="application/geo+json", json_dumps_params={"separators": (",", ":")})
    answer["Cache-Control"] = "private, no-store"
    return answer


def _shape(shape: dict[str, Any], column: Column, found: Overview) -> dict[str, Any]:
    counts = grid_figures(str(found.place.path)).get(path_of(shape["id"]), {})
    band, words = column.mark(counts, exact=found.exact)
    return {**shape, "properties": {**shape["properties"], "band": band, "value": words}}


@login_required
@require_safe
def file(request: HttpRequest, code: str) -> HttpResponse:
    """The table as a file (`?as=csv` or `?as=xlsx`), with all places below."""
    kind = request.GET.get("as", "csv")
    if kind not in FORMATS:
        raise Http404
    found = overview_of(person(request), code)
    answer = HttpResponse(file_of(found, kind), content_type=FORMATS[kind])
    day = timezone.localdate(found.kept.at)
    answer["Content-Disposition"] = f'attachment; filename="overview-{found.place.code}-{day:%Y%m%d}.{kind}"'
    return answer


HEADLESS = ""
# What grids can lack, or have somebody stand in for, by what the address asks for.
GAPS = {HEADLESS: "headless", "short": "short", "covered": "covered"}


@login_required
@require_safe
def trend(request: HttpRequest, code: str) -> HttpResponse:
    """近四周: what was open on each day, drawn and as a table."""
    found = overview_of(person(request), code)
    if found.place.level > Level.COMMUNITY:
        raise Http404  # Days are counted by community.
    courses = courses_of(found.place, timezone.localdate(found.kept.at), exact=found.exact)
    days = [
        (day, [(course.column, course.days[place][1]) for course in courses])
        for place, (day, _count) in reversed(list(enumerate(courses[0].days)))
    ]
    context = {
        "place": found.place,
        "exact": found.exact,
        "courses": courses,
        "days": [(day, counts) for day, counts in days if any(count is not None for _column, count in counts)],
    }
    return render(request, "grids/overview/trend.html", context)


@login_required
@require_safe
def grids(request: HttpRequest, code: str) -> HttpResponse:
    """Grids of a place without a head today, with one on leave covered, or short of somebody within two weeks."""
    place = chosen_place(person(request), code)
    asked = request.GET.get("show", HEADLESS)
    show = asked if asked in GAPS else HEADLESS
    page = keyset_page(request, gap_grids(place, show), keys=BY_PATH, size=PAGE_SIZE)
    context = {"place": place, "page": page, "show": show}
    return render(request, "grids/overview/grids.html", context)


def gap_grids(place: Territory, show: str) -> Any:
    """The grids of a place that lack somebody, or where somebody stands in."""
    gaps = gaps_below(str(place.path), days_from(timezone.localdate()))
    paths = [path for path, gap in gaps.items() if getattr(gap, GAPS[show])]
    return Territory.objects.filter(path__in=paths).defer("boundary")


@login_required
@require_safe
def staff(request: HttpRequest, code: str) -> HttpResponse:
    """手上的活: what each member of staff of a community or grid has in hand, for those who handle there."""
    place = handled_place(person(request), code)
    if place.level < Level.COMMUNITY:
        raise PermissionDenied(_("请先选一个社区，再看各人手上的活。"))
    hands = hands_of(place)
    context = {
        "place": place,
        "parts": registered_parts(),
        "hands": hands,
        "heavy": sum(1 for each in hands if each.is_too_much),
    }
    return render(request, "grids/overview/staff.html", context)
