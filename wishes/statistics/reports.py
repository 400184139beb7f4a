"""One place's statistics as pages, API and downloads show them, exact for staff or as published for everybody."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from grids.territory.domain import Level
from grids.territory.models import Territory
from portal.formats import month_words
from wishes.statistics.domain import Tally, months_between, total
from wishes.statistics.figures import Figures
from wishes.statistics.models import HandlerCell, StatCell
from wishes.statistics.publishing import Publication, Shown
from wishes.statistics.querysets import tallies
from wishes.wishes.models import Category

Words = str | Promise


@dataclass(frozen=True)
class Line:
    """One line of a table: what it is about by its code and its name, and its numbers."""

    code: str
    label: Words
    figures: Figures
    group: bool = False


@dataclass(frozen=True)
class Report:
    """All tables of a place and a span of time. `figures` is None where the place is too small to be told of."""

    place: Territory | None
    figures: Figures | None
    months: list[Line] = field(default_factory=list)
    categories: list[Line] = field(default_factory=list)
    places: list[Line] = field(default_factory=list)
    handlers: list[Line] = field(default_factory=list)

    def table(self, name: str) -> list[Line]:
        """The lines of one table by its name in addresses."""
        found: list[Line] = getattr(self, name)
        return found


TABLES = ("places", "months", "categories", "handlers")


def exact_report(
    *,
    place: Territory,
    first: date,
    last: date,
    categories: Sequence[Category],
    category: Category | None,
    only_handler: int | None = None,
) -> Report:
    """Every number of the wishes submitted in these months in this place; in one category where it is given.

    `only_handler` leaves this one person in the table of those who answer for wishes.
    """
    cells = StatCell.objects.filter(month__range=(first, last), submitted__gt=0, path__startswith=place.path)
    if category is not None:
        cells = cells.filter(category__in=[each.pk for each in categories if category.pk in (each.pk, each.parent_id)])
    # A place above the districts is the sum of its districts.
    level = max(place.level, Level.DISTRICT)
    by_month: dict[date, Tally] = {}
    by_category: dict[int, Tally] = {}
    for (month, pk), tally in tallies(cells.filter(level=level), "month", "category_id"):
        by_month[month] = by_month.get(month, Tally()) + tally
        by_category[pk] = by_category.get(pk, Tally()) + tally
    below = {path: tally for (path,), tally in tallies(cells.filter(level=max(place.level + 1, level)), "path")}
    below.pop(str(place.path), None)
    places = Territory.objects.filter(path__in=list(below)).defer("boundary").order_by("path")
    return Report(
        place=place,
        figures=Figures.exact(total(by_month.values())),
        months=[
            Line(f"{month:%Y-%m}", month_words(month), Figures.exact(by_month.get(month, Tally())))
            for month in months_between(first, last)
        ],
        categories=_category_lines(categories, by_category, opened=category),
        places=[Line(each.code, each.name, Figures.exact(below[str(each.path)])) for each in places],
        handlers=[] if category else _handlers(place, first, last, only_handler),
    )


def _category_lines(
    categories: Iterable[Category], counted: Mapping[int, Tally], *, opened: Category | None
) -> list[Line]:
    """Each group with its sum; below the one that is opened, or whose category is, its categories."""
    lines = []
    every = list(categories)
    for parent in (each for each in every if each.parent_id is None):
        leaves = [each for each in every if each.parent_id == parent.pk and each.pk in counted]
        together = total(counted[pk] for pk in [parent.pk, *(leaf.pk for leaf in leaves)] if pk in counted)
        if not together.submitted:
            continue
        lines.append(Line(parent.code, parent.name, Figures.exact(together), group=True))
        if opened is not None and parent.pk in (opened.pk, opened.parent_id):
            lines += [Line(leaf.code, leaf.name, Figures.exact(counted[leaf.pk])) for leaf in leaves]
    return lines


def _handlers(place: Territory, first: date, last: date, only: int | None) -> list[Line]:
    """Who answers for wishes here: whoever fulfilled most first. Claims are not counted."""
    level = max(place.level, Level.DISTRICT)
    cells = HandlerCell.objects.filter(
        level=level, path__startswith=place.path, month__range=(first, last), submitted__gt=0
    )
    if only is not None:
        cells = cells.filter(handler=only)
    found = list(tallies(cells, "handler_id", "handler__legal_name", "handler__display_name"))
    found.sort(key=lambda item: (-item[1]["ended_fulfilled"], item[0][0]))
    return [
        Line(str(pk), legal_name or shown or _("已注销用户"), Figures.exact(tally))
        for (pk, legal_name, shown), tally in found
    ]


def public_report(publication: Publication, place: Territory | None) -> Report:
    """What is published, as tables. What is told only together stands as a last line of its own."""
    shown = publication.place
    if shown is None:
        return Report(place=place, figures=None)
    return Report(
        place=place,
        figures=shown.figures,
        months=_public_months(publication, shown),
        categories=_public_categories(publication, shown),
        places=_public_places(publication),
    )


def _number(count: int) -> Figures:
    return Figures({"submitted": count})


def _public_months(publication: Publication, shown: Shown) -> list[Line]:
    if publication.until is None:
        return []
    span = months_between(date(publication.year, 1, 1), publication.until)
    lines = [Line(f"{month:%Y-%m}", month_words(month), Figures({"submitted": _told(month, shown)})) for month in span]
    if shown.other_months:
        lines.append(Line("", _("没有单列的月份合计"), _number(shown.other_months)))
    return lines


def _told(month: date, shown: Shown) -> int | None:
    """The month's number; None where it is told only together with others, nought where it has none."""
    return None if month in shown.together_months else shown.months.get(month, 0)


def _public_categories(publication: Publication, shown: Shown) -> list[Line]:
    lines = [
        Line(publication.categories[pk][0], publication.categories[pk][1], _number(shown.categories[pk]), group=True)
        for pk in publication.categories
        if shown.categories.get(pk)
    ]
    if shown.other_categories:
        lines.append(Line("", _("没有单列的类别合计"), _number(shown.other_categories)))
    return lines


def _public_places(publication: Publication) -> list[Line]:
    if publication.below is None:
        return []
    lines = [
        Line(publication.names[path].code, publication.names[path].name, one.figures)
        for path, one in sorted(publication.below.places.items())
        if path in publication.names
    ]
    if publication.below.pool is not None:
        words = _("心愿少的 {count} 个地方合计").format(count=publication.below.pooled)
        lines.append(Line("", words, publication.below.pool.figures))
    return lines
