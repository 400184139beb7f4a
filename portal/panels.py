"""What features that stand above a page show on it, without the page knowing them.

The page's feature has one `Slots` and asks it with `panels_of`; a feature that stands on it registers functions. A
function gets the request and what the page is about and gives a template with what it shows, or None where it has
nothing to say; the template finds that as `panel`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from django.http import HttpRequest

Subject = TypeVar("Subject")


@dataclass(frozen=True)
class Panel:
    """A template, and what it finds as `panel`. `drawn_from`: all it shows, where it is the same for everybody."""

    template: str
    context: Mapping[str, Any] = field(default_factory=dict)
    drawn_from: str = ""


class Slots(Generic[Subject]):
    """The places on one kind of page in which others show something."""

    def __init__(self) -> None:
        self._makers: dict[str, list[tuple[int, Callable[[HttpRequest, Subject], Panel | None]]]] = {}

    def panel(
        self, slot: str, *, position: int = 50
    ) -> Callable[[Callable[[HttpRequest, Subject], Panel | None]], Callable[[HttpRequest, Subject], Panel | None]]:
        """Show what the function makes in this slot; lower positions come first."""

        def register(
            make: Callable[[HttpRequest, Subject], Panel | None],
        ) -> Callable[[HttpRequest, Subject], Panel | None]:
            makers = self._makers.setdefault(slot, [])
            makers.append((position, make))
            makers.sort(key=lambda entry: entry[0])
            return make

        return register

    def panels_of(self, request: HttpRequest, subject: Subject, *slots: str) -> dict[str, list[Panel]]:
        """What is shown in each of these slots to whoever asks, by the name of the slot."""
        return {
            str(slot): [
                made for _position, make in self._makers.get(slot, ()) if (made := make(request, subject)) is not None
            ]
            for slot in slots
        }
