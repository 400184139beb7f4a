"""A POST that is sent twice is done once: the client names the request by an Idempotency-Key of its own.

The key is written first, in the transaction of the effect itself. A second request with the same key waits at the
unique index until the first has ended: where it committed, its answer is given again; where it was undone, with key and
all, the second does the work. Refusals are kept as well, faults of ours are not, so that those can be tried again.
"""

import hashlib
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from django.db import OperationalError, connection, transaction
from django.http import HttpResponse, QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from portal.accounts.models import User
from portal.api.models import IdempotencyKey
from portal.errors import Conflict, DomainError, Invalid

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
KEPT = timedelta(hours=24)
LONGEST_WAIT = "10s"
LOCK_NOT_AVAILABLE = "55P03"

P = ParamSpec("P")
V = TypeVar("V", bound=APIView)
Handler = Callable[Concatenate[V, Request, P], Response]


class KeyReused(DomainError):
    """The key belongs to another request."""

    status = 422
    default_code = "idempotency_key_reused"


def once(handler: Handler[V, P]) -> Callable[Concatenate[V, Request, P], HttpResponse]:
    """Let a POST method honour Idempotency-Key. The view must require a signed-in caller.

    Raises Invalid (header malformed), KeyReused (same key, other request), Conflict (the first is still at work).
    """

    @wraps(handler)
    def guarded(view: V, request: Request, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        given = request.headers.get(HEADER)
        if given is None:
            return handler(view, request, *args, **kwargs)
        key, digest = _checked(given), _digest_of(request)
        with transaction.atomic():
            kept, is_new = _take(request, key, digest)
            if not is_new:
                return _again(kept, digest)
            try:
                with transaction.atomic():
                    response = handler(view, request, *args, **kwargs)
            except Exception as error:
                # What is not a refusal is raised again in here, and takes the key with it.
                response = view.handle_exception(error)
            kept.status = response.status_code
            kept.content_type = response.content_type or "application/json"
            kept.body = JSONRenderer().render(response.data).decode()
            kept.save(update_fields=["status", "content_type", "body"])
        return response

    guarded.takes_idempotency_key = True  # type: ignore[attr-defined]
    return guarded


def forget_old_keys(*, now: datetime) -> int:
    """Remove answers kept long enough; how many."""
    removed, _per_model = IdempotencyKey.objects.filter(created_at__lt=now - KEPT).delete()
    return removed


def _checked(given: str) -> str:
    key = given.strip()
    if not 1 <= len(key) <= 200 or not key.isascii() or not key.isprintable():
        raise Invalid(_("Idempotency-Key 要是 1 到 200 个英文字符。"), code="bad_idempotency_key")
    return key


def _take(request: Request, key: str, digest: str) -> tuple[IdempotencyKey, bool]:
    """The row of this key, and whether it is ours to fill. Waits for another request that holds it."""
    assert isinstance(request.user, User)
    now = timezone.now()
    mine = IdempotencyKey.objects.filter(user=request.user, key=key)
    row = IdempotencyKey(user=request.user, key=key, route=_route_of(request), digest=digest, created_at=now)
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = '{LONGEST_WAIT}'")
        try:
            mine.filter(created_at__lt=now - KEPT).delete()
            IdempotencyKey.objects.bulk_create([row], ignore_conflicts=True)
        except OperationalError as error:
            if getattr(error.__cause__, "sqlstate", "") == LOCK_NOT_AVAILABLE:
                raise Conflict(_("同一个请求还在处理，请稍后再试。"), code="still_running") from None
            raise
        cursor.execute("SET LOCAL lock_timeout TO DEFAULT")
    found = mine.select_for_update().get()
    return found, found.status is None


def _again(kept: IdempotencyKey, digest: str) -> HttpResponse:
    if kept.digest != digest:
        raise KeyReused(_("这个 Idempotency-Key 已经用在另一个请求上了，请换一个。"))
    assert kept.status is not None
    response = HttpResponse(kept.body, status=kept.status, content_type=kept.content_type)
    response[REPLAYED] = "true"
    return response


def _route_of(request: Request) -> str:
    return f"{request.method} {request.path}"[:300]


def _digest_of(request: Request) -> str:
    """A fingerprint of method, address and what was sent; of files, their content."""
    digest = hashlib.sha256(f"{request.method} {request.get_full_path()}\n".encode())
    data: Any = request.data
    if isinstance(data, QueryDict):
        fields = [(name, value) for name in sorted(data) for value in data.getlist(name)]
        data = [(name, _content_digest(value)) for name, value in fields]
    digest.update(json.dumps(data, sort_keys=True, ensure_ascii=False).encode())
    return digest.hexdigest()


def _content_digest(value: Any) -> str:
    if not hasattr(value, "chunks"):
        return str(value)
    digest = hashlib.sha256()
    for chunk in value.chunks():
        digest.update(chunk)
    value.seek(0)
    return digest.hexdigest()
