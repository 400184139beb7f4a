"""A quarter of Party life in 洲岛家园: one branch that keeps its rhythm, one that is behind. All invented."""

from datetime import date, datetime, time, timedelta

from django.utils import timezone

from grids.cells.models import PartyOrganisation
from grids.gatherings import services
from grids.gatherings.codes import shown_code
from grids.gatherings.domain import GatheringKind, Period, Standing, Unit
from grids.gatherings.models import Gathering
from grids.gatherings.services.attending import seconds_of
from grids.members.models import PartyMember, ServicePost
from grids.members.services import decide, report
from grids.territory.models import Territory
from portal.accounts.models import User
from portal.deadlines.domain import TIME_ZONE
from portal.outbox.services import drain
from portal.photos.models import Photo
from portal.photos.services import process_waiting_photo
from portal.site.demo.people import HOME
from portal.site.demo.pictures import picture
from portal.site.demo.places import grid_code

BRANCH, GROUP, LATE = "洲岛家园第一党支部", "江畔党小组", "洲岛家园第二党支部"
OFFICERS = {BRANCH: "刘建平", GROUP: "林志强", LATE: "陈晓雨"}
# Who else has reported, to the branch or its group: unit branch and post.
MEMBERS = (
    ("徐国栋", BRANCH, "市印刷厂退休党支部", "环境卫生岗"),
    ("冯涛", BRANCH, "江岛软件公司党支部", "志愿服务岗"),
    ("李婷", BRANCH, "第二实验小学党支部", "文体活动岗"),
    ("张建华", GROUP, "市公交总公司一车队党支部", "民情收集岗"),
    ("王梅", GROUP, "江心洲街道卫生院党支部", "帮困助老岗"),
)
# What was held on which day of a month, with how many months between: kind, organisation, day, topic.
HELD = (
    (GatheringKind.THEME_DAY, BRANCH, 5, 1, "清洁江堤志愿日", "捡拾江堤垃圾，劝导文明养犬。"),
    (GatheringKind.COMMITTEE_MEETING, BRANCH, 8, 1, "研究本月党员服务安排", "排定入户走访名单。"),
    (GatheringKind.BRANCH_MEETING, BRANCH, 12, 3, "季度工作报告", "讨论电动车充电棚选址。"),
    (GatheringKind.LESSON, BRANCH, 18, 3, "学习基层治理条例", "书记讲党课。"),
    (GatheringKind.GROUP_MEETING, GROUP, 3, 1, "小组学习和谈心", "交流结对情况。"),
)
MONTHS = 4
PICTURED = {GatheringKind.THEME_DAY: "outing", GatheringKind.BRANCH_MEETING: "meeting"}


def hold_gatherings(everybody: dict[str, User], now: datetime) -> None:
    """The last months of the first branch, what it has planned next, and reminders of what the second one owes."""
    _report(everybody, now)
    today = timezone.localdate(now)
    for months_ago in range(MONTHS, -1, -1):
        month = Period.of(today, Unit.MONTH)
        for _step in range(months_ago):
            month = month.before()
        for kind, organisation, day, every, title, topics in HELD:
            on = month.first + timedelta(days=day - 1)
            is_its_month = every == 1 or month.first.month % 3 == 2
            if is_its_month and on < today - timedelta(days=1):
                _hold(everybody, kind, organisation, on, title, topics)
    at = datetime.combine(today + timedelta(days=4), time(19), tzinfo=TIME_ZONE)
    _plan(
        everybody,
        GatheringKind.THEME_DAY,
        BRANCH,
        at,
        "给独居老人送年货",
        "分三路，每路四户。",
        now - timedelta(hours=20),
    )
    drain()
    _in_each_state(everybody, now)
    services.remind_gatherings(now=now)
    drain()


def _in_each_state(everybody: dict[str, User], now: datetime) -> None:
    """One that takes place now, one called off, one that nobody spoke of, and one whose check-in ended by itself."""
    today = timezone.localdate(now)

    def on(days: int, hour: int = 19) -> datetime:
        return datetime.combine(today + timedelta(days=days), time(hour), tzinfo=TIME_ZONE)

    begun = timezone.localtime(now).replace(second=0, microsecond=0) - timedelta(minutes=30)
    lesson, called_off, _unspoken, unended = (
        _plan(everybody, kind, name, at, title, topics, min(at - timedelta(days=6), now - timedelta(hours=20)))
        for kind, name, at, title, topics in (
            (GatheringKind.LESSON, BRANCH, begun, "身边的榜样", "请老党员讲防汛的故事。"),
            (GatheringKind.THEME_DAY, GROUP, on(9), "擦洗宣传栏", ""),
            (GatheringKind.COMMITTEE_MEETING, LATE, on(-2), "讨论下季度安排", ""),
            (GatheringKind.THEME_DAY, GROUP, on(-3), "帮邻居晒被子", "分两栋楼。"),
        )
    )
    officer, members = lesson.planned_by, [everybody[who] for who, *_rest in MEMBERS]
    lesson = services.open_check_in(actor=officer, gathering=lesson, now=begun)
    for member in members[:3]:
        digits = shown_code(lesson, now, seconds_of(lesson)).digits
        services.check_in(actor=member, gathering=lesson, code=digits, now=now)
    reason = "预报有大雨，改到下个月。"
    services.cancel_gathering(actor=called_off.planned_by, gathering=called_off, reason=reason, now=now)
    unended = services.open_check_in(actor=unended.planned_by, gathering=unended, now=on(-3))
    for member in members[3:]:
        services.mark(
            actor=unended.planned_by, gathering=unended, user=member, standing=Standing.PRESENT, now=on(-3, 20)
        )
    services.end_check_ins(now=now)
    services.ask_what_became(now=now)
    drain()


def _report(everybody: dict[str, User], now: datetime) -> None:
    for name, organisation, branch, post in MEMBERS:
        member: PartyMember = report(
            actor=everybody[name],
            organisation=PartyOrganisation.objects.get(name=organisation),
            unit_branch=branch,
            post=ServicePost.objects.get(name=post),
            near=Territory.objects.get(code=grid_code(f"{HOME}-1")),
            agreed=True,
            now=now - timedelta(days=170),
        )
        words = "欢迎，已和您的支部核对过。"
        decide(actor=everybody["陈晓雨"], member=member, confirm=True, reason=words)


def _plan(
    everybody: dict[str, User], kind: GatheringKind, name: str, at: datetime, title: str, topics: str, now: datetime
) -> Gathering:
    return services.plan_gathering(
        actor=everybody[OFFICERS[name]],
        organisation=PartyOrganisation.objects.get(name=name),
        kind=kind,
        title=title,
        topics=topics,
        place="洲岛家园党群服务站二楼",
        starts_at=at,
        ends_at=at + timedelta(hours=2),
        now=now,
    )


def _hold(everybody: dict[str, User], kind: GatheringKind, name: str, on: date, title: str, topics: str) -> None:
    """Planned, checked in by code, one on leave, closed, written down and signed."""
    at = datetime.combine(on, time(19), tzinfo=TIME_ZONE)
    gathering = _plan(everybody, kind, name, at, title, topics, at - timedelta(days=5))
    officer = gathering.planned_by
    gathering = services.open_check_in(actor=officer, gathering=gathering, now=at - timedelta(minutes=10))
    members = [everybody[who] for who, organisation, *_rest in MEMBERS if name == BRANCH or organisation == GROUP]
    if kind == GatheringKind.COMMITTEE_MEETING:
        services.mark(actor=officer, gathering=gathering, user=officer, standing=Standing.PRESENT, now=at)
        members = []
    late = on.month % max(len(members), 1)
    for number, member in enumerate(members):
        if number == late:
            services.ask_leave(actor=member, gathering=gathering, reason="单位值班", now=at - timedelta(days=1))
        else:
            code = shown_code(gathering, at, seconds_of(gathering)).digits
            services.check_in(actor=member, gathering=gathering, code=code, now=at)
    ends = at + timedelta(hours=2)
    services.close_check_in(actor=officer, gathering=gathering, now=ends)
    text = f"{title}。{topics}\n大家发言后形成一致意见。"
    services.save_minutes(
        actor=officer, gathering=gathering, text=text, resolutions=["下月继续，由支委分工落实。"], now=ends
    )
    if kind in PICTURED:
        photo = services.add_photo(actor=officer, gathering=gathering, file=picture(PICTURED[kind], on.toordinal()))
        Photo.objects.filter(pk=photo.pk).update(created_at=ends)
        process_waiting_photo(photo_id=photo.pk, now=ends)
    services.sign_minutes(actor=officer, gathering=gathering, now=ends)
