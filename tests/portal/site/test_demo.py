"""The demo: every state and end, true clocks and notices, the same people each time, and never twice."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from pytest_django import Settings

from grids.territory.models import Territory
from portal.accounts.models import User
from portal.deadlines.models import Clock
from portal.notifications.domain import Standing
from portal.notifications.models import ChannelDelivery, Notice
from portal.outbox.models import Delivery, Event
from portal.photos.models import Photo
from portal.site.demo.people import ADMINISTRATORS, STAFF
from portal.site.demo.stories import STORIES
from wishes.origins.models import WishOrigin
from wishes.wishes.domain import End, State
from wishes.wishes.models import Wish

pytestmark = pytest.mark.django_db


@pytest.fixture
def demo(tmp_path: Path, settings: Settings) -> None:
    settings.MEDIA_ROOT = tmp_path
    call_command("load_demo", stdout=StringIO())


# One test, since the demo is loaded once for it and takes a while.
def test_the_demo_shows_everything_and_is_true(demo: None) -> None:
    wishes = Wish.objects.all()
    assert len(STORIES) >= 60
    assert set(wishes.values_list("state", flat=True)) == set(State)
    assert set(wishes.exclude(end="").values_list("end", flat=True)) == set(End)
    assert wishes.filter(reopen_count__gt=0).exists()
    assert wishes.filter(state=State.CLOSED, end=End.FULFILLED, ratings=None).exists(), "one confirmed itself"
    assert set(wishes.open().values_list("escalation", flat=True)) >= {0, 3}
    assert wishes.filter(waiting_since__isnull=False, state=State.CLAIMED).exists()

    now = timezone.now()
    assert not Event.objects.filter(occurred_at__gt=now).exists()
    assert not Notice.objects.filter(created_at__gt=now).exists()
    assert not Delivery.objects.exclude(state=Delivery.State.DONE).exists()
    assert not ChannelDelivery.objects.exclude(standing=Standing.SKIPPED).exists(), "no messages to invented people"
    assert not Photo.objects.exclude(state="ready").exists()
    for wish in wishes.exclude(number=""):
        assert wish.number.startswith(f"{timezone.localdate(wish.submitted_at):%Y-%m%d}-")
        clock = Clock.objects.get(subject_type="wishes.wish", subject_id=wish.pk)
        assert clock.is_live == (wish.state not in {State.FULFILLED, State.CLOSED})
        assert not clock.is_live or clock.due_at == wish.due_at
        steps = Event.objects.about(wish).order_by("id").values_list("occurred_at", flat=True)
        assert list(steps) == sorted(steps), "the timeline was lived in order"

    street = Territory.objects.get(code="320105004")
    assert Territory.objects.under(street).filter(level=5).count() == 7
    drawn = Territory.objects.exclude(boundary=None)
    assert drawn.count() > 20
    assert not drawn.filter(boundary_is_illustrative=False).exists()

    told = (
        len(STORIES) + WishOrigin.objects.filter(way="from").count()
    )  # what was found at a door became wishes besides
    assert wishes.count() == told
    second = StringIO()
    call_command("load_demo", stdout=second)
    assert "已经装好" in second.getvalue()
    assert wishes.count() == told

    listed = StringIO()
    call_command("load_demo", "--accounts", stdout=listed)
    assert all(one.username in listed.getvalue() for one in (*STAFF, *ADMINISTRATORS))
    assert not User.objects.filter(is_superuser=True, is_active=True).exists()


def test_it_refuses_a_portal_that_people_use() -> None:
    User.objects.create_user(phone="+8613912340000")

    with pytest.raises(CommandError):
        call_command("load_demo", stdout=StringIO())


def test_production_refuses_it(settings: Settings) -> None:
    settings.REFUSE_DEMO_ACCOUNTS = True

    with pytest.raises(CommandError):
        call_command("load_demo", stdout=StringIO())
    assert not User.objects.exists()
