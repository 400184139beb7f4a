"""Visits in 洲岛家园 in recent weeks, households nobody has been to for too long, one need found. All invented."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import NAMESPACE_URL, uuid5

from django.utils import timezone

from grids.incidents.models import IncidentCategory
from grids.pairing.domain import Care
from grids.pairing.models import Household
from grids.pairing.services import set_care
from grids.visits.correcting import correct_visit, withdraw_visit
from grids.visits.dues import follow_care, keep_dues
from grids.visits.models import Visit
from grids.visits.photos import PHOTO_PURPOSE
from grids.visits.services import log_visit, plan_visit, report_need
from portal.accounts.models import User
from portal.outbox.services import drain
from portal.photos.models import Photo
from portal.photos.services import accept_upload, process_waiting_photo
from portal.site.demo.people import HOME
from portal.site.demo.pictures import picture

# Which household of which grid needs care, and since how many days.
CARED_FOR = (
    (1, 0, Care.SOLITARY, 60),
    (1, 3, Care.ILL, 40),
    (1, 8, Care.HARDSHIP, 50),
    (1, 12, Care.SOLITARY, 20),
    (2, 0, Care.SOLITARY, 45),
    (2, 5, Care.DISABLED, 30),
)


@dataclass(frozen=True)
class Call:
    """Who was where how many days ago, at which hour, and how it went."""

    who: str
    grid: int
    home: int
    days: int
    hour: int
    kind: str
    words: str = ""
    topics: tuple[str, ...] = ()
    photo: str = ""


CALLS = (
    Call("林志强", 1, 0, 37, 16, "home", "身体还行，问了医保报销的事。", ("health", "policy")),
    Call("林志强", 1, 0, 22, 16, "home", "帮忙换了灯泡。", ("safety",)),
    Call("林志强", 1, 0, 13, 17, "away"),
    Call("林志强", 1, 0, 12, 10, "home", "刚从菜场回来，精神不错。", ("living", "mood")),
    Call("林志强", 1, 3, 9, 18, "home", "刚出院，吃饭清淡，邻居帮着买菜。", ("health", "living")),
    Call("林志强", 1, 3, 3, 18, "phone", "说复查没事。", ("health",)),
    Call("孙丽", 1, 8, 25, 10, "home", "低保材料已经交了。", ("policy", "need")),
    Call("孙丽", 1, 12, 6, 9, "outside", "在小花园晒太阳。", ("mood",)),
    Call("林志强", 1, 1, 5, 19, "home", "单元门口的灯晚上不亮。", ("safety",), "lamp"),
    Call("高洁", 2, 0, 30, 15, "home", "儿子每周来一次。", ("mood",)),
    Call("高洁", 2, 1, 2, 15, "refused"),
    Call("孙丽", 1, 3, 2, 9, "home", "敲门没人应，改天再来。"),
    Call("高洁", 2, 1, 1, 16, "home", "材料交齐了。", ("policy",)),
)


def make_visits(everybody: dict[str, User], now: datetime) -> None:
    """Care with its days, visits that were made, what is overdue told to whom it concerns."""
    for grid, number, care, days in CARED_FOR:
        home = _home(grid, number)
        set_care(actor=everybody["陈晓雨"], household=home, care=care)
        follow_care(household_id=home.pk, today=timezone.localdate(now - timedelta(days=days)))
    drain()
    visits = [_call(everybody, call, now) for call in CALLS]
    lamp = next(visit for visit, call in zip(visits, CALLS, strict=True) if call.photo)
    report_need(
        actor=everybody["林志强"],
        visit=lamp,
        category=IncidentCategory.objects.get(code="street-lamp"),
        spot="1栋1单元门口",
        words=lamp.words,
        at=lamp.visited_at + timedelta(hours=1),
    )
    wrong, twice = visits[-2:]
    correct_visit(
        actor=everybody["陈晓雨"],
        visit=wrong,
        kind="away",
        reason="话里写的是没人应门，情况点成了见到了。",
        at=wrong.visited_at + timedelta(hours=3),
    )
    withdraw_visit(
        actor=everybody["高洁"], visit=twice, reason="记错了人家。", at=twice.visited_at + timedelta(minutes=10)
    )
    plan_visit(actor=everybody["林志强"], household=_home(1, 2), wanted=True, day=timezone.localdate(now))
    drain()
    keep_dues(now=now)
    drain()


def _home(grid: int, number: int) -> Household:
    rows = Household.objects.select_related("building").filter(building__code__startswith=f"{HOME}{grid:03d}")
    return rows.order_by("building__path", "door")[number]


def _call(everybody: dict[str, User], call: Call, now: datetime) -> Visit:
    day = timezone.localtime(now) - timedelta(days=call.days)
    at = day.replace(hour=call.hour, minute=20, second=0, microsecond=0)
    who, home = everybody[call.who], _home(call.grid, call.home)
    return log_visit(
        actor=who,
        household=home,
        key=uuid5(NAMESPACE_URL, f"demo-visit-{call.grid}-{call.home}-{call.days}"),
        kind=call.kind,
        topics=call.topics,
        words=call.words,
        photos=[_photograph(who, call.photo, at)] if call.photo else [],
        at=at,
    )


def _photograph(owner: User, name: str, at: datetime) -> Photo:
    """A drawn photo, taken in and made ready as any other."""
    photo = accept_upload(actor=owner, file=picture(name, 2000), purpose=PHOTO_PURPOSE)
    Photo.objects.filter(pk=photo.pk).update(created_at=at)
    process_waiting_photo(photo_id=photo.pk, now=at)
    photo.refresh_from_db()
    return photo
