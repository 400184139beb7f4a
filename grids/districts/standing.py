"""What has come to stand on the things an import made: every table that points at them is asked, whoever's it is."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Model
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from grids.districts.domain import RowState, Sheet
from grids.districts.models import DistrictImport, ImportRow
from grids.roles.models import Appointment, DutyCover
from grids.territory.domain import Level
from grids.territory.models import Building, Grid, GridNumber, Territory
from portal.accounts.models import User
from portal.deadlines.models import CalendarOverride
from portal.notifications.models import Notice
from portal.outbox.models import Event

# Own rows of a place, and rows that end with the appointments that are taken back.
_PART_OF_A_PLACE = (Grid, Building, GridNumber, Appointment, ImportRow)
# What every account has of itself, and what speaks of it without needing it.
_PART_OF_AN_ACCOUNT = (Appointment, ImportRow, Event)


@dataclass
class Remainder:
    """What can be taken back, by id, and for the rest why not."""

    places: list[Territory] = field(default_factory=list)
    appointments: list[int] = field(default_factory=list)
    accounts: list[int] = field(default_factory=list)
    # By line: why what it made stays.
    kept: dict[int, list[str]] = field(default_factory=dict)

    def keep(self, row: ImportRow, reason: str) -> None:
        """Notes that what this line made stays."""
        self.kept.setdefault(row.pk, []).append(reason)


def what_remains(batch: DistrictImport, *, hold: bool = False) -> Remainder:
    """What an undoing would take back and what it would leave; with `hold` nothing can change meanwhile."""
    states = (RowState.DONE, RowState.KEPT)
    rows = list(batch.rows.filter(state__in=states).select_related("place", "account").defer("place__boundary"))
    left = Remainder()
    offices: dict[int, ImportRow] = {row.appointment_id: row for row in rows if row.appointment_id}
    _offices(left, offices)
    places: dict[int, ImportRow] = {row.place_id: row for row in rows if row.place_id and row.sheet != Sheet.STAFF}
    _places(left, places, hold=hold)
    # A refused line may have opened an account as well.
    opened = batch.rows.exclude(account=None).exclude(state=RowState.UNDONE).select_related("account")
    _accounts(left, {row.account_id: row for row in opened if row.account_id}, hold=hold)
    return left


def _offices(left: Remainder, rows: dict[int, ImportRow]) -> None:
    covered = set(DutyCover.objects.filter(appointment__in=rows).values_list("appointment", flat=True))
    for pk, row in rows.items():
        if pk in covered:
            left.keep(row, _("已经安排了请假或代班。"))
        else:
            left.appointments.append(pk)


def _places(left: Remainder, rows: dict[int, ImportRow], *, hold: bool) -> None:
    found = Territory.objects.filter(pk__in=rows).order_by("path")
    places = {place.pk: place for place in (found.select_for_update() if hold else found)}
    reasons = _pointing_at(Territory, places, but=_PART_OF_A_PLACE)
    for day in CalendarOverride.objects.filter(territory_id__in=places):
        pk = day.territory_id or 0
        reasons.setdefault(pk, []).append(_("这里有自己的放假安排。"))
    others = Appointment.objects.filter(territory__in=places).exclude(pk__in=left.appointments)
    for pk in others.values_list("territory", flat=True).distinct().order_by():
        reasons.setdefault(pk, []).append(_("这里还有别的任职。"))
    linked = GridNumber.objects.filter(grid__in=places).exclude(until=None, split_from=None)
    for pk in [*linked.values_list("grid", flat=True), *_led_to(places)]:
        reasons.setdefault(pk, []).append(_("这个网格拆过、并过或换过编号。"))
    # Buildings first: a grid goes when all its buildings go.
    staying: set[str] = set()
    for pk, place in sorted(places.items(), key=lambda each: -each[1].level):
        row, why = rows[pk], reasons.get(pk, [])
        if place.code != row.place_code:
            why.append(_("它换过编号或网格。"))
        if place.boundary is not None:
            why.append(_("已经画了边界。"))
        if place.level == Level.GRID and _has_others(place, places, staying):
            why.append(_("里面还有留下的楼栋。"))
        if why:
            staying.add(str(place.path))
            left.kept.setdefault(row.pk, []).extend(dict.fromkeys(why))
        else:
            left.places.append(place)


def _led_to(places: Collection[int]) -> list[int]:
    rows = GridNumber.objects.filter(successor__in=places).values_list("successor", flat=True)
    return [*rows, *GridNumber.objects.filter(split_from__in=places).values_list("split_from", flat=True)]


def _has_others(grid: Territory, places: dict[int, Territory], staying: set[str]) -> bool:
    """Whether a building stands in the grid that was not made here, or that stays."""
    mine = sum(each.level == Level.BUILDING and str(each.path).startswith(str(grid.path)) for each in places.values())
    return grid.numchild != mine or any(path.startswith(str(grid.path)) for path in staying)


def _accounts(left: Remainder, rows: dict[int, ImportRow], *, hold: bool) -> None:
    found = User.objects.filter(pk__in=rows, erased_at=None).order_by("pk")
    users = {user.pk: user for user in (found.select_for_update() if hold else found)}
    reasons = _pointing_at(User, users, but=(*_PART_OF_AN_ACCOUNT, Notice))
    others = Appointment.objects.filter(user__in=users).exclude(pk__in=left.appointments)
    for pk in others.values_list("user", flat=True).distinct().order_by():
        reasons.setdefault(pk, []).append(_("本人还有别的任职。"))
    for pk in Notice.objects.filter(recipient__in=users).values_list("recipient", flat=True).distinct().order_by():
        reasons.setdefault(pk, []).append(_("已经通知过本人。"))
    for pk, user in users.items():
        why = reasons.get(pk, [])
        if user.last_login is not None:
            why.append(_("本人登录过。"))
        if why:
            words = _("账号留着：%s") % "".join(dict.fromkeys(why))
            left.keep(rows[pk], words)
        else:
            left.accounts.append(pk)


def _pointing_at(model: type[Model], keys: Collection[int], *, but: tuple[type[Model], ...]) -> dict[int, list[str]]:
    """By id, the rows of other tables that point there, in words such as “有 3 条心愿”."""
    reasons: dict[int, list[str]] = {}
    # What a wing above has in a place it declares by its foreign key, hidden or not: no list of tables to forget.
    relations: list[Any] = [
        one
        for one in model._meta.get_fields(include_hidden=True)
        if one.auto_created and not one.concrete and (one.one_to_many or one.one_to_one)
    ]
    for relation in relations:
        other = relation.related_model
        table = other._meta.concrete_model._meta
        if other in but or table.auto_created or not table.managed:
            continue
        name = relation.field.name
        counted = other._base_manager.filter(**{f"{name}__in": list(keys)}).order_by().values_list(name)
        for pk, count in counted.annotate(n=Count("pk")):
            what = capfirst(str(other._meta.verbose_name))
            reasons.setdefault(pk, []).append(_("有 %(count)d 条“%(what)s”。") % {"count": count, "what": what})
    return reasons
