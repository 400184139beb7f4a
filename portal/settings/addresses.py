"""Addresses of Redis databases in the forms that Celery and redis-py want, from one REDIS_URL."""

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
