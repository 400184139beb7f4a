"""The answers of a draft as rows to check, each with the page where it can be changed."""

import re
from typing import Any

from django.utils.translation import gettext as _

from wishes.wishes.domain import Kind
from wishes.wishes.gifts import is_above_guide
from wishes.wishes.limits import gift_guide
from wishes.wishes.models import Wish, WishPhoto
from wishes.wishes.views.cards import place_words
from wishes.wishes.views.drafting import step_url

_STEP_OF_FIELD = {
    "territory": "where",
    "place": "where",
    "category": "what",
    "title": "details",
    "details": "details",
    "quantity": "details",
    "unit": "details",
    "estimated_value": "details",
    "photos": "details",
    "contact_name": "who",
    "contact_phone": "who",
    "address": "who",
    "special_group": "who",
}


def step_of_field(field: str) -> str:
    """The page on which a field is asked for."""
    return _STEP_OF_FIELD.get(field, "")


def answer_rows(draft: Wish, photos: list[WishPhoto]) -> list[dict[str, Any]]:
    """Label, value and where to change it; what everybody will read first, then what stays private."""
    rows = [
        _row(draft, _("心愿（公开）"), draft.title, "title"),
        _row(draft, _("类别（公开）"), draft.category.name if draft.category else "", "category"),
        _row(draft, _("地点（公开）"), " · ".join(filter(None, [place_words(draft), draft.place])), "territory"),
    ]
    if draft.category and draft.category.kind == Kind.GOODS:
        amount = f"{draft.quantity or ''} {draft.unit}".strip()
        rows.append(_row(draft, _("数量（公开）"), amount, "quantity"))
    if draft.category and draft.category.is_gift:
        rows.append(_row(draft, _("大概价钱（公开）"), value_words(draft), "estimated_value"))
    count = _("{count} 张").format(count=len(photos)) if photos else _("没有放照片")
    return [
        *rows,
        _row(draft, _("详细情况（公开）"), draft.details or _("没有写"), "details"),
        _row(draft, _("照片（公开）"), count, "photos"),
        _row(draft, _("大家看到的名字"), draft.author_name, "contact_name"),
        _row(draft, _("联系人（保密）"), draft.contact_name, "contact_name"),
        _row(draft, _("电话（保密）"), phone_words(draft.contact_phone), "contact_phone"),
        _row(draft, _("详细地址（保密）"), draft.address or _("没有写"), "address"),
        _row(draft, _("特殊情况（保密）"), draft.get_special_group_display(), "special_group"),
    ]


def value_words(wish: Wish) -> str:
    """What a gift costs about, and what to expect where that is more than is usually given."""
    if wish.estimated_value is None:
        return _("没有写")
    guide = gift_guide(wish.territory)
    if is_above_guide(wish.estimated_value, guide):
        words = _("{value} 元，比一般的 {guide} 元高，可能要多等一等")
        return words.format(value=wish.estimated_value, guide=guide)
    return _("{value} 元").format(value=wish.estimated_value)


def phone_words(number: str) -> str:
    """A number as people write it: 138 1234 5678; landlines as they stand."""
    local = number.removeprefix("+86")
    if re.fullmatch(r"1[0-9]{10}", local):
        return f"{local[:3]} {local[3:7]} {local[7:]}"
    return number


def _row(draft: Wish, label: str, value: str, field: str) -> dict[str, Any]:
    return {"label": label, "value": value, "href": step_url(draft, step_of_field(field))}
