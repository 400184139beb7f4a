"""How an app gathers its features: one folder each, whose declaring modules are imported when the app is ready."""

from collections.abc import Iterable
from importlib import import_module
from importlib.util import find_spec

# What a feature declares by being imported: signals received, parts of a person's copy of their data, event types,
# kinds of notices, reactions to events, long work.
DECLARING = ("receivers", "exports", "events", "accounts_events", "notices", "handlers", "jobs")


def import_parts(app: str, features: Iterable[str], parts: Iterable[str]) -> None:
    """Import these modules of an app's features, where a feature has them."""
    wanted = [f"{app}.{feature}.{part}" for part in parts for feature in features]
    for name in wanted:
        if find_spec(name) is not None:
            import_module(name)
