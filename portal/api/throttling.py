"""How often the API may be called: counted by one atomic step per request, so that parallel requests count as many.

DRF's own throttle reads a list, appends and writes it back: two requests at once read the same list. Here the cache
server increments a number that belongs to one window of time; the window before is weighed by how much of it still
lies within the span, so that nobody gets two spans' worth at the border of two windows.
"""

import hashlib
import logging
import time
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.cache import cache
from redis.exceptions import RedisError
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

if TYPE_CHECKING:
    # The framework loads its throttles while it loads this module.
    from rest_framework.views import APIView

logger = logging.getLogger(__name__)
SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


class ApiThrottle(BaseThrottle):
    """Counts a request against every scope it falls in: who calls, from where, and whether it changes something.

    Rates are `settings.API_RATES`, such as {"read": "300/m"}; a view adds a scope by `throttle_scope`. Addresses are
    REMOTE_ADDR, which `portal.client_address` has made believable. Where the cache is away everybody passes.
    """

    retry_after: float = 0

    def allow_request(self, request: Request, view: "APIView") -> bool:
        scopes = ["read" if request.method in SAFE_METHODS else "write"]
        if extra := getattr(view, "throttle_scope", ""):
            scopes.append(extra)
        who = self._who(request)
        try:
            waits = [self._count(f"{scope}:{who}", settings.API_RATES[scope]) for scope in scopes]
        except (OSError, RedisError) as error:
            logger.warning("Rate limits are off while the cache is away (%s).", type(error).__name__)
            return True
        self.retry_after = max(waits)
        return self.retry_after <= 0

    def wait(self) -> float:
        return self.retry_after

    def _who(self, request: Request) -> str:
        if request.user and request.user.is_authenticated:
            return f"user:{request.user.pk}"
        return f"address:{request.META.get('REMOTE_ADDR', '')}"

    def _count(self, what: str, rate: str) -> float:
        """Count one more; seconds to wait, 0 where it is within the rate."""
        allowed, span = parse_rate(rate)
        now = time.time()
        window, passed = int(now // span), now % span
        before = cache.get(_key(what, window - 1), 0)
        count = _increment(_key(what, window), span)
        if count + before * (1 - passed / span) <= allowed:
            return 0
        return max(span - passed, 1)


def parse_rate(rate: str) -> tuple[int, int]:
    """ "300/m" as 300 and 60. Raises ValueError, KeyError."""
    number, _slash, unit = rate.partition("/")
    return int(number), SECONDS[unit]


def _key(what: str, window: int) -> str:
    # Hashed, because an address may hold characters that are no part of a key.
    return f"api-rate:{hashlib.sha256(what.encode()).hexdigest()[:32]}:{window}"


def _increment(key: str, span: int) -> int:
    """Add one and tell the new number, in one step of the cache server."""
    cache.add(key, 0, timeout=2 * span)
    try:
        number: Any = cache.incr(key)
    except ValueError:
        # Evicted in between: whoever comes now is the first.
        cache.set(key, 1, timeout=2 * span)
        return 1
    return int(number)
