"""Making the table of a day: counted by the database, written row by row, there whole or not at all."""

import csv
import hashlib
import io
import json
import os
import secrets
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import Count
from django.db.models.functions import TruncMonth
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from grids.configuration.cells import escaped
from grids.territory.models import Territory
from portal.jobs.registry import job_kind
from portal.jobs.running import Run
from portal.jobs.services import start_job
from wishes.opendata.domain import COLUMNS, SMALLEST, Cell, Parents, days_between, month_of, published_cells
from wishes.opendata.models import FORMATS, Edition, opendata_folder
from wishes.wishes.models import Category, Wish
from wishes.wishes.querysets import WishQuerySet

KIND = "wishes.opendata"
KEPT = timedelta(days=30)
TRIES = 3
FIELDS = (
    "submitted_at",
    "category__code",
    "community__code",
    "kind",
    "state",
    "end",
    "claimed_at",
    "fulfilled_at",
    "reopen_count",
    "source_id",
)


class Unsteady(Exception):
    """Wishes were withdrawn while the table was written, so that a group became too small: try again."""


def ask_for_today(*, now: datetime | None = None) -> None:
    """Have the table of the day that has just ended made, once however often it is asked for."""
    day = timezone.localdate(now) - timedelta(days=1)
    if not Edition.objects.filter(day=day).exists():
        start_job(actor=None, kind=KIND, params={"day": day.isoformat()}, unique_key=f"opendata:{day}", at=now)


@job_kind(KIND, label=_("生成开放数据"), kept=None)
def make(run: Run) -> None:
    """The job of one day; begun again, it finds what is there."""
    publish(day=date.fromisoformat(run.params["day"]), run=run)


def publish(*, day: date, run: Run | None = None, now: datetime | None = None) -> Edition:
    """The edition of that day, made now where it is not there yet. Raises Unsteady after several tries."""
    known = Edition.objects.filter(day=day).first()
    if known is not None:
        return known
    for tried in range(1, TRIES + 1):
        try:
            return _publish(day, run, now or timezone.now())
        except Unsteady:
            if tried == TRIES:
                raise
    raise AssertionError("not reached")


def forget_old(*, today: date) -> int:
    """Remove editions older than a month with their files, and files that no edition speaks of; how many editions."""
    old = Edition.objects.filter(day__lt=today - KEPT)
    paths = [edition.path(form) for edition in old for form in FORMATS]
    count, _per_model = old.delete()
    for path in paths:
        path.unlink(missing_ok=True)
    before = (timezone.now() - timedelta(hours=2)).timestamp()
    for path in opendata_folder().glob(".making-*") if opendata_folder().is_dir() else ():
        if path.stat().st_mtime < before:
            path.unlink(missing_ok=True)
    return count


def _publish(day: date, run: Run | None, now: datetime) -> Edition:
    wishes = _published_until(day)
    parents = Parents(dict(Category.objects.exclude(parent=None).values_list("code", "parent__code")))
    counts = _counts(wishes)
    cells = published_cells(counts, parents)
    if run is not None:
        run.expect(sum(counts[cell] for cell in cells))
    folder = opendata_folder()
    folder.mkdir(parents=True, exist_ok=True)
    making = {form: folder / f".making-{secrets.token_hex(8)}.{form}" for form in FORMATS}
    try:
        written = _write(wishes, cells, making, run)
        values = {name: value for form in FORMATS for name, value in _measured(form, making[form]).items()}
        with transaction.atomic():
            edition, is_new = Edition.objects.get_or_create(
                day=day,
                defaults={"rows": written, "left_out": sum(counts.values()) - written, "made_at": now, **values},
            )
            if is_new:
                for form, path in making.items():
                    path.rename(edition.path(form))
        return edition
    finally:
        for path in making.values():
            path.unlink(missing_ok=True)


def _published_until(day: date) -> WishQuerySet:
    """Public wishes that were submitted on that day or before."""
    midnight = timezone.make_aware(datetime.combine(day + timedelta(days=1), time()))
    public = Wish.objects.public().filter(published_at__isnull=False, submitted_at__lt=midnight)
    return public.filter(category__isnull=False, community__isnull=False)


def _counts(wishes: WishQuerySet) -> dict[Cell, int]:
    """How many wishes are in each finest cell, counted in one query."""
    rows = (
        wishes.order_by()
        .annotate(month=TruncMonth("submitted_at"))
        .values("month", "category__code", "community__code")
    )
    found: Counter[Cell] = Counter()
    for row in rows.annotate(count=Count("pk")):
        month = timezone.localtime(row["month"]).date()
        found[Cell(month_of(month), row["category__code"], row["community__code"])] += row["count"]
    return dict(found)


def _write(wishes: WishQuerySet, cells: dict[Cell, Cell], making: dict[str, Path], run: Run | None) -> int:
    """Both files side by side; how many rows. Raises Unsteady."""
    names = dict(Category.objects.values_list("code", "name"))
    codes = {cell.place for cell in cells.values()}
    places = dict(Territory.objects.filter(code__in=codes).values_list("code", "name"))
    shown: Counter[Cell] = Counter()
    with (
        making["csv"].open("x", encoding="utf-8-sig", newline="") as table,
        making["jsonl"].open("x", encoding="utf-8") as lines,
    ):
        writer = csv.writer(table)
        writer.writerow([column.name for column in COLUMNS])
        # In the order of cells, not of numbers: a row's place in the file tells nothing.
        for cell, values in _rows(wishes, cells):
            shown[cell] += 1
            row = [cell.period, cell.category, names.get(cell.category, ""), cell.place, places.get(cell.place, "")]
            row += values
            writer.writerow([_cell(value) for value in row])
            content = dict(zip((column.name for column in COLUMNS), row, strict=True))
            lines.write(json.dumps(content, ensure_ascii=False) + "\n")
            if run is not None:
                run.advance()
        for out in (table, lines):
            out.flush()
            os.fsync(out.fileno())
    if any(count < SMALLEST for count in shown.values()):
        raise Unsteady
    return shown.total()


def _rows(wishes: WishQuerySet, cells: dict[Cell, Cell]) -> Iterator[tuple[Cell, list[Any]]]:
    ordered = wishes.order_by("category__code", "community__code", "kind", "state", "end", "reopen_count")
    for row in ordered.values_list(*FIELDS).iterator(chunk_size=2000):
        submitted, category, place, kind, state, end, claimed, fulfilled, reopenings, source = row
        day = timezone.localdate(submitted)
        cell = cells.get(Cell(month_of(day), category, place))
        if cell is None:
            continue
        values = [
            kind,
            state,
            end,
            days_between(day, timezone.localdate(claimed) if claimed else None),
            days_between(day, timezone.localdate(fulfilled) if fulfilled else None),
            reopenings,
            source is not None,
        ]
        yield cell, values


def _cell(value: Any) -> Any:
    """A cell that no program takes for a formula."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return escaped(value) if isinstance(value, str) else value


def _measured(form: str, path: Path) -> dict[str, Any]:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while part := file.read(io.DEFAULT_BUFFER_SIZE * 64):
            digest.update(part)
    return {f"{form}_bytes": path.stat().st_size, f"{form}_sha256": digest.hexdigest()}
