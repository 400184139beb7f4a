"""The pages and the API of long work: for its owner, with and without JavaScript."""

import pytest
from django.test import Client
from django.urls import reverse

from portal.accounts.models import User
from portal.jobs import running
from portal.jobs.events import JobFetched
from portal.jobs.models import Job, JobState
from portal.jobs.services import start_job
from portal.outbox.models import Event
from portal.outbox.registry import key_of
from tests.portal.accounts.factories import enter
from tests.portal.api.factories import PersonFactory, client_of
from tests.portal.jobs.factories import COUNT, LINES, finished_job


@pytest.fixture
def client(owner: User) -> Client:
    return enter(Client(), owner)


def test_the_page_shows_progress_and_asks_again_by_itself(owner: User, client: Client, counting: None) -> None:
    job = start_job(actor=owner, kind=COUNT, params={})
    Job.objects.filter(pk=job.pk).update(state=JobState.RUNNING, done=1, total=4)
    page = client.get(job.get_absolute_url()).content.decode()
    assert '<noscript><meta http-equiv="refresh" content="3"></noscript>' in page
    assert 'value="1" max="4"' in page
    assert "做了 1 / 4（25%）" in page
    part = client.get(job.get_absolute_url(), headers={"X-Part": "state"}).content.decode()
    assert part.lstrip().startswith("<div")
    assert "做了 1 / 4（25%）" in part


def test_a_finished_page_rests_and_offers_the_file(owner: User, client: Client) -> None:
    job = finished_job(owner=owner)
    page = client.get(job.get_absolute_url()).content.decode()
    assert "refresh" not in page
    assert reverse("jobs:file", args=[job.uuid]) in page
    answer = client.get(reverse("jobs:file", args=[job.uuid]))
    assert b"".join(answer) == LINES
    assert answer["Content-Disposition"].startswith("attachment")
    assert "no-store" in answer["Cache-Control"]
    assert Event.objects.filter(type=key_of(JobFetched), actor=owner).count() == 1


def test_a_failed_page_says_why(owner: User, client: Client, counting: None) -> None:
    job = start_job(actor=owner, kind=COUNT, params={})
    Job.objects.filter(pk=job.pk).update(state=JobState.FAILED, error="没有要导出的。")
    assert "没有要导出的。" in client.get(job.get_absolute_url()).content.decode()
    assert client.get(reverse("jobs:file", args=[job.uuid])).status_code == 409


def test_the_list_holds_ones_own(owner: User, client: Client) -> None:
    mine, other = finished_job(owner=owner), finished_job(owner=PersonFactory())
    page = client.get(reverse("jobs:jobs")).content.decode()
    assert mine.get_absolute_url() in page
    assert other.get_absolute_url() not in page
    assert client.get(other.get_absolute_url()).status_code == 404
    assert client.get(reverse("jobs:file", args=[other.uuid])).status_code == 404


def test_programs_follow_and_fetch(owner: User, counting: None) -> None:
    program = client_of(owner)
    job = start_job(actor=owner, kind=COUNT, params={})
    address = reverse("api_job", args=[job.uuid])
    before = program.get(address).json()
    assert (before["state"], before["file"]) == ("waiting", None)
    refused = program.get(reverse("api_job_file", args=[job.uuid]))
    assert (refused.status_code, refused.json()["code"]) == (409, "job_without_result")
    running.run_waiting(seconds=1)
    after = program.get(address).json()
    assert (after["state"], after["percent"]) == ("done", 100)
    assert b"".join(program.get(after["file"])) == LINES
    assert [each["id"] for each in program.get(reverse("api_jobs")).json()["results"]] == [str(job.uuid)]
    assert client_of(PersonFactory()).get(address).status_code == 404
