"""The registry of what can happen: every type of domain event with its payload and label, and who reacts to it.

An event type is declared once, next to the use case that records it:

    @event("wishes.wish.claimed", label=_("有人认领"), visibility=Visibility.PUBLIC)
    class WishClaimed(Payload):
        wish_id: int
        claim_id: int

A payload holds ids and codes only. Personal data and free words never stand in it: the row can not be changed
afterwards, so nothing that somebody may ask to erase may get there.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, dataclass_transform

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from portal.outbox.models import Event


class Visibility(models.TextChoices):
    """Who may read an event on its subject's timeline (可见范围)."""

    PUBLIC = "public", _("公开")
    PARTIES = "parties", _("当事人")
    INTERNAL = "internal", _("工作人员")
    AUDIT = "audit", _("审计")


class UnknownEventType(LookupError):
    """A stored event names a type that no code declares (any more)."""


class UnknownHandler(LookupError):
    """A delivery names a handler that no code declares (any more)."""


class PayloadError(TypeError):
    """A payload declares, holds or stores a value that an event can not carry."""


@dataclass_transform(kw_only_default=True, frozen_default=True)
class Payload:
    """Base of all payloads: every subclass is a frozen dataclass whose fields are given by keyword."""

    if TYPE_CHECKING:
        __dataclass_fields__: ClassVar[dict[str, dataclasses.Field[Any]]]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        dataclass(frozen=True, kw_only=True)(cls)


P = TypeVar("P", bound=Payload)


@dataclass(frozen=True)
class EventType:
    """What the registry knows of one type of event."""

    key: str
    label: str | Promise
    visibility: Visibility
    payload_class: type[Payload]
    fields: Mapping[str, Any]


@dataclass(frozen=True)
class Handler:
    """A reaction to events of one or several types; `name` is stored with every delivery and never changes."""

    name: str
    function: Callable[[Event, Any], None]
    payload_classes: tuple[type[Payload], ...]


_types: dict[str, EventType] = {}
_types_by_class: dict[type[Payload], EventType] = {}
_handlers: dict[str, Handler] = {}

SCALARS: tuple[type, ...] = (bool, int, str, datetime, date, types.NoneType)


def event(
    key: str, *, label: str | Promise, visibility: Visibility = Visibility.INTERNAL
) -> Callable[[type[P]], type[P]]:
    """Declare a type of event. `visibility` is its default; `record` may narrow or widen it for one event.

    Raises PayloadError when a field has a type that can not be stored, ValueError when the key is taken.
    """

    def register(payload_class: type[P]) -> type[P]:
        if key in _types:
            raise ValueError(f"Event type {key!r} is declared twice: {_types[key].payload_class} and {payload_class}.")
        fields = typing.get_type_hints(payload_class)
        fields = {field.name: fields[field.name] for field in dataclasses.fields(payload_class)}
        for name, hint in fields.items():
            _check_hint(hint, where=f"{payload_class.__name__}.{name}")
        entry = EventType(key, label, visibility, payload_class, fields)
        _types[key] = _types_by_class[payload_class] = entry
        return payload_class

    return register


def handles(*payload_classes: type[P], name: str) -> Callable[[Callable[[Event, P], None]], Callable[[Event, P], None]]:
    """Declare a reaction. It runs in one transaction with the row that says it has run: both stay or both go.

    It is called once for each event recorded after the handler was deployed. Raises ValueError when the name is taken.
    """

    def register(function: Callable[[Event, P], None]) -> Callable[[Event, P], None]:
        if name in _handlers:
            raise ValueError(f"Handler {name!r} is declared twice.")
        _handlers[name] = Handler(name, function, payload_classes)
        return function

    return register


def event_types() -> list[EventType]:
    """Every declared type, by key."""
    return [_types[key] for key in sorted(_types)]


def event_type(key: str) -> EventType:
    """The type of this key. Raises UnknownEventType."""
    try:
        return _types[key]
    except KeyError:
        raise UnknownEventType(f"No event type {key!r} is declared; was the code that declares it removed?") from None


def type_of(payload: Payload) -> EventType:
    """The type a payload belongs to. Raises UnknownEventType for a class without `@event`."""
    try:
        return _types_by_class[type(payload)]
    except KeyError:
        raise UnknownEventType(f"{type(payload).__name__} is not declared with @event.") from None


def key_of(payload_class: type[Payload]) -> str:
    """The key under which events of this class are kept, for queries. Raises KeyError without `@event`."""
    return _types_by_class[payload_class].key


def handler(name: str) -> Handler:
    """The handler of this name. Raises UnknownHandler."""
    try:
        return _handlers[name]
    except KeyError:
        raise UnknownHandler(f"No handler {name!r} is declared; was the code that declares it removed?") from None


def handlers_of(payload: Payload) -> list[Handler]:
    """Who reacts to this payload, by name."""
    found = (entry for entry in _handlers.values() if type(payload) in entry.payload_classes)
    return sorted(found, key=lambda entry: entry.name)


def encode(payload: Payload) -> dict[str, Any]:
    """The payload as JSON values. Raises PayloadError when a value is not of its declared type."""
    fields = type_of(payload).fields
    return {name: _encode(getattr(payload, name), hint, where=name) for name, hint in fields.items()}


def decode(key: str, stored: Mapping[str, Any]) -> Payload:
    """The payload object of a stored event. Fields added since then take their defaults; removed ones are left out.

    Raises UnknownEventType and PayloadError.
    """
    entry = event_type(key)
    known = {name: _decode(stored[name], hint, where=name) for name, hint in entry.fields.items() if name in stored}
    try:
        return entry.payload_class(**known)
    except TypeError as error:
        raise PayloadError(f"A stored {key!r} does not fit {entry.payload_class.__name__}: {error}") from error


def _alternatives(hint: Any) -> tuple[Any, ...]:
    is_union = typing.get_origin(hint) in (typing.Union, types.UnionType)
    return typing.get_args(hint) if is_union else (hint,)


def _check_hint(hint: Any, *, where: str) -> None:
    for option in _alternatives(hint):
        if typing.get_origin(option) is tuple:
            items = typing.get_args(option)
            if len(items) != 2 or items[1] is not Ellipsis or items[0] not in SCALARS:
                raise PayloadError(f"{where}: a tuple is written tuple[int, ...], of one plain type.")
        elif option not in SCALARS:
            raise PayloadError(f"{where}: {option!r} can not be stored; ids, codes, numbers and dates can.")


def _encode(value: Any, hint: Any, *, where: str) -> Any:
    for option in _alternatives(hint):
        if typing.get_origin(option) is tuple:
            if isinstance(value, tuple):
                return [_encode(item, typing.get_args(option)[0], where=where) for item in value]
        elif option in (None, types.NoneType):
            if value is None:
                return None
        elif option is bool or option is int:
            if isinstance(value, option) and isinstance(value, bool) is (option is bool):
                return option(value)
        elif option is str:
            if isinstance(value, str):
                return str(value)
        elif option is datetime:
            if isinstance(value, datetime) and value.tzinfo is not None:
                return value.isoformat()
        elif option is date and isinstance(value, date) and not isinstance(value, datetime):
            return value.isoformat()
    raise PayloadError(f"{where}: {type(value).__name__} is not {hint}; a moment needs its time zone.")


def _decode(value: Any, hint: Any, *, where: str) -> Any:
    if value is None:
        return None
    for option in _alternatives(hint):
        if typing.get_origin(option) is tuple and isinstance(value, list):
            return tuple(_decode(item, typing.get_args(option)[0], where=where) for item in value)
        if option in (datetime, date) and isinstance(value, str):
            return option.fromisoformat(value)
        if option in (bool, int, str) and type(value) is option:
            return value
    raise PayloadError(f"{where}: the stored {value!r} is not {hint}.")
