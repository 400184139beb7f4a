"""Looking a spreadsheet of wishes over before anything is entered: for each line what is wrong with it, in words."""

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from grids.roles.domain import HANDLER_ROLES
from grids.roles.queries import paths_of
from grids.territory.domain import Level
from grids.territory.models import Territory
from portal.accounts.models import User
from portal.accounts.phones import normalise_phone
from portal.cleaning import clean_text
from portal.errors import Invalid
from wishes.desk.entry_sheet import COLUMNS
from wishes.wishes.domain import Kind, SpecialGroup
from wishes.wishes.models import Category
from wishes.wishes.services.posting import LONGEST
from wishes.wishes.views.behalf import check_same_person

LONGEST_NAME = 60
MOST_PLACES = 3000


@dataclass
class Checked:
    """One line as it will be entered, and what is wrong with it, as (key of the column, sentence)."""

    data: dict[str, Any]
    digest: str
    problems: list[tuple[str, str]] = field(default_factory=list)


class Checker:
    """Knows the places of one cadre and the categories in use; asked for every line of a file."""

    def __init__(self, actor: User) -> None:
        self.actor = actor
        under = Q(pk__in=[])
        for path in paths_of(actor, HANDLER_ROLES):
            under |= Q(path__startswith=path)
        places = Territory.objects.at(Level.COMMUNITY, Level.GRID).living().filter(under).defer("boundary")
        self.places: list[Territory] = list(places.order_by("path")[:MOST_PLACES])
        self.categories = list(Category.objects.filter(is_active=True, children__isnull=True))
        self.groups = {str(label): value for value, label in SpecialGroup.choices}

    def check(self, cells: Mapping[str, str]) -> Checked:
        """The line as fields of a wish. Every mistake is told, not only the first."""
        row = {key: clean_text(text, lines=key == "details") for key, text in cells.items()}
        checked = Checked({}, digest_of(row))
        for column in COLUMNS:
            if row.get(column.key, "").startswith("="):
                checked.problems.append((column.key, _("这里是公式，请写成文字。")))
            elif column.required and not row.get(column.key):
                checked.problems.append((column.key, _("这里不能空着。")))
        self._person(row, checked)
        self._matter(row, checked)
        self._texts(row, checked)
        return checked

    def _person(self, row: Mapping[str, str], checked: Checked) -> None:
        name, phone = row.get("legal_name", ""), row.get("phone", "")
        checked.data["legal_name"], checked.data["phone"] = name, ""
        if len(name) > LONGEST_NAME:
            checked.problems.append(("legal_name", _("最多写{longest}个字。").format(longest=LONGEST_NAME)))
        if phone:
            try:
                checked.data["phone"] = normalise_phone(phone)
                check_same_person(name, phone)
            except Invalid as refused:
                checked.problems.append(("phone", str(refused.message)))
        if row.get("consent") and row["consent"].lower() not in {_("是"), "是", "yes", "y"}:
            checked.problems.append(("consent", _("本人同意了才能录入，同意请写“是”。")))
        group = row.get("special_group", "")
        value = self.groups.get(group, group if group in SpecialGroup.values else None)
        if value is None:
            words = _("没有“{group}”这一种，可以写：{choices}").format(group=group, choices="、".join(self.groups))
            checked.problems.append(("special_group", words))
        checked.data["special_group"] = value or ""

    def _matter(self, row: Mapping[str, str], checked: Checked) -> None:
        name = row.get("place_name", "")
        places = [place for place in self.places if name in {place.code, place.name}]
        if name and not places:
            checked.problems.append(("place_name", _("您负责的地方里没有“{name}”。").format(name=name)))
        elif len(places) > 1:
            checked.problems.append(("place_name", _("有几个地方都叫“{name}”，请写代码。").format(name=name)))
        checked.data["territory"] = places[0].pk if len(places) == 1 else None
        name = row.get("category", "")
        found = [one for one in self.categories if name in {one.code, one.name}]
        if name and not found:
            checked.problems.append(("category", _("没有“{name}”这一类。").format(name=name)))
        category = found[0] if found else None
        checked.data["category"] = category.pk if category else None
        quantity = row.get("quantity", "")
        if category is not None and category.kind == Kind.GOODS:
            if not quantity.isdecimal() or not 1 <= int(quantity[:9]) <= 1_000_000 or len(quantity) > 7:
                checked.problems.append(("quantity", _("数量请填 1 到 1000000。")))
            else:
                checked.data["quantity"] = int(quantity)
            checked.data["unit"] = row.get("unit", "")

    def _texts(self, row: Mapping[str, str], checked: Checked) -> None:
        for key in ("title", "details", "place", "address"):
            checked.data[key] = row.get(key, "")
        for key in ("title", "details", "place", "address", "unit"):
            if len(row.get(key, "")) > LONGEST[key]:
                checked.problems.append((key, _("最多写{longest}个字。").format(longest=LONGEST[key])))


def digest_of(row: Mapping[str, str]) -> str:
    """The fingerprint of a line under the portal's key: whoever reads it learns nothing of the line."""
    phone = row.get("phone", "")
    with contextlib.suppress(Invalid):
        phone = normalise_phone(phone) if phone else ""
    keys = ("legal_name", "place_name", "category", "title", "details", "address", "quantity", "slip")
    words = "\x1f".join([phone, *("".join(row.get(key, "").split()) for key in keys)])
    return salted_hmac("wishes.desk.entry", words, algorithm="sha256").hexdigest()
