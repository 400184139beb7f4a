"""A worker that dies in the middle of a job: the job is begun once more, and there is one result."""

import threading
from pathlib import Path

import pytest
from django.db import OperationalError, connection

from portal.jobs import running
from portal.jobs.events import JobDone
from portal.jobs.models import Job, JobState
from portal.jobs.running import Run
from portal.jobs.services import start_job
from portal.outbox.models import Event
from portal.outbox.registry import key_of
from tests.portal.api.factories import PersonFactory
from tests.portal.jobs.factories import COUNT, LINES, count_to_three, declared


@pytest.mark.django_db(transaction=True)
def test_a_killed_run_is_begun_once_more_and_leaves_one_result(media: Path) -> None:
    inside, go_on = threading.Event(), threading.Event()
    backends: list[int] = []
    errors: list[BaseException] = []

    def stops_in_the_middle(run: Run) -> None:
        if run.job.attempts == 1:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_backend_pid()")
                backends.append(cursor.fetchone()[0])
            inside.set()
            go_on.wait(10)
        count_to_three(run)

    def first_worker() -> None:
        try:
            running.run_waiting(seconds=1)
        except BaseException as error:
            errors.append(error)
        finally:
            connection.close()

    with declared(stops_in_the_middle):
        job = start_job(actor=PersonFactory(), kind=COUNT, params={})
        worker = threading.Thread(target=first_worker)
        worker.start()
        assert inside.wait(10)
        assert not running.run_waiting(seconds=1), "somebody is at it"
        assert Job.objects.get().attempts == 1
        with connection.cursor() as cursor:
            # What the database sees of a process that was killed: its connection is gone, and its lock with it.
            cursor.execute("SELECT pg_terminate_backend(%s, 5000)", backends)
        running.run_waiting(seconds=5)
        job.refresh_from_db()
        assert (job.state, job.attempts) == (JobState.DONE, 2)
        go_on.set()
        worker.join(10)
    assert isinstance(errors[0], OperationalError)
    job.refresh_from_db()
    assert (job.state, job.attempts) == (JobState.DONE, 2)
    assert job.result_path.read_bytes() == LINES
    assert [path.name for path in (media / "jobs").iterdir()] == [job.file_name]
    assert Event.objects.filter(type=key_of(JobDone)).count() == 1
