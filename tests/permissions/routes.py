"""Every route the portal answers at, found from the URL configuration itself."""

from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver


def named_routes() -> Iterator[str]:
    """The name of every route, with its namespaces; a route without a name by its pattern.

    The admin site's nameless routes are left out: they only send old addresses on to the named ones.
    """
    yield from sorted(set(_walk(get_resolver(), "", "")))


def _walk(resolver: URLResolver, prefix: str, namespace: str) -> Iterator[str]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from _walk(entry, prefix + str(entry.pattern), inner)
        elif isinstance(entry, URLPattern) and not (namespace == "admin:" and entry.name is None):
            yield f"{namespace}{entry.name}" if entry.name else prefix + str(entry.pattern)
