"""What may be an event, and what may not."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from portal.outbox import registry
from portal.outbox.registry import Payload, PayloadError, UnknownEventType, Visibility, event, handles


@pytest.fixture(autouse=True)
def own_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_types", {})
    monkeypatch.setattr(registry, "_types_by_class", {})
    monkeypatch.setattr(registry, "_handlers", {})


def test_a_payload_comes_back_as_it_was_recorded() -> None:
    @event("test.everything", label="…", visibility=Visibility.PUBLIC)
    class Everything(Payload):
        number: int
        code: str
        flag: bool
        maybe: int | None
        day: date
        moment: datetime
        ids: tuple[int, ...]

    given = Everything(
        number=1,
        code="七",
        flag=True,
        maybe=None,
        day=date(2026, 11, 21),
        moment=datetime(2026, 11, 21, 7, tzinfo=UTC),
        ids=(1, 2),
    )
    assert registry.decode("test.everything", registry.encode(given)) == given


def test_a_payload_cannot_be_changed_and_is_given_by_keyword() -> None:
    class Small(Payload):
        number: int

    with pytest.raises(AttributeError):
        Small(number=1).number = 2  # type: ignore[misc]
    with pytest.raises(TypeError):
        Small(1)  # type: ignore[call-arg]


@pytest.mark.parametrize("hint", [float, dict[str, int], list[int], object, tuple[int, str], bytes])
def test_a_field_that_json_would_change_is_refused_when_declared(hint: Any) -> None:
    class Wrong(Payload):
        __annotations__ = {"field": hint}

    with pytest.raises(PayloadError, match=r"Wrong\.field"):
        event("test.wrong", label="…")(Wrong)


@pytest.mark.parametrize(
    ("hint", "value"),
    [(int, "1"), (int, True), (str, 1), (bool, 1), (datetime, datetime(2026, 1, 1)), (date, datetime.now(UTC))],
)
def test_a_value_of_another_type_is_refused_when_recorded(hint: Any, value: Any) -> None:
    class Strict(Payload):
        __annotations__ = {"field": hint}

    event("test.strict", label="…")(Strict)
    with pytest.raises(PayloadError, match="field"):
        registry.encode(Strict(field=value))  # type: ignore[call-arg]


def test_choices_are_stored_as_their_plain_value() -> None:
    @event("test.choice", label="…")
    class Choice(Payload):
        level: str

    assert registry.encode(Choice(level=Visibility.PARTIES)) == {"level": "parties"}


def test_an_undeclared_type_says_so() -> None:
    with pytest.raises(UnknownEventType, match=r"gone\.away"):
        registry.decode("gone.away", {})


def test_a_field_added_later_takes_its_default_and_a_removed_one_is_left_out() -> None:
    @event("test.grown", label="…")
    class Grown(Payload):
        old: int
        new: str = "fresh"

    assert registry.decode("test.grown", {"old": 1, "gone": 5}) == Grown(old=1)


def test_a_field_added_without_a_default_is_a_clear_error_for_old_rows() -> None:
    @event("test.broken", label="…")
    class Broken(Payload):
        new: str

    with pytest.raises(PayloadError, match=r"test\.broken"):
        registry.decode("test.broken", {})


def test_keys_and_handler_names_are_taken_once() -> None:
    @event("test.one", label="…")
    class One(Payload):
        number: int

    class Two(Payload):
        number: int

    with pytest.raises(ValueError, match="twice"):
        event("test.one", label="…")(Two)

    handles(One, name="test.handler")(lambda event, payload: None)
    with pytest.raises(ValueError, match="twice"):
        handles(One, name="test.handler")(lambda event, payload: None)
