"""Where a wish comes from (来源), as the staff read it and narrow their lists by it."""

from collections.abc import Iterable

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wishes.wishes.models import Source, ToldBy, Wish

WEB, ON_BEHALF = "web", "behalf"
# Before the key of another system.
SYSTEM = "s"
MOST_SYSTEMS = 60
WEB_WORDS, ON_BEHALF_WORDS = gettext_lazy("网上提交"), gettext_lazy("代录")


def came_by(wish: Wish) -> str:
    """The other system that sent it in, how it was told to whoever wrote it down, or the web."""
    if wish.source is not None:
        return wish.source.name
    if wish.entered_by_id is None:
        return str(WEB_WORDS)
    return _("代录（{how}）").format(how=wish.get_told_by_display()) if wish.told_by else str(ON_BEHALF_WORDS)


def systems() -> QuerySet[Source]:
    """Other systems that have sent wishes or may, by name."""
    return Source.objects.order_by("name")[:MOST_SYSTEMS]


def source_choices(systems: Iterable[tuple[int, str]]) -> list[tuple[str, str | Promise]]:
    """What a list can be narrowed to, as (value, words): the ways of the portal itself, then these other systems."""
    return [
        (WEB, WEB_WORDS),
        (ON_BEHALF, ON_BEHALF_WORDS),
        *ToldBy.choices,
        *((f"{SYSTEM}{pk}", name) for pk, name in systems),
    ]


def from_source(value: str) -> Q | None:
    """The condition on wishes for one of these values; None for what is none."""
    if value == WEB:
        return Q(source=None, entered_by=None)
    if value == ON_BEHALF:
        return Q(entered_by__isnull=False)
    if value in ToldBy.values:
        return Q(told_by=value)
    key = value.removeprefix(SYSTEM)
    is_key = value.startswith(SYSTEM) and key.isascii() and key.isdecimal() and len(key) < 10
    return Q(source=int(key)) if is_key else None
