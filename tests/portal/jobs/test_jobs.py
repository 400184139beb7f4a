"""Long work: asked for, done in the background, fetched by its owner, removed when its time is over."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from portal.accounts.erasure import erase_user
from portal.accounts.models import User
from portal.errors import Conflict, Invalid, NotAllowed
from portal.jobs import keeping, running
from portal.jobs.domain import MAX_OPEN, percent
from portal.jobs.events import JobDone, JobFailed, JobFetched
from portal.jobs.models import Job, JobState
from portal.jobs.running import Run
from portal.jobs.services import fetch_result, start_job
from portal.notifications.models import Notice
from portal.outbox.models import Event
from portal.outbox.registry import Payload, key_of
from portal.outbox.services import drain
from tests.portal.api.factories import PersonFactory
from tests.portal.jobs.factories import COUNT, LINES, declared, finished_job


def happened(payload: type[Payload]) -> int:
    return Event.objects.filter(type=key_of(payload)).count()


@pytest.mark.parametrize(("done", "total", "expected"), [(0, 0, 0), (1, 3, 33), (3, 3, 100), (9, 3, 100)])
def test_percent(done: int, total: int, expected: int) -> None:
    assert percent(done, total) == expected


def test_a_job_is_done_once_and_its_owner_told(owner: User, counting: None) -> None:
    job = start_job(actor=owner, kind=COUNT, params={"to": 3})
    assert job.state == JobState.WAITING
    assert not running.run_waiting(seconds=1)
    job.refresh_from_db()
    assert (job.state, job.done, job.total, job.percent) == (JobState.DONE, 3, 3, 100)
    assert job.result_path.read_bytes() == LINES
    assert job.result_path.stat().st_mode & 0o077 == 0, "nobody else on the machine reads it"
    assert not running.run_next(), "nothing is left to do"
    drain()
    notice = Notice.objects.get(recipient=owner)
    assert notice.title == "“数到三”做好了"
    assert notice.url == job.get_absolute_url()


def test_work_with_a_name_is_asked_for_once(counting: None, db: None) -> None:
    first = start_job(actor=None, kind=COUNT, params={}, unique_key="open_data:2026-11-22")
    assert start_job(actor=None, kind=COUNT, params={}, unique_key="open_data:2026-11-22") == first
    running.run_waiting(seconds=1)
    assert start_job(actor=None, kind=COUNT, params={}, unique_key="open_data:2026-11-22").state == JobState.DONE
    drain()
    assert not Notice.objects.exists(), "the portal's own work has nobody to tell"


def test_nobody_has_more_than_a_few_at_a_time(owner: User, counting: None) -> None:
    for _ in range(MAX_OPEN):
        start_job(actor=owner, kind=COUNT, params={})
    with pytest.raises(Conflict) as refusal:
        start_job(actor=owner, kind=COUNT, params={})
    assert refusal.value.code == "too_many_jobs"
    start_job(actor=PersonFactory(), kind=COUNT, params={})
    running.run_waiting(seconds=5)
    start_job(actor=owner, kind=COUNT, params={})


def test_a_refusal_ends_the_job_with_its_words(owner: User) -> None:
    def refuse(run: Run) -> None:
        raise Invalid("没有要导出的。")

    with declared(refuse):
        job = start_job(actor=owner, kind=COUNT, params={})
        running.run_waiting(seconds=1)
        drain()
    job.refresh_from_db()
    assert (job.state, job.error, job.attempts) == (JobState.FAILED, "没有要导出的。", 1)
    assert Notice.objects.get(recipient=owner).kind == "site.job_failed"


def test_what_breaks_is_tried_once_more_and_leaves_no_file(owner: User, media: Path) -> None:
    def breaks(run: Run) -> None:
        with run.result("半.csv", content_type="text/csv") as out:
            out.write(b"half")
            raise RuntimeError("disk")

    with declared(breaks):
        job = start_job(actor=owner, kind=COUNT, params={})
        running.run_waiting(seconds=5)
    job.refresh_from_db()
    assert (job.state, job.attempts) == (JobState.FAILED, 2)
    assert "disk" not in job.error
    assert list((media / "jobs").iterdir()) == []
    assert happened(JobFailed) == 1


def test_somebody_who_left_gets_nothing(owner: User, counting: None) -> None:
    job = start_job(actor=owner, kind=COUNT, params={})
    User.objects.filter(pk=owner.pk).update(is_active=False)
    running.run_waiting(seconds=1)
    job.refresh_from_db()
    assert job.state == JobState.FAILED


def test_a_run_that_was_overtaken_says_nothing_more(owner: User, counting: None, media: Path) -> None:
    assert two_runs_at_once(owner) == 1
    assert len(list((media / "jobs").iterdir())) == 1


def test_without_the_number_of_the_run_there_would_be_two_results(
    owner: User, counting: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The positive control: the guard off, the fault shows."""
    monkeypatch.setattr(Run, "rows", lambda run: Job.objects.filter(pk=run.job.pk))
    assert two_runs_at_once(owner) == 2


def two_runs_at_once(owner: User) -> int:
    """A worker loses its lock and does not notice, another begins the same job, both go on; how often it was done."""
    start_job(actor=owner, kind=COUNT, params={})
    first = running._begin(timezone.now())
    second = running._begin(timezone.now())
    assert first is not None
    assert second is not None
    assert first.job.pk == second.job.pk
    running._do(second)
    running._do(first)
    return happened(JobDone)


def test_a_result_is_fetched_by_its_owner_and_written_down(owner: User, counting: None) -> None:
    job = finished_job_with_kind(owner)
    assert fetch_result(actor=owner, job=job).read_bytes() == LINES
    assert happened(JobFetched) == 1
    with pytest.raises(NotAllowed):
        fetch_result(actor=PersonFactory(), job=job)


def finished_job_with_kind(owner: User) -> Job:
    job = start_job(actor=owner, kind=COUNT, params={})
    running.run_waiting(seconds=5)
    job.refresh_from_db()
    return job


def test_a_right_that_ended_ends_the_download(owner: User) -> None:
    with declared(may_fetch=lambda user, job: False):
        job = finished_job_with_kind(owner)
        with pytest.raises(NotAllowed):
            fetch_result(actor=owner, job=job)
    assert happened(JobFetched) == 0


def test_a_result_goes_when_its_time_is_over(
    owner: User, counting: None, media: Path, django_capture_on_commit_callbacks: object
) -> None:
    job = finished_job_with_kind(owner)
    assert keeping.expire() == 0
    assert job.expires_at is not None
    with pytest.raises(Conflict) as refusal:
        fetch_result(actor=owner, job=job, at=job.expires_at)
    assert refusal.value.code == "job_expired"
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        assert keeping.expire(now=job.expires_at) == 1
    job.refresh_from_db()
    assert (job.state, job.has_result) == (JobState.EXPIRED, False)
    assert list((media / "jobs").iterdir()) == []


def test_files_that_nobody_speaks_of_go(owner: User, counting: None, media: Path) -> None:
    job = finished_job_with_kind(owner)
    (media / "jobs" / "left-by-a-dead-run").write_bytes(b"half")
    assert keeping.remove_orphans() == 0, "it may still be written to"
    assert keeping.remove_orphans(now=timezone.now() + timedelta(hours=2)) == 1
    assert job.result_path.is_file()


def test_nothing_remains_of_what_an_erased_person_asked_for(
    owner: User, media: Path, django_capture_on_commit_callbacks: object
) -> None:
    job = finished_job(owner=owner)
    Job.objects.filter(pk=job.pk).update(params={"grid": "320105004004001"})
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        erase_user(actor=owner, user=owner)
    job.refresh_from_db()
    assert (job.state, job.params) == (JobState.EXPIRED, {})
    assert list((media / "jobs").iterdir()) == []
