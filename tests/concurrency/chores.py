"""Something to do for each task of the worker, and the proof that it was done once."""

from collections import Counter
from datetime import timedelta
from typing import Any

from celery import Celery
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from portal.celery import app
from portal.notifications.models import Notice
from portal.outbox.models import Delivery, Event
from portal.photos.models import Photo, PhotoState
from portal.photos.services import accept_upload
from portal.settings.addresses import broker_address
from tests.portal.photos.corpus import jpeg
from tests.portal_server import PortalServer
from tests.wishes.wishes.factories import Cast, fulfilled, posted
from wishes.wishes import services
from wishes.wishes.domain import State
from wishes.wishes.models import Wish
from wishes.wishes.photos import PHOTO_PURPOSE

RELAY = "portal.outbox.tasks.relay"
PROCESS_PHOTO = "portal.photos.tasks.process_photo"
WOKEN = (PROCESS_PHOTO,)
# Sent with what it is about when a category has been renamed; it may run again at any time.
SENT = {"wishes.wishes.tasks.index_category"}
ONCE = {
    "wishes.wish.submitted",
    "wishes.wish.published",
    "wishes.wish.claimed",
    "wishes.wish.auto_confirmed",
    "deadlines.clock.warned",
    "deadlines.clock.overdue",
}


def tasks() -> dict[str, dict[str, Any]]:
    """Every task the schedule knows, and those that are woken: by name, with what they are given."""
    app.loader.import_default_modules()
    scheduled = {entry["task"]: entry.get("kwargs", {}) for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    return scheduled | {name: {} for name in WOKEN}


def send(portal: PortalServer, known: dict[str, dict[str, Any]]) -> None:
    with Celery(broker=broker_address(portal.env["REDIS_URL"], 0), set_as_current=False) as sender:
        sender.conf.task_default_queue = "now"
        for name, arguments in known.items():
            sender.send_task(name, kwargs=arguments)


def nothing_waits(portal: PortalServer) -> bool:
    with portal.database():
        return not Delivery.objects.exclude(state=Delivery.State.DONE).exists()


class Chores:
    """Something to do for each task: a claim to tell of, a photo, an answer that never came, nobody responsible …"""

    def __init__(self, portal: PortalServer, cast: Cast) -> None:
        now = timezone.now()
        self.portal, self.cast = portal, cast
        with portal.database(wake=False):
            self.late = posted(cast, at=now - timedelta(days=40), title="早就该办的事")
            self.unanswered = fulfilled(cast, at=now - timedelta(days=30))
            self.orphan = posted(cast, at=now)
            Wish.objects.filter(pk=self.orphan.pk).update(responsible=None)
            self.claimed = posted(cast, at=now)
            services.claim_wish(actor=cast.volunteer, wish=self.claimed, at=now)
            upload = SimpleUploadedFile("a.jpg", jpeg(), "image/jpeg")
            self.photo = accept_upload(actor=cast.author, file=upload, purpose=PHOTO_PURPOSE)

    @property
    def wishes(self) -> list[int]:
        return [wish.pk for wish in (self.late, self.unanswered, self.orphan, self.claimed)]

    @property
    def tasks(self) -> dict[str, dict[str, Any]]:
        """Every task, with something to do."""
        return tasks() | {PROCESS_PHOTO: {"photo_id": str(self.photo.pk)}}

    def is_done(self) -> bool:
        with self.portal.database(wake=False):
            told = not Delivery.objects.exclude(state=Delivery.State.DONE).exists()
            closed = Wish.objects.filter(pk=self.unanswered.pk, state=State.CLOSED).exists()
            found = Wish.objects.filter(pk=self.orphan.pk, responsible__isnull=False).exists()
            shown = Photo.objects.filter(pk=self.photo.pk, state=PhotoState.READY).exists()
            warned = Event.objects.filter(type="deadlines.clock.overdue", subject_id=self.late.pk).exists()
        return told and closed and found and shown and warned

    def check_once(self) -> None:
        """Each effect is there, and none is there twice."""
        with self.portal.database(wake=False):
            events = Event.objects.filter(subject_type="wishes.wish", subject_id__in=self.wishes)
            seen = Counter((one.type, one.subject_id, one.payload.get("level")) for one in events if one.type in ONCE)
            assert ("wishes.wish.auto_confirmed", self.unanswered.pk, None) in seen
            assert max(seen.values()) == 1, seen
            dispatched = events.filter(type="wishes.wish.dispatched", subject_id=self.orphan.pk).count()
            assert dispatched == 2  # when it was posted, and when nobody was found responsible any more
            notices = Notice.objects.filter(event__in=events, recipient=self.cast.author)
            told = Counter(notices.values_list("event_id", "kind"))
            assert max(told.values()) == 1, told
            claims = notices.filter(kind="wishes.claimed", event__subject_id=self.claimed.pk)
            assert claims.count() == 1
        self.portal.manage("verify_audit")
