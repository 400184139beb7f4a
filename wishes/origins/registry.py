"""What a wish can be made of: each kind of source says who may, and with what the confirming page starts."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from django.db.models import Model
from django.utils.functional import Promise

from grids.roles.queries import Person
from grids.territory.models import Territory
from portal.accounts.models import User
from portal.decision import Decision
from portal.photos.models import Photo
from wishes.wishes.models import ToldBy

M = TypeVar("M", bound=Model)


@dataclass(frozen=True)
class Prefill:
    """What a source knows that a wish asks for. Everything can be changed on the confirming page before it is sent.

    `people` are accounts the wish may be made for, shown masked; `photos` those that may be copied, each of which is
    chosen by whoever sends it, since photos of a wish are public.
    """

    place: Territory | None = None
    spot: str = ""
    category: str = ""  # the code of a wish category
    title: str = ""
    details: str = ""
    photos: Sequence[Photo] = ()
    people: Sequence[User] = ()
    for_myself: bool = True  # the wish may be the actor's own
    for_others: bool = True  # or another resident's, whom the actor names
    told_by: str = ToldBy.VISIT


def _only_itself(source: Any) -> Any:
    return [source.pk]


def _nobody(source: Any) -> Iterable[int]:
    return ()


def _as_read(source: Any) -> Any:
    return source


@dataclass(frozen=True)
class Source(Generic[M]):
    """One kind of thing that a wish can be made of. `wishes.origins` says what each function is for."""

    kind: str
    label: str | Promise
    model: type[M]
    find: Callable[[int], M | None]
    sees: Callable[[Person, M], bool]
    may_make: Callable[[User, M], Decision]
    prefill: Callable[[User, M], Prefill]
    name: Callable[[M], str]
    url: Callable[[M], str]
    family: Callable[[M], Any] = field(default=_only_itself)
    told: Callable[[M], Iterable[int]] = field(default=_nobody)
    # The thing as it is now, held until the transaction ends, where it could be taken back meanwhile.
    hold: Callable[[M], M] = field(default=_as_read)

    def found(self, viewer: Person, key: int) -> M | None:
        """The thing of this key, as far as it exists for whoever asks."""
        subject = self.find(key)
        return subject if subject is not None and self.sees(viewer, subject) else None


_sources: dict[str, Source[Any]] = {}


def register_source(source: Source[Any]) -> None:
    """Let wishes be made of this kind of thing. Raises ValueError for a kind that is taken."""
    if source.kind in _sources:
        raise ValueError(f"Wishes are made of {source.kind!r} already")
    _sources[source.kind] = source


def source_of(kind: str) -> Source[Any] | None:
    """The source of this kind, where there is one."""
    return _sources.get(kind)


def kinds() -> list[str]:
    """All kinds, for tests and documents."""
    return sorted(_sources)
