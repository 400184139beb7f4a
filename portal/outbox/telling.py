"""One timeline of several objects: lines of a story, and what else a page tells along with its own."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from django.contrib.auth.models import AnonymousUser
from django.db.models import Model
from django.utils.functional import Promise

from portal.accounts.models import User
from portal.outbox.models import Event, subject_type
from portal.outbox.querysets import stories
from portal.outbox.registry import Visibility

Subject = TypeVar("Subject", bound=Model)
Reader = User | AnonymousUser


@dataclass(frozen=True)
class Step:
    """One line of a timeline: `state` is done, now or next; `late` marks where the time allowed ran out.

    `about` names the kind of thing whose story the line is from, such as "incident"; empty for the page's own.
    """

    state: str
    label: str | Promise
    when: datetime | str = ""
    note: str | Promise = ""
    text: str = ""
    late: bool = False
    about: str = ""


@dataclass(frozen=True)
class Told:
    """Another object whose story belongs to a page's own: at which levels this reader knows it, and in which words.

    `step` gives None for what the page's own story says already.
    """

    subject: Model
    levels: Iterable[Visibility]
    step: Callable[[Event], Step | None]


class Along(Generic[Subject]):
    """What features tell along with one kind of thing, on its page and to programs, without it knowing them."""

    def __init__(self) -> None:
        self._tellers: list[Callable[[Reader, Subject], list[Told]]] = []

    def tell(self, teller: Callable[[Reader, Subject], list[Told]]) -> Callable[[Reader, Subject], list[Told]]:
        """Register a function that says what belongs to the page's story."""
        self._tellers.append(teller)
        return teller

    def events_of(self, viewer: Reader, subject: Subject, levels: Iterable[Visibility]) -> tuple[list[Event], "Others"]:
        """Its own events and those told along, each oldest first: one statement, however many there are."""
        told = [one for teller in self._tellers for one in teller(viewer, subject)]
        events = stories([(subject, levels), *((one.subject, one.levels) for one in told)])
        by_subject = {(subject_type(one.subject), one.subject.pk): one for one in told}
        own = subject_type(subject), subject.pk
        others = [
            (event, by_subject[event.subject_type, event.subject_id])
            for event in events
            if (event.subject_type, event.subject_id) != own
        ]
        return [event for event in events if (event.subject_type, event.subject_id) == own], Others(others)


@dataclass(frozen=True)
class Others:
    """Events of other objects, with who puts them into words."""

    events: list[tuple[Event, Told]]

    def among(self, steps: list[Step]) -> list[Step]:
        """The page's own lines with those of the others at their place in time; what is to come stays at the end."""
        if not self.events:
            return steps
        lines = [told.step(event) for event, told in self.events]
        done = [step for step in steps if step.state == "done"] + [line for line in lines if line is not None]
        # Only what has happened is done, and that has a time.
        done.sort(key=lambda step: step.when)
        return done + [step for step in steps if step.state != "done"]
