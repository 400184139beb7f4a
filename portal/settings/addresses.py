"""Addresses in the forms that others want: Redis databases from one REDIS_URL, map tiles for the content policy."""

from urllib.parse import urlsplit


def broker_address(redis_url: str, database: int) -> str:
    """The address for Celery: kombu calls a unix socket ``redis+socket://`` and its database ``virtual_host``."""
    parts = urlsplit(redis_url)
    if parts.scheme == "unix":
        return f"redis+socket://{parts.path}?virtual_host={database}"
    return parts._replace(path=f"/{database}").geturl()


def cache_address(redis_url: str, database: int) -> str:
    """The address for redis-py, which takes a unix socket's database from the query."""
    parts = urlsplit(redis_url)
    if parts.scheme == "unix":
        return f"unix://{parts.path}?db={database}"
    return parts._replace(path=f"/{database}").geturl()


def image_source(tiles: str) -> str:
    """The source that a content policy names for map tiles of this address; `{s}` stands for one of several hosts."""
    if not tiles:
        return ""
    parts = urlsplit(tiles)
    first, _, rest = parts.netloc.partition(".")
    return f"{parts.scheme}://{'*.' + rest if '{s}' in first else parts.netloc}"
