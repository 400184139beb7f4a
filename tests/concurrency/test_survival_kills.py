"""PostgreSQL, Valkey and workers killed under load, the schedule started twice: what was acknowledged is there, once.

Everything happens to one running portal of real processes; how long it took to recover is noted (recovery.py).
"""

import os
import signal
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.utils import timezone
from django_celery_beat.models import PeriodicTask, PeriodicTasks

from portal.celery import app
from portal.notifications.models import Notice
from tests.concurrency.callers import SETTLE_SECONDS, Crowd, HealthWatch, sick
from tests.concurrency.chores import RELAY, SENT, Chores, nothing_waits, send, tasks
from tests.concurrency.recovery import by_script_faults, note
from tests.portal_server import PortalServer, wait_for
from tests.wishes.wishes.factories import Cast, posted
from wishes.wishes import services

POSTERS = 3


def test_database_killed_while_many_post(portal_server: PortalServer, cast: Cast) -> None:
    portal = portal_server
    assert portal.services.postgres
    crowd = Crowd(portal, cast, POSTERS)
    with crowd:
        wait_for(lambda: crowd.has_posted(2 * POSTERS), "the first posts")
        pid = portal.services.postgres.pid()
        assert pid
        os.kill(pid, signal.SIGKILL)
        before = len(crowd.acknowledged)
        meanwhile = wait_for(lambda: sick(portal, "database"), "a health page that says so")
        began = time.monotonic()
        portal.services.start()
        wait_for(lambda: crowd.has_posted(before + POSTERS + 1), "posts after the restart", SETTLE_SECONDS)
        seconds = time.monotonic() - began
    portal.wait_until_revived()
    with portal.database():
        found = crowd.check_kept()
    assert crowd.retries > 0
    note("PostgreSQL killed while people post", meanwhile=meanwhile, seconds=seconds, found=found)


def test_queue_killed_while_many_post(portal_server: PortalServer, cast: Cast) -> None:
    """Valkey keeps nothing here when it dies, neither queue nor cache: nobody is held up, and nothing goes untold."""
    portal = portal_server
    assert portal.services.valkey
    with portal.database():
        wish = posted(cast, at=timezone.now())
    wait_for(lambda: nothing_waits(portal), "peace")
    crowd = Crowd(portal, cast, POSTERS)
    with crowd:
        wait_for(lambda: crowd.has_posted(POSTERS), "the first posts")
        pid = portal.services.valkey.pid()
        assert pid
        os.kill(pid, signal.SIGKILL)
        meanwhile = wait_for(lambda: sick(portal, "broker"), "a health page that says so")
        before = len(crowd.acknowledged)
        with portal.database(wake=False):
            services.claim_wish(actor=cast.volunteer, wish=wish, at=timezone.now())
        wait_for(lambda: crowd.has_posted(before + 2 * POSTERS), "posts without a queue", SETTLE_SECONDS)
        without = len(crowd.acknowledged) - before
        began = time.monotonic()
        portal.services.start()
    # A worker that had a task in hand may have ended itself; its supervisor starts another.
    portal.wait_until_revived()
    wait_for(lambda: nothing_waits(portal), lambda: portal.output()[-4000:], SETTLE_SECONDS)
    seconds = time.monotonic() - began
    assert portal.health()[0] == 200
    with portal.database():
        found = crowd.check_kept()
        told = Counter(Notice.objects.values_list("event_id", "kind", "recipient_id"))
        claimed = Notice.objects.filter(kind="wishes.claimed", event__subject_id=wish.pk, recipient=cast.author)
        assert claimed.count() == 1
        assert max(told.values()) == 1
    found += f", {without} of them meanwhile; each of {len(told)} notices once"
    note("Valkey killed and started again while people post", meanwhile=meanwhile, seconds=seconds, found=found)


def test_every_task_is_scheduled_or_woken() -> None:
    """A task nobody starts does nothing, whatever its docstring says."""
    app.loader.import_default_modules()
    ours = {name for name in app.tasks if not name.startswith("celery.")}
    assert ours == set(tasks()) | SENT


def test_worker_killed_in_the_relay(portal_server: PortalServer, cast: Cast, tmp_path: Path) -> None:
    """Before it has begun, and when all is done but the queue has not been told; in every task by script/faults."""
    kill_workers(portal_server, Chores(portal_server, cast), tmp_path / "tasks", [RELAY])


@by_script_faults
def test_worker_killed_in_each_task(portal_server: PortalServer, cast: Cast, tmp_path: Path) -> None:
    chores = Chores(portal_server, cast)
    watch, seconds, killed = kill_workers(portal_server, chores, tmp_path / "tasks", list(chores.tasks))
    found = f"{sum(killed.values())} kills in {len(killed)} tasks; each carried out, each effect once"
    note("worker process killed in each task, twice", meanwhile=watch.words, seconds=seconds, found=found)


def kill_workers(
    portal: PortalServer, chores: Chores, folder: Path, victims: list[str]
) -> tuple[HealthWatch, float, Counter[str]]:
    """Twice in each of these tasks: what /healthz said, the seconds until all was done, the kills of each task."""
    portal.kill_worker()
    known = chores.tasks
    faulty = {
        "DJANGO_SETTINGS_MODULE": "tests.concurrency.faulty_settings",
        "WUWEI_FAULT": "in_each_task",
        "WUWEI_FAULT_FILE": str(folder),
        "WUWEI_FAULT_TASKS": ",".join(victims),
        # One for each that waits to be killed, and some that carry on.
        "WORKER_PROCESSES": str(len(victims) + 3),
    }
    portal.start_worker(faulty)
    killed: Counter[str] = Counter()
    try:
        # What is measured begins when there is a worker.
        wait_for(lambda: portal.health()[0] == 200, lambda: portal.output()[-4000:], SETTLE_SECONDS)
        with HealthWatch(portal) as watch:
            send(portal, known)
            began = time.monotonic()

            def all_done() -> bool:
                for waiting in folder.glob("*.waits"):
                    pid = int(waiting.read_text() or 0)
                    if pid:
                        waiting.unlink()
                        os.kill(pid, signal.SIGKILL)
                        killed[waiting.stem.rpartition(".")[0]] += 1
                return {path.stem for path in folder.glob("*.done")} >= set(victims)

            wait_for(all_done, lambda: f"{sorted(set(victims) - {path.stem for path in folder.glob('*.done')})}", 150)
            wait_for(chores.is_done, lambda: portal.output()[-4000:], SETTLE_SECONDS)
            seconds = time.monotonic() - began
        assert killed == dict.fromkeys(victims, 2)
        chores.check_once()
    finally:
        portal.make_plain()
    return watch, seconds, killed


def scheduled(portal: PortalServer) -> int:
    """How many tasks the schedule in the portal's database has."""
    with portal.database(wake=False):
        return int(PeriodicTask.objects.count())


@by_script_faults
def test_two_schedules_at_once(portal_server: PortalServer, cast: Cast) -> None:
    portal = portal_server
    chores = Chores(portal, cast)
    # As it is when it runs: the schedule in the database, where the first beat writes it.
    with_database = ("celery", "--app=portal.schedule", "beat", "--pidfile=")
    portal._end("beat", signal.SIGKILL)
    portal._spawn("beat", *with_database)
    wait_for(lambda: scheduled(portal) >= len(settings.CELERY_BEAT_SCHEDULE), "the schedule in the database")
    portal._end("beat", signal.SIGKILL)
    with portal.database(wake=False):
        PeriodicTask.objects.update(last_run_at=timezone.now() - timedelta(days=1))
        PeriodicTasks.update_changed()
    began = time.monotonic()
    for name in ("beat", "beat2"):
        portal._spawn(name, *with_database)
    try:
        with HealthWatch(portal) as watch:
            wait_for(chores.is_done, lambda: portal.output()[-4000:], SETTLE_SECONDS)
            seconds = time.monotonic() - began
        assert portal.health()[0] == 200
        chores.check_once()
    finally:
        for name in ("beat", "beat2"):
            portal._end(name, signal.SIGKILL)
        portal.start_beat()
    note("two schedules (beat) at once", meanwhile=watch.words, seconds=seconds, found="each effect once")
