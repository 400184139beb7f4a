"""Settings that differ between places and are inherited down the tree (docs/domain.md, first paragraph).

A feature registers its setting with a default; staff give other values to a place in admin; a place without its own
takes that of the nearest place above.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from grids.territory.domain import ancestor_paths
from grids.territory.models import Territory
from portal.errors import Invalid

Kind = type[int] | type[str] | type[bool] | type[float]


@dataclass(frozen=True, slots=True)
class Setting:
    """One registered setting: its type, its value where no place says otherwise, and its name for staff."""

    key: str
    kind: Kind
    default: Any
    label: str | Promise
    check: Callable[[Any], None] | None = None


_settings: dict[str, Setting] = {}


def register_setting(
    key: str, kind: Kind, default: Any, label: str | Promise, *, check: Callable[[Any], None] | None = None
) -> None:
    """Declares a setting. `check` raises Invalid for a value of the right type that makes no sense.

    Raises ValueError when the key is taken or the default is not of the kind.
    """
    if key in _settings:
        raise ValueError(f"Setting {key!r} is declared twice.")
    if type(default) is not kind:
        raise ValueError(f"The default of {key!r} is not {kind.__name__}.")
    _settings[key] = Setting(key, kind, default, label, check)


def registered_settings() -> list[Setting]:
    """Every declared setting, by key."""
    return [_settings[key] for key in sorted(_settings)]


def setting_for(territory: Territory | None, key: str) -> Any:
    """The value that holds in a place: its own, else that of the nearest place above, else the default.

    Raises KeyError for a key nobody registered.
    """
    return settings_for(territory, [key])[key]


# Asked by almost every page, so it is written out: putting it together would cost more than answering it.
_SET = """
SELECT s.key, s.value::text FROM grids_territorysetting s JOIN grids_territory t ON t.id = s.territory_id
WHERE s.key = ANY (%s) AND t.path = ANY (%s) ORDER BY t.depth
"""


def settings_for(territory: Territory | None, keys: list[str]) -> dict[str, Any]:
    """Several settings of one place in one query."""
    values = {key: _settings[key].default for key in keys}
    if territory is None:
        return values
    with connection.cursor() as cursor:
        cursor.execute(_SET, [keys, ancestor_paths(str(territory.path))])
        values.update((key, json.loads(value)) for key, value in cursor.fetchall())
    return values


def parse_value(key: str, text: str) -> Any:
    """What a person typed, as the setting's type. Raises Invalid."""
    setting = _settings.get(key)
    if setting is None:
        raise Invalid(_("没有“%(key)s”这个设置项。") % {"key": key}, field="key")
    value = _convert(setting.kind, text.strip())
    if setting.check is not None:
        setting.check(value)
    return value


def _convert(kind: Kind, text: str) -> Any:
    if kind is bool:
        if text in ("是", "1", "true", "True"):
            return True
        if text in ("否", "0", "false", "False"):
            return False
        raise Invalid(_("请写“是”或“否”。"), field="value")
    if kind is str:
        return text
    try:
        return kind(text)
    except ValueError:
        raise Invalid(_("请写一个数字。"), field="value") from None
