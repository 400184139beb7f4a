"""The table of a day: made once, anonymous, checked, fetched by anybody, removed after a month."""

import csv
import hashlib
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.jobs.models import Job
from portal.jobs.running import run_waiting
from tests.wishes.wishes.factories import (
    MONDAY,
    SECRET_ADDRESS,
    SECRET_NAME,
    SECRET_PHONE,
    Cast,
    CategoryFactory,
    claimed,
    confirmed,
    make_cast,
    moderated,
    posted,
)
from wishes.opendata import publishing
from wishes.opendata.domain import COLUMNS
from wishes.opendata.models import Edition
from wishes.opendata.tasks import publish as publish_task
from wishes.wishes.models import Category

pytestmark = pytest.mark.django_db
DAY = MONDAY.date() + timedelta(days=1)


@pytest.fixture
def cast(settings: Any, tmp_path: Path) -> Cast:
    settings.MEDIA_ROOT = tmp_path
    return make_cast()


def some(cast: Cast) -> None:
    """Five of one kind, and one that would stand alone."""
    for _n in range(3):
        posted(cast)
    confirmed(cast)
    claimed(cast)
    moderated(cast)
    posted(cast, at=MONDAY - timedelta(days=700), category=CategoryFactory(name="=cmd"))


def table(edition: Edition) -> list[dict[str, str]]:
    with edition.path("csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_the_table_holds_groups_of_five_and_nothing_private(cast: Cast) -> None:
    some(cast)
    edition = publishing.publish(day=DAY)

    assert (edition.rows, edition.left_out) == (5, 1)
    rows = table(edition)
    assert list(rows[0]) == [column.name for column in COLUMNS]
    assert {(row["period"], row["category_code"], row["place_code"]) for row in rows} == {
        ("2026-11", cast.category.code, cast.community.code)
    }
    assert sorted(row["state"] for row in rows) == ["claimed", "closed", "published", "published", "published"]
    text = edition.path("csv").read_text() + edition.path("jsonl").read_text()
    for secret in (SECRET_ADDRESS, SECRET_NAME, SECRET_PHONE[3:], "水管", "2026-1116", cast.grid.code, "桂芳"):
        assert secret not in text
    lines = [json.loads(line) for line in edition.path("jsonl").read_text().splitlines()]
    assert [line["kind"] for line in lines] == ["service"] * 5
    for form in ("csv", "jsonl"):
        digest = hashlib.sha256(edition.path(form).read_bytes()).hexdigest()
        assert getattr(edition, f"{form}_sha256") == digest


def test_a_name_that_looks_like_a_formula_is_text(cast: Cast) -> None:
    Category.objects.filter(pk=cast.category.pk).update(name='=HYPERLINK("http://x")')
    for _n in range(5):
        posted(cast)

    assert table(publishing.publish(day=DAY))[0]["category"] == '\'=HYPERLINK("http://x")'


def test_it_is_made_once_a_day_in_the_background(cast: Cast) -> None:
    some(cast)
    publish_task()
    publish_task()
    assert Job.objects.count() == 1
    run_waiting(seconds=5)
    publish_task()
    yesterday = timezone.localdate() - timedelta(days=1)

    edition = Edition.objects.get()
    assert edition.day == yesterday
    assert Job.objects.count() == 1
    assert publishing.publish(day=yesterday) == edition
    assert [path.name for path in edition.path("csv").parent.iterdir() if path.name.startswith(".")] == []


def test_a_group_that_shrinks_meanwhile_is_not_shown(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    for _n in range(4):
        posted(cast)
    counts = publishing._counts
    monkeypatch.setattr(publishing, "_counts", lambda wishes: {cell: n + 1 for cell, n in counts(wishes).items()})

    with pytest.raises(publishing.Unsteady):
        publishing.publish(day=DAY)
    assert not Edition.objects.exists()


def test_anybody_fetches_it_and_whoever_has_it_need_not(cast: Cast, client: Client) -> None:
    some(cast)
    edition = publishing.publish(day=DAY)
    page = client.get(reverse("opendata")).content.decode()
    assert edition.url("csv") in page
    assert "days_to_claim" in page
    answer = client.get(edition.url("csv"))
    assert b"".join(answer.streaming_content) == edition.path("csv").read_bytes()  # type: ignore[attr-defined]
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert "attachment" in answer["Content-Disposition"]
    assert client.get(edition.url("csv"), headers={"If-None-Match": answer["ETag"]}).status_code == 304
    (listed,) = client.get(reverse("api_open_data")).json()
    assert listed["files"][0]["sha256"] == edition.csv_sha256
    assert client.get("/opendata/wishes-2026-02-31.csv").status_code == 404


def test_after_a_month_it_is_gone_with_its_files(cast: Cast) -> None:
    edition = publishing.publish(day=DAY)
    path = edition.path("csv")

    assert publishing.forget_old(today=DAY + publishing.KEPT) == 0
    assert publishing.forget_old(today=DAY + publishing.KEPT + timedelta(days=1)) == 1
    assert not path.exists()
