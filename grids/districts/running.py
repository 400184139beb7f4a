"""Bringing in what was looked over: a community at a time, each in a transaction of its own, with progress.

A worker may die at any moment: lines that were brought in say so, and the next run goes on with the others.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import groupby

from django.db import transaction
from django.utils import timezone
from django.utils.encoding import force_str
from django.utils.translation import gettext as _

from grids.bodies.models import Body
from grids.bodies.units import check_unit, set_unit
from grids.districts.domain import TOLD_AFTER, ImportState, Part, RowState, Sheet
from grids.districts.events import ImportRan
from grids.districts.models import DistrictImport, ImportRow
from grids.districts.services import sheets_of
from grids.roles.appointing import Office, appoint_many
from grids.roles.domain import Role
from grids.roles.models import Appointment
from grids.roles.queries import forget
from grids.territory.models import Territory
from grids.territory.planting import NewBuilding, NewGrid, Planted, add_buildings, add_grids
from grids.territory.tree import lock_place
from portal.accounts.models import User
from portal.accounts.opening import open_accounts
from portal.errors import DomainError
from portal.jobs.running import Run
from portal.outbox.services import record


def bring_in_part(run: Run) -> None:
    """The work of the job: the net or the staff of one import."""
    actor = run.owner
    forget(actor)
    batch, part = DistrictImport.objects.get(pk=run.params["import"]), Part(run.params["part"])
    rows = batch.rows.filter(sheet__in=sheets_of(part))
    waiting = rows.filter(state=RowState.READY)
    run.expect(rows.exclude(state__in=(RowState.UNCHANGED, RowState.WRONG)).count())
    run.advance(rows.exclude(state__in=(RowState.UNCHANGED, RowState.WRONG, RowState.READY)).count())
    for sheet in sheets_of(part):
        ready = list(waiting.filter(sheet=sheet).order_by("community", "line"))
        for community, group in groupby(ready, key=lambda row: row.community):
            lines = list(group)
            with transaction.atomic():
                _WAYS[sheet](actor, batch, community, lines)
            run.advance(len(lines))
    _finish(actor, batch, part)


@transaction.atomic
def _finish(actor: User, batch: DistrictImport, part: Part) -> None:
    batch = DistrictImport.objects.select_for_update(of=("self",)).get(pk=batch.pk)
    if batch.state != ImportState.RUNNING:
        return
    batch.state = ImportState.READY
    batch.state = ImportState.READY if batch.next_part() else ImportState.DONE
    batch.save(update_fields=["state"])
    rows = batch.rows.filter(sheet__in=sheets_of(part))
    made, refused = (rows.filter(state=state).count() for state in (RowState.DONE, RowState.REFUSED))
    record(ImportRan(import_id=batch.pk, part=str(part), made=made, refused=refused), subject=batch, actor=actor)


def _grids(actor: User, batch: DistrictImport, community: str, rows: list[ImportRow]) -> None:
    parent = lock_place(community)
    there = {place.name: place for place in Territory.objects.children_of(parent).living().defer("boundary")}
    new = []
    for row in rows:
        # Another import may have made it meanwhile: once is enough.
        if row.data["name"] in there and not row.data["code"]:
            row.state, row.place, row.data = RowState.UNCHANGED, there[row.data["name"]], {}
        else:
            new.append(row)
    grids = [
        NewGrid(
            name=row.data["name"],
            code=row.data["code"],
            household_count=row.data["household_count"] or 0,
            supervision_phone=row.data["supervision_phone"],
            area_description=row.data["area_description"],
        )
        for row in new
    ]
    _planted(new, _tried(actor, parent, grids))
    _save(rows)


def _tried(actor: User, parent: Territory, grids: Sequence[NewGrid]) -> Planted:
    try:
        return add_grids(actor=actor, community=parent, grids=grids) if grids else []
    except DomainError as refusal:
        return [refusal for _grid in grids]


def _buildings(actor: User, batch: DistrictImport, community: str, rows: list[ImportRow]) -> None:
    by_grid: dict[int, list[ImportRow]] = {}
    places = Places(batch)
    for row in rows:
        grid = places.find(row.data["grid"])
        if grid is None:
            _refuse(row, _("它的网格没有建成。"))
        else:
            by_grid.setdefault(grid.pk, []).append(row)
    for pk, lines in by_grid.items():
        grid = places.known[pk]
        buildings = [
            NewBuilding(
                name=row.data["name"],
                address=row.data["address"],
                longitude=row.data["longitude"],
                latitude=row.data["latitude"],
                households=row.data["households"] or 0,
            )
            for row in lines
        ]
        try:
            planted = add_buildings(actor=actor, grid=grid, buildings=buildings)
        except DomainError as refusal:
            planted = [refusal for _line in lines]
        _planted(lines, planted)
    _save(rows)


def _offices(actor: User, batch: DistrictImport, community: str, rows: list[ImportRow]) -> None:
    # Grids of the community keep to their places meanwhile, and so do the units in them that are held here.
    lock_place(community)
    places, offices, lines = Places(batch), [], []
    units = _units(rows)
    people = {row.data["phone"]: row.data["legal_name"] for row in rows}
    accounts, made = open_accounts(actor=actor, people=people)
    for row in rows:
        user, place = accounts[row.data["phone"]], places.find(row.data["place"])
        if place is None:
            _refuse(row, _("它的网格或楼栋没有建成。"))
        elif user.legal_name != row.data["legal_name"]:
            _refuse(row, _("这个手机号已经有账号，登记的姓名和这里不一样。"))
        elif problem := _unit_refused(row, place, units):
            _refuse(row, problem)
        else:
            lines.append(row)
            offices.append(_office(row, user, place))
    answers = appoint_many(actor=actor, offices=offices, told_at=timezone.now() + TOLD_AFTER)
    for row, office, answer in zip(lines, offices, answers, strict=True):
        row.account_id = office.user.pk if office.user.pk in made else None
        if isinstance(answer, Appointment):
            if row.data.get("unit"):
                set_unit(actor=actor, appointment=answer, unit=units[row.data["unit"]])
            row.state, row.data, row.appointment = RowState.DONE, {}, answer
            row.place, row.place_code = answer.territory, answer.territory.code
        else:
            _refuse(row, force_str(answer.message))
    _save(rows)


def _units(rows: Iterable[ImportRow]) -> dict[int, Body]:
    """The units that lines are for, held as they are until the offices are given."""
    wanted = [row.data["unit"] for row in rows if row.data.get("unit")]
    held = Body.objects.select_for_update(of=("self",)).filter(pk__in=wanted).select_related("territory")
    return {body.pk: body for body in held.defer("territory__boundary").order_by("pk")} if wanted else {}


def _unit_refused(row: ImportRow, place: Territory, units: dict[int, Body]) -> str:
    """Why the office cannot be for its unit any more; empty where it can, or is for none."""
    if not row.data.get("unit"):
        return ""
    try:
        check_unit(Role(row.data["role"]), place, units[row.data["unit"]])
    except DomainError as refusal:
        return force_str(refusal.message)
    return ""


def _office(row: ImportRow, user: User, place: Territory) -> Office:
    ends = row.data["ends_on"]
    return Office(
        user=user,
        role=Role(row.data["role"]),
        territory=place,
        starts_on=date.fromisoformat(row.data["starts_on"]),
        ends_on=date.fromisoformat(ends) if ends else None,
        public_phone=row.data["public_phone"],
        reason=row.data["reason"],
    )


_WAYS = {Sheet.GRIDS: _grids, Sheet.BUILDINGS: _buildings, Sheet.STAFF: _offices}


class Places:
    """Places that lines speak of: there before, or made by another line of the same import."""

    def __init__(self, batch: DistrictImport) -> None:
        made = batch.rows.exclude(place=None).exclude(sheet=Sheet.STAFF).order_by()
        self.made = {(sheet, line): place for sheet, line, place in made.values_list("sheet", "line", "place")}
        self.known: dict[int, Territory] = {}

    def find(self, reference: dict[str, object]) -> Territory | None:
        """The place, read once; None where the line that was to make it was refused."""
        pk = reference.get("id") or self.made.get((str(reference.get("sheet")), int(str(reference.get("line") or 0))))
        if not isinstance(pk, int):
            return None
        if pk not in self.known:
            found = Territory.objects.living().defer("boundary").filter(pk=pk).first()
            if found is None:
                return None
            self.known[pk] = found
        return self.known[pk]


def _planted(rows: Sequence[ImportRow], answers: Planted) -> None:
    for row, answer in zip(rows, answers, strict=True):
        if isinstance(answer, Territory):
            row.state, row.place, row.place_code, row.data = RowState.DONE, answer, answer.code, {}
        else:
            _refuse(row, force_str(answer.message))


def _refuse(row: ImportRow, words: str) -> None:
    row.state, row.data = RowState.REFUSED, {}
    row.problems = [["", "", words, _("改好以后，把这几行单独再传一次。")]]


def _save(rows: Iterable[ImportRow]) -> None:
    fields = ["state", "data", "problems", "place", "place_code", "appointment", "account"]
    ImportRow.objects.bulk_update(rows, fields, batch_size=500)
