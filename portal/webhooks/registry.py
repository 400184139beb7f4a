"""Which facts other systems may be told of: only those that a wing above has named here, with public fields."""

from django.utils.functional import Promise

_kinds: dict[str, str | Promise] = {}


def offer_hook(key: str, *, label: str | Promise) -> None:
    """Let subscriptions choose events of this type. Raises ValueError when it is offered twice."""
    if key in _kinds:
        raise ValueError(f"Hook {key!r} is offered twice.")
    _kinds[key] = label


def offered_hooks() -> list[tuple[str, str | Promise]]:
    """All types that may be chosen, by key."""
    return sorted(_kinds.items())
