"""Chainable reads of the division tree."""

from typing import TYPE_CHECKING

from django.contrib.postgres.fields import ArrayField
from django.db.models import F, Func, TextField, Value
from django.db.models.functions import Replace
from treebeard.mp_tree import MP_NodeManager, MP_NodeQuerySet

from grids.territory.domain import Level, ancestor_paths

if TYPE_CHECKING:
    from grids.territory.models import Territory


class TerritoryQuerySet(MP_NodeQuerySet):  # type: ignore[misc]
    """Reads of places: under one, above one, of a level, by part of the name."""

    def under(self, territory: "Territory") -> "TerritoryQuerySet":
        """The place itself and everything below it."""
        return self.filter(path__startswith=territory.path)  # type: ignore[no-any-return]

    def above(self, territory: "Territory") -> "TerritoryQuerySet":
        """The place itself and everything above it, the widest first."""
        return self.filter(path__in=ancestor_paths(territory.path))  # type: ignore[no-any-return]

    def children_of(self, territory: "Territory") -> "TerritoryQuerySet":
        """Places one level below."""
        return self.under(territory).filter(depth=territory.depth + 1)  # type: ignore[no-any-return]

    def living(self) -> "TerritoryQuerySet":
        """Without grids that were dissolved: what may be offered to somebody who chooses a place."""
        return self.filter(dissolved_on__isnull=True)  # type: ignore[no-any-return]

    def at(self, *levels: Level) -> "TerritoryQuerySet":
        """Places of the given levels."""
        return self.filter(level__in=levels)  # type: ignore[no-any-return]

    def named_like(self, words: str) -> "TerritoryQuerySet":
        """Places whose name contains the words, spaces aside.

        Single characters are indexed, so two-character names are found fast; what the index finds is then compared.
        """
        # No name holds a NUL, and the database would not even look for one.
        bare = "".join(words.replace("\x00", "").split())
        if not bare:
            return self.none()  # type: ignore[no-any-return]
        found = self.alias(letters=NameLetters(F("name")), bare=Replace(F("name"), Value(" "), Value("")))
        return found.filter(letters__contains=sorted(set(bare)), bare__contains=bare)  # type: ignore[no-any-return]


class NameLetters(Func):
    """The single characters of a name, as an array that a GIN index can hold."""

    function = "string_to_array"
    template = "%(function)s(%(expressions)s, NULL)"
    output_field = ArrayField(TextField())


class TerritoryManager(MP_NodeManager.from_queryset(TerritoryQuerySet)):  # type: ignore[misc]
    """The tree's manager with the reads above; places come in the order of their codes."""

    def get_queryset(self) -> TerritoryQuerySet:
        return TerritoryQuerySet(self.model, using=self._db).order_by("path")  # type: ignore[no-any-return]
