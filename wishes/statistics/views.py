"""Pages of the statistics: what everybody reads, and what staff read of their places."""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from grids.roles.queries import held_by
from grids.territory.domain import Level, ancestor_paths, path_of
from grids.territory.models import Territory
from portal.accounts.models import User
from portal.keyset import BY_ID, keyset_page
from wishes.statistics.charts import bars, parts
from wishes.statistics.domain import COUNTED, END_MEASURES, MEASURES
from wishes.statistics.downloads import csv_response
from wishes.statistics.figures import Figures
from wishes.statistics.policies import DIGEST_READERS, may_appraise
from wishes.statistics.publishing import Publication, publish
from wishes.statistics.reports import TABLES, Report, exact_report, public_report
from wishes.statistics.spans import LAST_TWELVE, Scope
from wishes.wishes.models import Wish
from wishes.wishes.views.access import member_of
from wishes.wishes.views.filters import Pill, link

# How many places or people a page lists; the download has all of them.
MOST_LINES = 22
PAGE_SIZE = 20


# -- what everybody reads ----------------------------------------------------------------------------------------------
@require_safe
def statistics(request: HttpRequest) -> HttpResponse:
    """How wishes fare, for everybody: a place and a calendar year, without groups smaller than five."""
    places, publication, report = public_statistics(request.GET.get("place", ""), request.GET.get("year", ""))
    context = {
        "report": report,
        "publication": publication,
        "crumbs": _crumbs(request, places),
        "years": [
            Pill(_("{year}年").format(year=year), link(request.GET, year=str(year)), year == publication.year)
            for year in publication.years
        ],
        "csv": _csv_links(request, "statistics_csv", report),
        "down": f"?year={publication.year}&place=",
        "more": len(report.places) > MOST_LINES,
        "shown_places": report.places[:MOST_LINES],
        **_charts(report),
    }
    return render(request, "wishes/statistics/public.html", context)


@require_safe
def statistics_csv(request: HttpRequest) -> HttpResponse:
    """One table of the public page."""
    _places, publication, report = public_statistics(request.GET.get("place", ""), request.GET.get("year", ""))
    table = _table_asked_for(request)
    if table == "handlers":
        raise Http404
    code = report.place.code if report.place else "all"
    return csv_response(report.table(table), name=f"wishes-{table}-{code}-{publication.year}")


def public_statistics(code: str, year: str) -> tuple[list[Territory], Publication, Report]:
    """The chain of places down to the one with this code, and what is told of it. Raises Http404 for no such place."""
    places: list[Territory] = []
    if code:
        try:
            path = path_of(code)
        except ValueError as error:
            raise Http404 from error
        places = list(
            Territory.objects.filter(path__in=ancestor_paths(path), level__gte=Level.DISTRICT)
            .defer("boundary")
            .order_by("path")
        )
        if not places or places[-1].path != path or places[-1].level > Level.GRID:
            raise Http404
    place = places[-1] if places else None
    asked = int(year) if len(year) == 4 and year.isdecimal() and year.isascii() else None
    publication = publish(place=place, year=asked, today=timezone.localdate())
    return places, publication, public_report(publication, place)


def _crumbs(request: HttpRequest, places: list[Territory]) -> list[Pill]:
    crumbs = [Pill(_("全部地区"), link(request.GET, place=""), not places)]
    return crumbs + [Pill(place.name, link(request.GET, place=place.code), place is places[-1]) for place in places]


# -- what staff read ---------------------------------------------------------------------------------------------------
@login_required
@require_safe
def work(request: HttpRequest) -> HttpResponse:
    """The exact numbers of the reader's place: by place, category, month and responsible person."""
    scope, report = staff_statistics(member_of(request), request.GET)
    narrowed = {"category": scope.category.code} if scope.category else {}
    here = {"place": scope.place.code, "period": scope.span.key, **narrowed}
    context = {
        "scope": scope,
        "report": report,
        "crumbs": [
            Pill(place.name, link(request.GET, place=place.code), place is scope.place)
            for place in (*scope.above, scope.place)
        ],
        "periods": _periods(request, scope),
        "list_url": f"wishes/?{urlencode(here)}",
        # Each ends with the parameter that a line of its table fills in.
        "place_link": f"?{urlencode({'period': scope.span.key, **narrowed})}&place=",
        "month_link": f"?{urlencode({'place': scope.place.code, **narrowed})}&period=",
        "category_link": f"?{urlencode({'place': scope.place.code, 'period': scope.span.key})}&category=",
        "place_wishes": f"wishes/?{urlencode({'period': scope.span.key, **narrowed})}&place=",
        "category_wishes": f"wishes/?{urlencode({'place': scope.place.code, 'period': scope.span.key})}&category=",
        "asides": _asides(report),
        "shown_handlers": report.handlers[:MOST_LINES],
        "more_handlers": len(report.handlers) > MOST_LINES,
        "csv": _csv_links(request, "statistics_work_csv", report),
        "more": len(report.places) > MOST_LINES,
        "shown_places": report.places[:MOST_LINES],
        "digests": any(held.role in DIGEST_READERS for held in held_by(scope.user)),
        **_charts(report),
    }
    return render(request, "wishes/statistics/work.html", context)


@login_required
@require_safe
def work_csv(request: HttpRequest) -> HttpResponse:
    """One table of the staff page."""
    scope, report = staff_statistics(member_of(request), request.GET)
    table = _table_asked_for(request)
    return csv_response(report.table(table), name=f"wishes-{table}-{scope.place.code}-{scope.span.key}")


def staff_statistics(user: User, params: QueryDict) -> tuple[Scope, Report]:
    """What this member of staff asks for. Raises NotAllowed, Http404."""
    scope = Scope(user, params, timezone.localdate())
    report = exact_report(
        place=scope.place,
        first=scope.span.first,
        last=scope.span.last,
        categories=scope.categories,
        category=scope.category,
        only_handler=None if may_appraise(user, scope.place) else user.pk,
    )
    return scope, report


def _asides(report: Report) -> list[tuple[str, Any, int | None]]:
    """Numbers beside the large ones, each with the wishes behind it."""
    figures = report.figures or Figures({})
    names = ("unanswered", "awaiting", "in_time", "late", "reopened", "low")
    return [(name, MEASURES[name], figures.numbers.get(name)) for name in names]


def _periods(request: HttpRequest, scope: Scope) -> list[Pill]:
    year = scope.today.year
    choices = [(LAST_TWELVE, _("最近 12 个月"))] + [(str(y), _("{year}年").format(year=y)) for y in (year, year - 1)]
    pills = [Pill(words, link(request.GET, period=key), key == scope.span.key) for key, words in choices]
    if all(not pill.current for pill in pills):
        pills.append(Pill(scope.span.words, "#", True))
    return pills


@dataclass(frozen=True)
class What:
    """What a number counts, as words above the list behind it, and which facts it counts."""

    words: str | Promise
    condition: dict[str, Any]


def what_of(name: str) -> What:
    """The number of this name; all wishes for a name that is none."""
    if name == "open":
        return What(gettext_lazy("还在办"), {"submitted": 1, "closed_at": None})
    name = f"ended_{name}" if f"ended_{name}" in COUNTED else name
    if name in COUNTED:
        return What(MEASURES[name], {name: 1})
    return What(gettext_lazy("收到"), {"submitted": 1})


@login_required
@require_safe
def wishes(request: HttpRequest) -> HttpResponse:
    """The wishes behind one number of the staff page."""
    scope = Scope(member_of(request), request.GET, timezone.localdate())
    what = what_of(request.GET.get("what", ""))
    condition: dict[str, Any] = {
        "path__startswith": str(scope.place.path),
        "month__range": (scope.span.first, scope.span.last),
        **what.condition,
    }
    if scope.category is not None:
        chosen = scope.category
        condition["category__in"] = [each.pk for each in scope.categories if chosen.pk in (each.pk, each.parent_id)]
    counted = Wish.objects.visible_to(scope.user).filter(
        **{f"statistics_fact__{name}": value for name, value in condition.items()}
    )
    related = counted.select_related("category", "territory").defer("territory__boundary", "details")
    page = keyset_page(request, related, keys=BY_ID, size=PAGE_SIZE, descending=True)
    back = {name: request.GET[name] for name in ("place", "period", "category") if name in request.GET}
    context = {"scope": scope, "what": what, "page": page, "back": f"{reverse('statistics_work')}?{urlencode(back)}"}
    return render(request, "wishes/statistics/wishes.html", context)


# -- both --------------------------------------------------------------------------------------------------------------
def _table_asked_for(request: HttpRequest) -> str:
    table = request.GET.get("table", "places")
    if table not in TABLES:
        raise Http404
    return table


def _csv_links(request: HttpRequest, route: str, report: Report) -> dict[str, str]:
    """Where each table that has lines is downloaded."""
    address = reverse(route)
    return {name: address + link(request.GET, table=name) for name in TABLES if report.table(name)}


def _charts(report: Report) -> dict[str, Any]:
    """The pictures of a report. Numbers that are told only together are one part, so that each bar is a whole."""
    figures = report.figures or Figures({})
    ends = [(end.value, END_WORDS[end.value], figures.numbers.get(name)) for end, name in END_MEASURES.items()]
    ends.append(("open", END_WORDS["open"], figures.numbers.get("open")))
    opinion = [(name, SATISFACTION_WORDS[name], figures.numbers.get(name)) for name in SATISFACTION_WORDS]
    submitted = figures.numbers.get("submitted")
    ends += _rest(ends, submitted)
    opinion += _rest(opinion, figures.numbers.get("ended_fulfilled"))
    months = [(str(int(line.code[-2:])), line.figures["submitted"]) for line in report.months if line.code]
    return {
        "month_bars": bars(months),
        "end_parts": parts(ends),
        "opinion_parts": parts(opinion),
        "end_lines": [(key, words, count, _share(count, submitted)) for key, words, count in ends],
        "opinion_lines": [(key, words, count, "") for key, words, count in opinion],
    }


def _rest(lines: list[tuple[str, Any, int | None]], whole: int | None) -> list[tuple[str, Any, int | None]]:
    """What is not told apart, together; nothing where all of it is told, or not even the whole."""
    together = (whole or 0) - sum(count or 0 for _key, _words, count in lines)
    return [("rest", _("没有单列的合计"), together)] if together > 0 else []


def _share(count: int | None, whole: int | None) -> str:
    return f"{100 * count / whole:.1f}%" if count is not None and whole else ""


END_WORDS: dict[str, str | Promise] = {
    **{end.value: end.label for end in END_MEASURES},
    "open": gettext_lazy("还在办"),
}
SATISFACTION_WORDS: dict[str, str | Promise] = {
    "satisfied": gettext_lazy("满意"),
    "unsatisfied": gettext_lazy("不满意"),
    "unrated": gettext_lazy("没有评价"),
}
