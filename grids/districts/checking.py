"""Looking a district's sheets over before anything is brought in: for each line every mistake, in words."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from grids.bodies.domain import UNIT_ROLES
from grids.bodies.units import NoSuchUnit, Units
from grids.configuration.cells import day_of, decimal_of, number_of
from grids.districts.domain import IMPORTABLE, RowState, Sheet, overlap, place_level, role_named
from grids.districts.models import IMPORTERS
from grids.districts.workbook import SHEETS, Filled
from grids.roles.domain import ROLE_LEVELS, Role
from grids.roles.models import Appointment
from grids.roles.queries import paths_of
from grids.territory.domain import LONGEST_NAME, Level, clean_name
from grids.territory.models import PHONE, Building, Grid, GridNumber, Territory
from portal.accounts.models import User
from portal.accounts.phones import normalise_phone
from portal.cleaning import clean_text
from portal.errors import Invalid
from portal.formats import list_words
from portal.masking import mask_name

MOST_NUMBERS = 999
Term = tuple[date, date | None]
Reference = dict[str, Any]  # {"id": a place that is there} or {"sheet": …, "line": … of one to be made}


@dataclass
class Looked:
    """One line as it will be brought in, and what is wrong with it."""

    filled: Filled
    data: dict[str, Any] = field(default_factory=dict)
    problems: list[tuple[str, str, str, str]] = field(default_factory=list)
    label: str = ""
    community: Territory | None = None
    there: Territory | None = None
    state: RowState = RowState.READY

    def text(self, key: str) -> str:
        """What stands in the column, tidied."""
        return clean_text(self.filled.cells.get(key, ""), lines=key == "area_description")

    def wrong(self, key: str, problem: str, mend: str) -> None:
        """Notes a mistake: what is wrong, and how to mend it."""
        heading = next((str(one.heading) for one in SHEETS[self.filled.sheet] if one.key == key), "")
        self.problems.append((heading, self.filled.cell(key), problem, mend))
        self.state = RowState.WRONG


class Checker:
    """Looks all lines over at once; what is there already is read in a handful of queries."""

    def __init__(self, actor: User, lines: list[Filled]) -> None:
        self.actor = actor
        self.today = timezone.localdate()
        self.rows = [Looked(line) for line in lines]
        self.reach = paths_of(actor, IMPORTERS)
        self._read_places()
        self._read_people()
        named = {row.text("community") for row in self.rows if row.text("unit")}
        self.units = Units([place for code, place in self.communities.items() if code in named])

    def check(self) -> list[Looked]:
        """Every line, in the order of the sheets: buildings may stand in grids that are made, people in both."""
        ways: dict[Sheet, Callable[[Looked], None]] = {
            Sheet.GRIDS: self._grid,
            Sheet.BUILDINGS: self._building,
            Sheet.STAFF: self._office,
        }
        for row in self.rows:
            self._required(row)
            self._find_community(row)
            ways[row.filled.sheet](row)
        self._count_numbers()
        return self.rows

    # --- what is there already -----------------------------------------------------------------------------------

    def _read_places(self) -> None:
        codes = {row.text("community") for row in self.rows}
        found = Territory.objects.at(Level.COMMUNITY).filter(code__in=codes).defer("boundary")
        self.communities: dict[str, Territory] = {str(place.code): place for place in found}
        below = Q(pk__in=[])
        for place in self.communities.values():
            below |= Q(path__startswith=place.path)
        places = Territory.objects.filter(below, level__in=(Level.GRID, Level.BUILDING)).living().defer("boundary")
        # By the code of the place above and the name; by code.
        self.named: dict[tuple[str, str], list[Looked | Territory]] = {}
        self.coded: dict[str, Looked | Territory] = {}
        self.numbers: dict[str, int] = {}
        for place in places:
            self.named.setdefault((str(place.code)[:-3], str(place.name)), []).append(place)
            self.coded[str(place.code)] = place
        given = [row.text("code") for row in self.rows if row.filled.sheet == Sheet.GRIDS and row.text("code")]
        self.used = set(GridNumber.objects.filter(code__in=given).values_list("code", flat=True))
        last = GridNumber.objects.filter(self._numbers_of_communities()).order_by("code").values_list("code", flat=True)
        for code in last:
            self.numbers[str(code)[:12]] = int(str(code)[-3:])

    def _numbers_of_communities(self) -> Q:
        where = Q(pk__in=[])
        for code in self.communities:
            where |= Q(code__startswith=code)
        return where

    def _read_people(self) -> None:
        self.phones: dict[int, str] = {}
        for row in self.rows:
            if row.filled.sheet == Sheet.STAFF and row.text("phone"):
                try:
                    self.phones[row.filled.line] = normalise_phone(row.text("phone"))
                except Invalid as refused:
                    row.wrong("phone", str(refused.message), _("写成 138 1234 5678 这样的 11 位手机号。"))
        known = User.objects.filter(phone__in=set(self.phones.values()))
        self.accounts: dict[str, User] = {str(user.phone): user for user in known}
        self.people: dict[str, Looked] = {}
        self.terms: dict[tuple[str, str, str], list[tuple[Term, Looked | None]]] = {}
        offices = Appointment.objects.filter(user__in=known).select_related("user", "territory")
        for one in offices.defer("territory__boundary"):
            key = (str(one.user.phone), str(one.role), f"id{one.territory_id}")
            self.terms.setdefault(key, []).append(((one.starts_on, one.ends_on), None))
        self.heads: dict[str, list[tuple[Term, Looked | None]]] = {}
        grids = [place.pk for place in self.coded.values() if isinstance(place, Territory)]
        heads = Appointment.objects.filter(role=Role.GRID_HEAD, territory__in=grids)
        for grid, starts, ends in heads.values_list("territory", "starts_on", "ends_on"):
            self.heads.setdefault(f"id{grid}", []).append(((starts, ends), None))

    # --- every line ----------------------------------------------------------------------------------------------

    def _required(self, row: Looked) -> None:
        for column in SHEETS[row.filled.sheet]:
            text = row.filled.cells.get(column.key, "")
            if text.startswith("="):
                row.wrong(column.key, _("这里是公式。"), _("请写成文字或数字。"))
            elif column.required and not row.text(column.key):
                row.wrong(column.key, _("这里空着。"), str(column.hint))

    def _find_community(self, row: Looked) -> None:
        code = row.text("community")
        place = self.communities.get(code)
        if not code:
            return
        if place is None:
            digits = code.isascii() and code.isdigit() and len(code) == 12
            mend = (
                _("先导入这个区县的官方区划，或核对编码。")
                if digits
                else _("写 12 位社区编码；这一列要设成“文本”，免得表格软件改了数字。")
            )
            row.wrong("community", _("没有编码是“%s”的社区。") % code[:20], mend)
        elif not any(str(place.path).startswith(path) for path in self.reach):
            row.wrong("community", _("“%s”不在您管的范围里。") % place.name, _("请那里的管理员导入，或删掉这一行。"))
        else:
            row.community = place

    def _number(self, row: Looked, key: str, read: Callable[[Any, str], Any] = number_of) -> Any:
        heading = next(str(one.heading) for one in SHEETS[row.filled.sheet] if one.key == key)
        try:
            return read(row.text(key), heading)
        except Invalid as refused:
            row.wrong(key, str(refused.message), _("改成数字，或空着。"))
            return None

    def _validate(self, row: Looked, instance: Grid | Building, keys: Iterable[str]) -> None:
        """What the fields of the model themselves refuse, in its own words."""
        try:
            instance.clean_fields(exclude=["territory"])
        except ValidationError as error:
            for key, words in error.message_dict.items():
                row.wrong(key if key in keys else "name", "；".join(words), _("请照表头的说明改。"))

    def _name(self, row: Looked, above: str, noun: str) -> None:
        """A name, once under the place above; a place that is there already stays as it is."""
        name = row.data["name"] = clean_name(row.text("name"))
        if len(name) > LONGEST_NAME:
            row.wrong("name", _("超过 %d 个字。") % LONGEST_NAME, _("写短一些。"))
        others = self.named.setdefault((above, name), [])
        for other in others:
            if isinstance(other, Territory) and not row.data.get("code"):
                row.there, row.state = other, RowState.UNCHANGED
                return
            if isinstance(other, Looked) and name:
                words = _("和第 %(line)d 行的%(noun)s重名。") % {"line": other.filled.line, "noun": noun}
                row.wrong("name", words, _("改一个名字；如果是同一个，删掉一行。"))
                return
        others.append(row)

    # --- sheets --------------------------------------------------------------------------------------------------

    def _grid(self, row: Looked) -> None:
        code, community = row.text("code"), row.text("community")
        row.label = row.text("name")
        row.data.update(code=code, household_count=self._number(row, "household_count"))
        row.data.update({key: row.text(key) for key in ("supervision_phone", "area_description")})
        if code:
            there = self.coded.get(code)
            if isinstance(there, Territory) and code.startswith(community):
                row.there, row.state = there, RowState.UNCHANGED if row.state == RowState.READY else row.state
                return
            self._code(row, code, community, there)
        self._name(row, community, _("网格"))
        details = {key: row.data[key] for key in ("household_count", "supervision_phone", "area_description")}
        self._validate(row, Grid(**{**details, "household_count": details["household_count"] or 0}), details)

    def _code(self, row: Looked, code: str, community: str, there: Looked | Territory | None) -> None:
        if not (code.isascii() and code.isdigit() and len(code) == 15 and code.startswith(community)):
            mend = _("15 位数字，前 12 位是社区编码；也可以空着，用下一个号。")
            row.wrong("code", _("网格编码“%s”不对。") % code[:20], mend)
        elif isinstance(there, Looked):
            words = _("和第 %d 行的编码一样。") % there.filled.line
            row.wrong("code", words, _("改一个，或空着，用下一个号。"))
        elif code in self.used:
            row.wrong("code", _("编号 %s 以前是别的网格的。") % code, _("改一个，或空着，用下一个号。"))
        else:
            self.coded[code] = row

    def _building(self, row: Looked) -> None:
        row.label = f"{row.text('grid')} {row.text('name')}".strip()
        grid = self._find_grid(row)
        row.data.update(address=row.text("address"), households=self._number(row, "households"))
        for key in ("longitude", "latitude"):
            row.data[key] = self._number(row, key, decimal_of)
        if (row.data["longitude"] is None) != (row.data["latitude"] is None):
            row.wrong("longitude", _("经度和纬度只填了一个。"), _("两个一起填，或都空着。"))
        details = {key: row.data[key] for key in ("address", "longitude", "latitude", "households")}
        self._validate(row, Building(**{**details, "households": details["households"] or 0}), details)
        if grid is not None:
            row.data["grid"] = _reference(grid)
            above = str(grid.code) if isinstance(grid, Territory) else f"line{grid.filled.line}"
            self._name(row, above, _("楼栋"))

    def _find_grid(self, row: Looked) -> Looked | Territory | None:
        """The grid that a line names, there already or on the first sheet."""
        text, community = clean_name(row.text("grid")), row.text("community")
        if not text or row.community is None:
            return None
        found = self.coded.get(text) if text.isdigit() and len(text) == 15 else None
        choices = [found] if found is not None and text.startswith(community) else self.named.get((community, text), [])
        if len(choices) == 1:
            return choices[0]
        if choices:
            row.wrong("grid", _("有几个网格都叫“%s”。") % text, _("改写 15 位网格编码。"))
        else:
            words = _("“%(community)s”没有网格“%(grid)s”。") % {"community": row.community.name, "grid": text[:30]}
            row.wrong("grid", words, _("核对名称或编码；新的网格先写进“网格”那张表。"))
        return None

    def _office(self, row: Looked) -> None:
        name, phone = row.text("legal_name"), self.phones.get(row.filled.line, "")
        row.label = f"{mask_name(name)} {row.text('role')}".strip()
        if len(name) > LONGEST_NAME:
            row.wrong("legal_name", _("超过 %d 个字。") % LONGEST_NAME, _("写短一些。"))
        self._person(row, name, phone)
        role = role_named(row.text("role"))
        if row.text("role") and role is None:
            choices = list_words(str(each.label) for each in Role if each in IMPORTABLE)
            row.wrong(
                "role", _("没有“%s”这个角色，或不能这样导入。") % row.text("role")[:20], _("可以写：%s。") % choices
            )
        starts, ends = self._day(row, "starts_on") or self.today, self._day(row, "ends_on")
        if ends is not None and ends <= starts:
            row.wrong("ends_on", _("卸任日期不比任职日期晚。"), _("改晚一些，或空着。"))
        public_phone = row.text("public_phone")
        try:
            if public_phone:
                PHONE(public_phone)
        except ValidationError as error:
            row.wrong("public_phone", "；".join(error.messages), _("照这样改，或空着。"))
        row.data.update(legal_name=name, phone=phone, role=str(role or ""), public_phone=public_phone)
        row.data.update(starts_on=starts.isoformat(), ends_on=ends.isoformat() if ends else "")
        row.data["reason"] = row.text("reason")[:200]
        row.data["unit"] = self._unit(row, role)
        if role is not None and row.community is not None:
            place = self._place(row, role)
            if place is not None:
                row.data["place"] = _reference(place)
                self._term(row, role, phone, place, (starts, ends))

    def _unit(self, row: Looked, role: Role | None) -> int | None:
        """The unit that the office is for: one of its community, for an office of the community."""
        text = row.text("unit")
        if not text or row.community is None:
            return None
        if role is not None and role not in UNIT_ROLES:
            row.wrong("unit", _("只有党建指导员、党建联络员可以派到单位。"), _("这一格空着，或核对角色。"))
        elif row.text("grid"):
            row.wrong("grid", _("派到单位的，设在单位所在的社区。"), _("“网格”一列空着，或不写单位。"))
        else:
            try:
                return self.units.named(row.community, text).pk
            except NoSuchUnit as refused:
                row.wrong("unit", refused.problem, refused.mend)
        return None

    def _person(self, row: Looked, name: str, phone: str) -> None:
        if not phone:
            return
        known, first = self.accounts.get(phone), self.people.setdefault(phone, row)
        if first is not row and first.text("legal_name") != name:
            words = _("和第 %d 行是同一个手机号，姓名却不一样。") % first.filled.line
            row.wrong("phone", words, _("核对姓名和手机号；每个人用自己的号。"))
        if known is None:
            return
        if known.legal_name != name:
            row.wrong("phone", _("这个手机号已经有账号，登记的姓名和这里不一样。"), _("请向本人核对姓名和手机号。"))
        elif not known.is_active:
            row.wrong("phone", _("这个手机号的账号已经停用。"), _("请先在“用户”里启用，或删掉这一行。"))
        elif known.pk == self.actor.pk:
            row.wrong("phone", _("不能任命自己。"), _("删掉这一行，请别的管理员任命。"))

    def _day(self, row: Looked, key: str) -> date | None:
        return self._number(row, key, day_of)  # type: ignore[no-any-return]

    def _place(self, row: Looked, role: Role) -> Looked | Territory | None:
        """The place of the office. Every line of it that cannot be is told."""
        grid_text, building_text = row.text("grid"), clean_name(row.text("building"))
        level = place_level(role, grid=bool(grid_text), building=bool(building_text))
        if level not in ROLE_LEVELS[role]:
            wanted = list_words(str(each.label) for each in sorted(ROLE_LEVELS[role]))
            key = "building" if building_text else "grid"
            words = _("%(role)s不能设在%(level)s这一级。") % {"role": role.label, "level": level.label}
            row.wrong(key, words, _("要设在：%s。请照着填网格和楼栋两列。") % wanted)
            return None
        if level == Level.COMMUNITY:
            return row.community
        grid = self._find_grid(row)
        if grid is None or level == Level.GRID:
            return grid
        above = str(grid.code) if isinstance(grid, Territory) else f"line{grid.filled.line}"
        choices = self.named.get((above, building_text), [])
        if len(choices) != 1:
            words = _("这个网格没有楼栋“%s”。") if not choices else _("这个网格有几栋楼都叫“%s”。")
            row.wrong("building", words % building_text[:30], _("核对名称；新的楼栋先写进“楼栋”那张表。"))
            return None
        return choices[0]

    def _term(self, row: Looked, role: Role, phone: str, place: Looked | Territory, term: Term) -> None:
        """Nobody holds the same office twice, and a grid has one head at a time."""
        key = _key(place)
        same = self.terms.setdefault((phone, str(role), key), [])
        for other, by in same:
            if not overlap(term, other):
                continue
            if by is None:
                row.state = RowState.UNCHANGED if row.state == RowState.READY else row.state
                return
            words = _("和第 %d 行是同一个人的同一个职务。") % by.filled.line
            mend = (
                _("删掉一行；有几个单位的，一个写在所属单位，别的写在任命说明里。")
                if row.text("unit")
                else _("删掉一行。")
            )
            row.wrong("role", words, mend)
            return
        same.append((term, row))
        if role != Role.GRID_HEAD:
            return
        heads = self.heads.setdefault(key, [])
        for other, by in heads:
            if overlap(term, other):
                words = (
                    _("这个网格在这段时间已经有网格长了。")
                    if by is None
                    else _("第 %d 行已经给这个网格写了网格长。") % by.filled.line
                )
                row.wrong("role", words, _("改成网格员，或改任职日期；一个网格同时只有一位网格长。"))
                return
        heads.append((term, row))

    def _count_numbers(self) -> None:
        """A community has 999 numbers for its grids."""
        for row in self.rows:
            if row.filled.sheet == Sheet.GRIDS and row.state == RowState.READY and not row.data["code"]:
                community = row.text("community")
                self.numbers[community] = self.numbers.get(community, 0) + 1
                if self.numbers[community] > MOST_NUMBERS:
                    row.wrong("code", _("这个社区的编号用完了（最多 999 个）。"), _("请写一个空着的编码。"))


def _key(place: Looked | Territory) -> str:
    """A name for a place that is there, or that one of the lines will make."""
    return f"id{place.pk}" if isinstance(place, Territory) else f"{place.filled.sheet}{place.filled.line}"


def _reference(place: Looked | Territory) -> Reference:
    """How a line speaks of the place it is in."""
    if isinstance(place, Territory):
        return {"id": place.pk}
    return {"sheet": str(place.filled.sheet), "line": place.filled.line}
