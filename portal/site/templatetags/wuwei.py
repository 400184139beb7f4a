"""Template tags and filters of every page: `{% load wuwei %}`. docs/design.md shows each in use."""

import re
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django import template
from django.conf import settings
from django.forms import BaseForm, BoundField, Field
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from portal import formats, masking
from portal.errors import DomainError
from portal.site.icons import drawing, sprite_url

register = template.Library()

# The tone of a state; the word beside it always says the same. Keys are the codes of `wishes` states and ends.
TONES = {
    "draft": "grey",
    "submitted": "amber",
    "verifying": "amber",
    "published": "red",
    "claimed": "blue",
    "fulfilled": "gold",
    "requested": "amber",
    "approved": "green",
    "refused": "grey",
    "waiting": "amber",
    "ready": "green",
    "running": "blue",
    "paused": "amber",
    "pending": "amber",
    "done": "green",
    "dead": "red",
    "failed": "red",
    "expired": "grey",
}


@register.filter
def when(value: Any) -> str:
    """A moment in words, 11月21日（周六）15:00; what is not a moment passes unchanged, nothing stays nothing."""
    if isinstance(value, datetime):
        return formats.when_words(value)
    return day(value) if isinstance(value, date) else str(value or "")


@register.filter
def day(value: Any) -> str:
    """A day in words, 11月21日（周六）."""
    return formats.day_words(value) if isinstance(value, date) else str(value or "")


@register.filter
def listed(value: Any) -> str:
    """Several things in one line: 甲、乙、丙."""
    return formats.list_words(value or ())


@register.filter
def soon(value: Any) -> str:
    """今天 15:00, 明天 09:00, else as `when`."""
    return formats.soon_words(value) if isinstance(value, datetime) else when(value)


@register.filter
def ago(value: Any) -> str:
    """刚刚, 5 分钟前, 3 小时前, else as `soon`."""
    return formats.ago_words(value) if isinstance(value, datetime) else when(value)


@register.filter
def mask_name(value: Any) -> str:
    """张三 → 张*."""
    return masking.mask_name(str(value or ""))


@register.filter
def mask_phone(value: Any) -> str:
    """+8613812345678 → ···5678."""
    return masking.mask_phone(str(value or ""))


@register.filter
def phone(value: Any) -> str:
    """A phone number as people write it: +8613812345678 → 138 1234 5678; others as they stand."""
    text = str(value or "")
    local = text.removeprefix("+86")
    if re.fullmatch(r"1\d{10}", local):
        return f"{local[:3]} {local[3:7]} {local[7:]}"
    return local


@register.filter
def stars(value: Any) -> SafeString:
    """A rating as stars with its number for those who do not see them: 4 → ★★★★☆."""
    count = min(5, max(0, int(value or 0)))
    return format_html(
        '<span class="stars" aria-hidden="true">{}</span><span class="visually-hidden">{}</span>',
        "★" * count + "☆" * (5 - count),
        _("%(count)d 星") % {"count": count},
    )


@register.simple_tag
def map_tiles() -> dict[str, str] | None:
    """Where the tiles below maps come from; None where the portal draws its maps without."""
    return settings.MAP_TILES if settings.MAP_TILES["url"] else None


@register.simple_tag
def icon(name: str) -> SafeString:
    """One icon of bootstrap-icons, drawn in the colour of the text and hidden from screen readers.

    It always stands beside a word. Raises FileNotFoundError for a name the family does not have.
    """
    return mark_safe(  # noqa: S308 - the package's own file, no user input
        f'<svg class="icon" width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">{drawing(name)}</svg>'
    )


@register.simple_tag
def frame_icons_url() -> str:
    """The file of the tabs' and the rail's icons, for what has to be there without a network."""
    return sprite_url()


@register.simple_tag
def frame_icon(name: str) -> SafeString:
    """An icon of the tabs or the rail, which the browser keeps in one file for all pages; otherwise as `icon`."""
    return format_html(
        '<svg class="icon" width="16" height="16" aria-hidden="true"><use href="{}#{}"/></svg>', sprite_url(), name
    )


@register.inclusion_tag("site/components/state_tag.html")
def state_tag(subject: Any, label: str = "", tone: str = "") -> dict[str, str]:
    """A state in words with its tone: `{% state_tag wish %}`, or `{% state_tag "claimed" "已认领" %}`.

    An object is asked for `state_tone` and `state_words` (for what its model knows better), then for `state` and
    `get_state_display()`. A closed object shows its end: fulfilled is green, every other end is grey.
    """
    state = str(getattr(subject, "state", subject) or "")
    end = str(getattr(subject, "end", "") or "") if state.lower() == "closed" else ""
    if not label:
        label = str(getattr(subject, "state_words", ""))
    if not label:
        show = getattr(subject, "get_end_display" if end else "get_state_display", None)
        label = str(show()) if show else str(getattr(subject, "label", state))
    if not tone:
        tone = str(getattr(subject, "state_tone", ""))
    if not tone:
        tone = ("green" if end.lower() == "fulfilled" else "grey") if end else TONES.get(state.lower(), "grey")
    return {"label": label, "tone": tone}


def _first_choice(bound: BoundField) -> str:
    """The id of the first of a group of choices, also of choices in groups; nothing where there are none."""
    return next((str(choice.id_for_label) for choice in bound.subwidgets), "")


def _problems(form: BaseForm, anchor: str) -> Iterable[dict[str, str]]:
    for message in form.non_field_errors():
        yield {"message": str(message), "href": anchor}
    for bound in form:
        target = _first_choice(bound) if bound.use_fieldset else bound.id_for_label
        for error in bound.errors.as_data():
            for message in error.messages:
                # "Fill this in" needs to say which, away from its field; a field's own words name it already.
                words = (
                    f"{bound.label}：{message}"
                    if message == str(Field.default_error_messages["required"])
                    else str(message)
                )
                yield {"message": words, "href": f"#{target}" if target and not bound.is_hidden else ""}


@register.inclusion_tag("site/components/error_summary.html")
def error_summary(
    *forms: BaseForm | None, problem: DomainError | str | None = None, anchor: str = ""
) -> dict[str, Any]:
    """What went wrong, at the top of the page and focused, each with a link to its field.

    Takes any number of forms, and the `DomainError` (or words) with which a service refused, where wanted with the
    `anchor` at which it, and what belongs to no field, is put right.
    """
    problems = [each for form in forms if form for each in _problems(form, anchor)]
    if problem:
        problems.insert(0, {"message": str(getattr(problem, "message", problem)), "href": anchor})
    return {"problems": problems}
