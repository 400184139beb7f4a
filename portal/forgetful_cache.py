"""The cache, which may be away: then it knows nothing and keeps nothing, and whoever asked reckons anew.

Nothing that must not be lost is kept in it, so a page never fails for want of it. Counters begin again at nothing:
rate limits are off while it is away, and what guards codes and passwords stands in the database.
"""

import logging
import time
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

logger = logging.getLogger(__name__)

# Seconds that a silent server may take, and those for which nobody asks again after a failure.
ANSWER_SECONDS = 2.0
REST_SECONDS = 1.0
# Once more, at once: a connection kept from before a restart of the server is of no use.
OPTIONS: dict[str, Any] = {"socket_timeout": ANSWER_SECONDS, "retry": Retry(NoBackoff(), 1)}

Answer = TypeVar("Answer")
_resting_until = 0.0


def _away(error: Exception) -> None:
    global _resting_until
    _resting_until = time.monotonic() + REST_SECONDS
    logger.warning("The cache is away (%s).", type(error).__name__)


def _ask(action: Callable[[], Answer], otherwise: Answer) -> Answer:
    """The server's answer, or what is answered for it while it is away."""
    if time.monotonic() < _resting_until:
        return otherwise
    try:
        return action()
    except (RedisError, OSError) as error:
        _away(error)
        return otherwise


class LastingClient(RedisCacheClient):
    """Django's, which would make a client for each question, and each of them learns all commands of Redis anew."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._lasting: dict[bool, Any] = {}

    def get_client(self, key: Any = None, *, write: bool = False) -> Any:
        """Of one server, which is all that the settings can name."""
        if write not in self._lasting:
            self._lasting[write] = super().get_client(key, write=write)
        return self._lasting[write]


class ForgetfulCache(RedisCache):
    """Django's, with an answer also where there is no server."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, {**params, "OPTIONS": {**OPTIONS, **params.get("OPTIONS", {})}})
        self._class = LastingClient

    def add(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        return _ask(lambda: super(ForgetfulCache, self).add(key, value, timeout, version), True)

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        return _ask(lambda: super(ForgetfulCache, self).get(key, default, version), default)

    def set(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        _ask(lambda: super(ForgetfulCache, self).set(key, value, timeout, version), None)

    def touch(self, key: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        return _ask(lambda: super(ForgetfulCache, self).touch(key, timeout, version), False)

    def delete(self, key: Any, version: int | None = None) -> bool:
        return _ask(lambda: super(ForgetfulCache, self).delete(key, version), False)

    def get_many(self, keys: Iterable[Any], version: int | None = None) -> dict[Any, Any]:
        return _ask(lambda: super(ForgetfulCache, self).get_many(keys, version), {})

    def has_key(self, key: Any, version: int | None = None) -> bool:
        return _ask(lambda: super(ForgetfulCache, self).has_key(key, version), False)

    def incr(self, key: Any, delta: int = 1, version: int | None = None) -> int:
        """Raises ValueError where the key is not there, as it is not while the server is away."""
        number = _ask(lambda: super(ForgetfulCache, self).incr(key, delta, version), None)
        if number is None:
            raise ValueError(f"Key {key!r} not found")
        return number

    def set_many(self, data: dict[Any, Any], timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> list[Any]:
        return _ask(lambda: super(ForgetfulCache, self).set_many(data, timeout, version), list(data))

    def delete_many(self, keys: Iterable[Any], version: int | None = None) -> None:
        _ask(lambda: super(ForgetfulCache, self).delete_many(keys, version), None)

    def clear(self) -> None:
        _ask(lambda: super(ForgetfulCache, self).clear(), None)
