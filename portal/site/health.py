"""`/healthz`: whether everything the portal stands on answers, for monitors and for `script/server`.

Tells 200 and ``"ok": true`` when all of it does, else 503. The answer names what is broken and never how to reach it.
"""

import logging
import shutil
import time
from collections.abc import Callable

from celery import current_app
from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, OperationalError, connection, transaction
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from portal.deadlines.years import missing_years

logger = logging.getLogger(__name__)

CANARY = "portal.site.tasks.canary"
WORKER_SILENCE = 20.0  # seconds without a canary until the worker is asked again
WORKER_ANSWER = 3.0  # seconds a worker has for its answer
BEAT_SILENCE = 150.0  # seconds without a canary from beat, which sends one every 30
QUESTION_INTERVAL = 2  # seconds between two questions to the worker, however often somebody looks
KEEP = 24 * 3600
ROOM = 100 * 1024 * 1024  # bytes that must be free where uploads go
DATABASE_ROOM = 2 * 1024 * 1024  # bytes that must be free where the database keeps its own
DISK_FULL = "53100"  # PostgreSQL's code for it
SORTED_ROW = 8000
SORT = """SELECT max(words) FROM (
    SELECT repeat(chr(65 + n %% 26), %s) words FROM generate_series(1, %s) n ORDER BY n %% 7 OFFSET 0
) sorted"""
STARTED = time.time()


class Unhealthy(Exception):
    """A part does not work; the message is fit for the public."""


def note_canary(sent_by: str) -> None:
    """Remember that a worker carried out a canary just now."""
    now = time.time()
    cache.set_many({"health:worker": now, f"health:{sent_by}": now}, KEEP)


def _age(key: str) -> float:
    return time.time() - float(cache.get(key, 0.0))


def check_database() -> None:
    """It answers, and has room to work in: a sort of DATABASE_ROOM bytes, for which it has to write to its disk."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL work_mem = '64kB'")
            cursor.execute(SORT, [SORTED_ROW, DATABASE_ROOM // SORTED_ROW])
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", "") == DISK_FULL:
            raise Unhealthy("no room left") from error
        raise


def check_cache() -> None:
    cache.set("health:cache", "works", 60)
    if cache.get("health:cache") != "works":
        raise Unhealthy("does not keep what it is given")


def check_broker() -> None:
    with current_app.connection_for_write(transport_options={"socket_connect_timeout": 1}) as broker:
        broker.ensure_connection(max_retries=1, interval_start=0, timeout=2)
        broker.default_channel.client.ping()  # type: ignore[attr-defined]  # the Redis transport's channel has it


def check_worker() -> None:
    """A canary came through lately, or comes through now."""
    if _age("health:worker") < WORKER_SILENCE:
        return
    if cache.add("health:asked", True, QUESTION_INTERVAL):
        # Left unanswered, the question is worthless soon: without an end they would pile up.
        current_app.send_task(CANARY, kwargs={"sent_by": "health"}, expires=30, retry=False)
    until = time.monotonic() + WORKER_ANSWER
    while _age("health:worker") >= WORKER_SILENCE:
        if time.monotonic() > until:
            raise Unhealthy("no worker carries out tasks")
        time.sleep(0.05)


def check_beat() -> None:
    """Beat sent a canary lately, or has not had the time since this process started."""
    if min(_age("health:beat"), time.time() - STARTED) > BEAT_SILENCE:
        raise Unhealthy("the schedule stands still")


def check_files() -> None:
    """There is room for a good many photos."""
    folder = next(path for path in (settings.MEDIA_ROOT, *settings.MEDIA_ROOT.parents) if path.exists())
    if shutil.disk_usage(folder).free < ROOM:
        raise Unhealthy("no room left")


CHECKS: dict[str, Callable[[], None]] = {
    "database": check_database,
    "cache": check_cache,
    "broker": check_broker,
    "files": check_files,
    "worker": check_worker,
    "beat": check_beat,
}
# What each check needs before it can say anything of its own.
NEEDS = {"worker": ("cache", "broker"), "beat": ("cache",)}


def examine() -> dict[str, str]:
    """Each part's state: "ok", or what is wrong with it."""
    found: dict[str, str] = {}
    for name, check in CHECKS.items():
        if any(found[need] != "ok" for need in NEEDS.get(name, ())):
            found[name] = "unknown"
            continue
        try:
            check()
        except Unhealthy as trouble:
            logger.warning("healthz: %s: %s", name, trouble)
            found[name] = str(trouble)
        except Exception as error:
            # Drivers' messages hold addresses and names of accounts: those are for the log.
            logger.warning("healthz: %s: %s", name, error)
            found[name] = "does not answer"
        else:
            found[name] = "ok"
    return found


def notes() -> dict[str, str]:
    """What works and needs somebody all the same."""
    try:
        years = missing_years(timezone.localdate())
    except DatabaseError:
        return {}  # the parts say so
    return {"calendar": f"holidays of {', '.join(map(str, years))} not entered"} if years else {}


@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """The state of all parts as JSON."""
    found = examine()
    ok = all(state == "ok" for state in found.values())
    told = {"ok": ok, "parts": found} | ({"notes": found_notes} if (found_notes := notes()) else {})
    response = JsonResponse(told, status=200 if ok else 503)
    # What is wrong has been logged in words already.
    response._has_been_logged = True  # type: ignore[attr-defined]
    return response
