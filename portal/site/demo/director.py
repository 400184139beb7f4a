"""Plays all stories in the order of time, with clocks swept and people told as on a running portal."""

import heapq
from collections.abc import Callable, Iterable
from datetime import datetime, time, timedelta

from django.db import connection, transaction
from django.utils import timezone

from grids.incidents.catalogue import ensure_default_categories as ensure_incident_categories
from grids.overview.trend import count_day
from grids.territory.models import Territory
from grids.territory.services import change_setting
from portal.accounts.models import User
from portal.deadlines.domain import TIME_ZONE
from portal.deadlines.sweeping import sweep_clocks
from portal.deadlines.years import remind_of_missing_years
from portal.notifications.models import Notice
from portal.notifications.services import keep_to_inboxes, mark_all_read
from portal.outbox.services import drain
from portal.photos.models import Photo
from portal.photos.services import accept_upload, process_waiting_photo
from portal.site.demo import bodies, cells, gatherings, pairing, people, places, visits
from portal.site.demo.imports import import_district
from portal.site.demo.net import change_net
from portal.site.demo.people import EGRET
from portal.site.demo.pictures import picture
from portal.site.demo.places import grid_code
from portal.site.demo.script import Scene, Step, Story
from portal.site.demo.stories_desk import arrange_desk
from portal.site.demo.stories_incidents import play_incidents
from portal.site.demo.stories_interfaces import receive_call
from portal.site.demo.stories_origins import make_wishes
from portal.site.demo.stories_patrols import walk_patrols
from portal.site.start import DEMO_PREFIX
from wishes.statistics.digests import sweep_digests
from wishes.wishes import services
from wishes.wishes.catalogue import ensure_default_categories
from wishes.wishes.domain import State
from wishes.wishes.limits import REOPEN_DAYS
from wishes.wishes.models import Category, Wish
from wishes.wishes.photos import PHOTO_PURPOSE
from wishes.wishes.services.reminding import remind_all

# How often clocks are looked at while time passes; a running portal does so every minute.
SWEEP = timedelta(hours=12)
# What is older than this has been read.
UNREAD = timedelta(days=2)
Progress = Callable[[int, int], None]


class FutureStory(Exception):
    """A story's step would lie in the future: its author has to begin it earlier."""


def is_loaded() -> bool:
    """Whether this database has the demo."""
    return User.objects.filter(username__startswith=DEMO_PREFIX).exists()


def load(stories: Iterable[Story], *, now: datetime, progress: Progress) -> None:
    """All of the demo in one transaction: it is there whole or not at all."""
    places.import_places()
    with transaction.atomic():
        _plan_each_time()
        everybody = people.engage(now)
        places.draw_grids(everybody["韩涛"])
        people.appoint_staff(everybody, now)
        ensure_default_categories()
        ensure_incident_categories()
        change_setting(actor=everybody["韩涛"], territory=Territory.objects.get(code=EGRET), key=REOPEN_DAYS, text="10")
        people.settle(everybody, now)
        bodies.register_bodies(everybody, now)
        cells.set_up_organisations(everybody, now)
        cells.report_members(everybody, now)
        pairing.pair_households(everybody, now)
        visits.make_visits(everybody, now)
        gatherings.hold_gatherings(everybody, now)
        play_incidents(everybody, now=now)
        Director(everybody, now=now, progress=progress).play(list(stories))
        make_wishes(everybody, now=now)
        walk_patrols(everybody, now=now)
        change_net(everybody, now=now)
        import_district(everybody)
        remind_of_missing_years(now=now)
        drain()
        arrange_desk(everybody, now=now)
        # The log of what was just played tells what was open on each day before.
        count_day(now=now)
        _read_old_notices(everybody.values(), now - UNREAD)
        keep_to_inboxes(now=now)


def _plan_each_time() -> None:
    """Nobody takes stock of the tables inside of one transaction: plans kept from its beginning know empty ones."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL plan_cache_mode = force_custom_plan")


class Director:
    """Keeps everybody, all wishes by story, and the time that has been reached."""

    def __init__(self, everybody: dict[str, User], *, now: datetime, progress: Progress) -> None:
        self.people = everybody
        self.now = now
        self.progress = progress
        self.wishes: dict[str, Wish] = {}
        self.photos = 0

    def play(self, stories: list[Story]) -> None:
        """Every step of every story, the earliest first. Raises FutureStory."""
        waiting: list[tuple[datetime, int, int]] = []
        for number, story in enumerate(stories):
            heapq.heappush(waiting, (self._begins(story), number, 0))
        total, played = sum(1 + len(story.steps) for story in stories), 0
        swept = waiting[0][0]
        while waiting:
            at, number, step = heapq.heappop(waiting)
            story = stories[number]
            if at > self.now:
                raise FutureStory(f"{story.key}, step {step}: {at}")
            swept = self._pass_time(swept, at)
            if step == 0:
                self._post(story, at)
            else:
                self._take(story, story.steps[step - 1], at)
            drain()
            if step < len(story.steps):
                heapq.heappush(waiting, (at + story.steps[step].after, number, step + 1))
            played += 1
            self.progress(played, total)
        self._pass_time(swept, self.now)
        # So that the portal has nothing to catch up with when it starts.
        self._sweep(self.now)

    def _pass_time(self, swept: datetime, until: datetime) -> datetime:
        """What the portal does by itself while time passes: warnings, escalation, confirmation."""
        while swept + SWEEP <= until:
            swept += SWEEP
            self._sweep(swept)
        return swept

    def _sweep(self, at: datetime) -> None:
        if sweep_clocks(now=at) + remind_all(now=at):
            drain()
        if sweep_digests(now=at):
            drain()
        for wish in Wish.objects.filter(state=State.FULFILLED, fulfilled_at__lte=at - timedelta(days=7)):
            services.auto_confirm_wish(wish=wish, at=at)
            drain()

        for wish in Wish.objects.nobody_took(at):
            services.assign_to_party(wish=wish, at=at)
            drain()

    def _begins(self, story: Story) -> datetime:
        if story.hours:
            return self.now - timedelta(hours=story.hours)
        day = timezone.localdate(self.now) - timedelta(days=story.days)
        return datetime.combine(day, time.fromisoformat(story.clock), tzinfo=TIME_ZONE)

    def _post(self, story: Story, at: datetime) -> None:
        if story.hotline:
            self.wishes[story.key] = receive_call(story, self.people, at)
            return
        author = self.people[story.who]
        actor = self.people[story.by] if story.by else author
        draft = services.start_draft(actor=actor, on_behalf_of=author if story.by else None, at=at)
        amount, unit = story.amount
        services.save_draft(
            actor=actor,
            wish=draft,
            title=story.title,
            details=story.details,
            category=Category.objects.get(code=story.category),
            territory=Territory.objects.get(code=grid_code(story.place)),
            place=story.spot,
            contact_name=author.legal_name,
            show_name=story.named,
            special_group=story.special,
            quantity=amount or None,
            unit=unit,
            draft_step="" if story.sent else "who",
        )
        for name in story.photos:
            services.attach_photo(actor=actor, wish=draft, photo=self._photograph(actor, name, at))
        self.wishes[story.key] = services.submit_wish(actor=actor, wish=draft, at=at) if story.sent else draft

    def _take(self, story: Story, step: Step, at: datetime) -> None:
        wish = Wish.objects.select_related("author", "claimant", "responsible").get(pk=self.wishes[story.key].pk)
        scene = Scene(
            wish=wish,
            people=self.people,
            wishes=self.wishes,
            photograph=lambda owner, name: self._photograph(owner, name, at),
            at=at,
        )
        step.act(scene)

    def _photograph(self, owner: User, name: str, at: datetime) -> Photo:
        """A drawn photo, taken in and made ready as any other."""
        self.photos += 1
        photo = accept_upload(actor=owner, file=picture(name, self.photos), purpose=PHOTO_PURPOSE)
        Photo.objects.filter(pk=photo.pk).update(created_at=at)
        process_waiting_photo(photo_id=photo.pk, now=at)
        photo.refresh_from_db()
        return photo


def _read_old_notices(everybody: Iterable[User], before: datetime) -> None:
    for person in everybody:
        newest = Notice.objects.of(person.pk).filter(created_at__lt=before).first()
        if newest is not None:
            mark_all_read(actor=person, up_to=newest, now=newest.created_at + timedelta(hours=1))
