"""Monday's digest: made once, for whoever answers for the place, and for nobody else."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.test import Client

from grids.roles.models import Role
from portal.deadlines.domain import TIME_ZONE
from portal.notifications.models import ChannelDelivery, Notice
from portal.notifications.sending import send_waiting
from portal.outbox.services import drain
from tests.grids.roles.factories import make_staff
from tests.portal.accounts.factories import enter_as_staff
from tests.wishes.wishes.factories import MONDAY, SECRET_ADDRESS, SECRET_NAME, Cast, confirmed, make_cast, posted
from wishes.statistics.digests import make_digest, sweep_digests
from wishes.statistics.models import WeeklyDigest
from wishes.wishes import services
from wishes.wishes.domain import Stars

pytestmark = pytest.mark.django_db
NEXT_MONDAY = datetime(2026, 11, 23, 8, 0, tzinfo=TIME_ZONE)


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def digest_of(cast: Cast) -> WeeklyDigest:
    return WeeklyDigest.objects.get(territory=cast.community)


def test_nothing_is_made_before_eight_on_monday(cast: Cast) -> None:
    assert sweep_digests(now=NEXT_MONDAY - timedelta(minutes=1)) == 0
    assert sweep_digests(now=NEXT_MONDAY) == 2  # the community and the street
    assert sweep_digests(now=NEXT_MONDAY) == 0
    assert sweep_digests(now=NEXT_MONDAY + timedelta(days=3)) == 0
    assert sweep_digests(now=NEXT_MONDAY + timedelta(days=7)) == 2


def test_it_counts_the_week_and_the_week_before(cast: Cast) -> None:
    posted(cast, at=MONDAY - timedelta(days=3))
    confirmed(cast)
    low = confirmed(cast, at=MONDAY)
    services.reopen_wish(actor=cast.author, wish=low, reason="又漏了", at=MONDAY + timedelta(hours=4))
    services.fulfil_claim(actor=cast.volunteer, wish=low, note="好了", at=MONDAY + timedelta(hours=5))
    services.confirm_wish(actor=cast.author, wish=low, stars=Stars(1, 2, 3), at=MONDAY + timedelta(hours=6))
    drain()
    sweep_digests(now=NEXT_MONDAY)
    numbers = digest_of(cast).numbers
    assert (numbers["week"]["submitted"], numbers["before"]["submitted"]) == (2, 1)
    assert (numbers["week"]["ended_fulfilled"], numbers["week"]["satisfied"], numbers["week"]["low"]) == (2, 1, 1)
    assert numbers["low"] == [low.pk]
    assert (numbers["open"], numbers["longest_days"]) == (1, 9)
    page = enter_as_staff(Client(), cast.secretary).get(f"/statistics/digests/{digest_of(cast).pk}/").content.decode()
    # From those who were not satisfied it is one step to calling them.
    assert 'href="/wishes/callbacks/"' in page.partition("打了低分，请回访")[2]


def test_secretary_and_street_officer_are_told_once_each_of_their_own_place(cast: Cast) -> None:
    sweep_digests(now=NEXT_MONDAY)
    drain()
    sweep_digests(now=NEXT_MONDAY)
    drain()
    told = dict(Notice.objects.filter(kind="wishes.weekly_digest").values_list("recipient", "params__place"))
    assert told == {cast.secretary.pk: "洲岛家园社区", cast.street_officer.pk: "江心洲街道"}


def test_the_e_mail_has_the_numbers_and_no_names(cast: Cast) -> None:
    cast.secretary.email = "secretary@example.org"
    cast.secretary.save(update_fields=["email"])
    now = datetime.now(tz=TIME_ZONE)
    posted(cast, at=now - timedelta(days=1))
    drain()
    make_digest(territory=cast.community, week=now.date() - timedelta(days=now.weekday() + 7), at=now)
    drain()
    ChannelDelivery.objects.update(next_attempt_at=now, urgent=True)
    send_waiting(in_bulk=False, seconds=2)
    assert [message.to for message in mail.outbox] == [["secretary@example.org"]]
    words = mail.outbox[0].subject + str(mail.outbox[0].body)
    assert "现在在办 1 件" in words
    assert SECRET_NAME not in words


def test_page_and_paper_are_for_the_place_only(cast: Cast) -> None:
    wish = posted(cast)
    drain()
    sweep_digests(now=NEXT_MONDAY)
    digest = digest_of(cast)
    client = enter_as_staff(Client(), cast.secretary)
    page = client.get(f"/statistics/digests/{digest.pk}/").content.decode()
    assert wish.title in page
    answer = client.get(f"/statistics/digests/{digest.pk}/paper/")
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-")
    stranger = make_staff(Role.COMMUNITY_SECRETARY, type(cast.community).objects.get(code="320105004002"))
    foreign = enter_as_staff(Client(), stranger)
    for address in (f"/statistics/digests/{digest.pk}/", f"/statistics/digests/{digest.pk}/paper/"):
        assert foreign.get(address).status_code == 404
    assert f"/statistics/digests/{digest.pk}/" not in foreign.get("/statistics/digests/").content.decode()
    assert foreign.get("/api/v1/statistics/digests/").json()["results"] == []
    assert [each["place"] for each in client.get("/api/v1/statistics/digests/").json()["results"]] == [
        cast.community.code
    ]


def test_the_paper_says_nothing_private(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    wish = posted(cast)
    drain()
    sweep_digests(now=NEXT_MONDAY)
    drawn: list[str] = []

    def draw(template: str, context: dict[str, Any], *, name: str) -> HttpResponse:
        drawn.append(render_to_string(template, context))
        return HttpResponse(name)

    monkeypatch.setattr("wishes.statistics.digest_views.pdf_response", draw)
    client = enter_as_staff(Client(), cast.secretary)
    client.get(f"/statistics/digests/{digest_of(cast).pk}/paper/")
    assert wish.number in drawn[0]
    for private in (SECRET_NAME, SECRET_ADDRESS, wish.title, wish.details, wish.place):
        assert private not in drawn[0]
