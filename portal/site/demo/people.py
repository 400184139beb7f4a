"""Who plays in the demo: staff in every role, volunteers, Party members and residents. All invented."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.contrib.auth.hashers import make_password
from django.utils import timezone

from grids.roles.models import Appointment, Role
from grids.roles.services import appoint, approve_residency, request_residency
from grids.territory.models import Territory
from portal.accounts.consents import give_consent
from portal.accounts.models import ConsentText, User
from portal.accounts.services import enrol_totp, register_resident
from portal.site.demo.places import grid_code
from portal.site.start import DEMO_PREFIX

# Known to everybody and printed with the accounts: production refuses to start on a database that holds them.
PASSWORD = "wuwei-demo-2026"  # noqa: S105
TOTP_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"  # noqa: S105

ISLAND, HEPING = "320105", "120101"
HOME, EGRET, GARDEN, PURPLE = "320105004004", "320105004002", "320105004005", "320105004006"
SPRING, COURT, LEARNED = "120101001005", "120101001014", "120101003001"


@dataclass(frozen=True)
class Staff:
    """Somebody who enters with a password and a second factor; `posts` are role and place (community-grid)."""

    login: str
    name: str
    posts: tuple[tuple[Role, str], ...]
    phone: str = ""

    @property
    def username(self) -> str:
        return f"{DEMO_PREFIX}{self.login}"


@dataclass(frozen=True)
class Neighbour:
    """Somebody who enters by phone code. `number` are the last four digits of the phone."""

    name: str
    shown: str
    number: str
    community: str
    address: str = ""
    posts: tuple[tuple[Role, str], ...] = field(default=())
    confirmed: bool = True
    language: str = "zh-hans"
    elder: bool = False

    @property
    def phone(self) -> str:
        return f"+861380001{self.number}"


ADMINISTRATORS = (
    Staff("system", "韩涛", ((Role.SYSTEM_ADMINISTRATOR, ISLAND), (Role.SYSTEM_ADMINISTRATOR, HEPING))),
    Staff("security", "丁洁", ((Role.SECURITY_ADMINISTRATOR, ISLAND), (Role.SECURITY_ADMINISTRATOR, HEPING))),
    Staff("audit", "白帆", ((Role.AUDIT_ADMINISTRATOR, ISLAND), (Role.AUDIT_ADMINISTRATOR, HEPING))),
)
STAFF = (
    Staff("district", "顾建国", ((Role.DISTRICT_ADMINISTRATOR, ISLAND),)),
    Staff("supervisor", "沈清", ((Role.SUPERVISOR, ISLAND),)),
    Staff("street", "周明远", ((Role.STREET_OFFICER, "320105004"),), "025-5550 0001"),
    Staff("secretary", "许静", ((Role.COMMUNITY_SECRETARY, HOME),), "025-5550 0104"),
    Staff("worker", "陈晓雨", ((Role.COMMUNITY_WORKER, HOME),), "025-5550 0114"),
    Staff("grid", "刘建平", ((Role.GRID_HEAD, f"{HOME}-1"),), "025-5550 0124"),
    Staff("member", "孙丽", ((Role.GRID_MEMBER, f"{HOME}-1"),)),
    Staff("grid2", "马秀兰", ((Role.GRID_HEAD, f"{HOME}-2"),), "025-5550 0134"),
    Staff("grid3", "蒋国强", ((Role.GRID_HEAD, f"{HOME}-3"),), "025-5550 0144"),
    Staff("egret", "赵磊", ((Role.COMMUNITY_WORKER, EGRET),), "025-5550 0112"),
    Staff("egret-grid", "方敏", ((Role.GRID_HEAD, f"{EGRET}-1"), (Role.GRID_HEAD, f"{EGRET}-2")), "025-5550 0122"),
    Staff("egret-secretary", "严正", ((Role.COMMUNITY_SECRETARY, EGRET),)),
    Staff("garden", "魏红", ((Role.COMMUNITY_WORKER, GARDEN),), "025-5550 0115"),
    Staff("garden-grid", "唐小龙", ((Role.GRID_HEAD, f"{GARDEN}-1"),), "025-5550 0125"),
    Staff("purple", "潘玉梅", ((Role.COMMUNITY_SECRETARY, PURPLE),), "025-5550 0106"),
    Staff("heping-street", "郑海", ((Role.STREET_OFFICER, "120101001"),), "022-5550 0001"),
    Staff("heping", "田野", ((Role.COMMUNITY_WORKER, SPRING),), "022-5550 0105"),
    Staff("heping-grid", "于秀英", ((Role.GRID_HEAD, f"{SPRING}-1"),), "022-5550 0115"),
)
VOLUNTEER, PARTY = Role.VOLUNTEER, Role.PARTY_MEMBER
NEIGHBOURS = (
    Neighbour("钱桂芳", "桂芳阿姨", "1001", HOME, "洲岛家园3栋2单元501室", elder=True),
    Neighbour("何小军", "水电工小何", "1002", HOME, "洲岛家园5栋1单元302室", ((VOLUNTEER, HOME),)),
    Neighbour("吴敏", "吴老师", "1003", HOME, "洲岛家园2栋1单元1104室", ((VOLUNTEER, "320105004"),)),
    Neighbour("林志强", "老林", "1004", HOME, "洲岛家园8栋2单元203室", ((PARTY, HOME),)),
    Neighbour("王梅", "楼上的王梅", "1005", HOME, "洲岛家园1栋1单元402室"),
    Neighbour("孙德福", "孙大爷", "1006", HOME, "洲岛家园6栋3单元101室", elder=True),
    Neighbour("李婷", "小满妈妈", "1007", HOME, "洲岛家园4栋2单元905室"),
    Neighbour("张建华", "张师傅", "1008", HOME, "洲岛家园7栋1单元601室"),
    Neighbour("欧阳雪", "雪儿", "1009", HOME, "洲岛家园9栋1单元1502室", ((VOLUNTEER, HOME),)),
    Neighbour("徐国栋", "老徐", "1010", HOME, "洲岛家园10栋2单元301室"),
    Neighbour("朱秀珍", "朱奶奶", "1011", HOME, "洲岛家园11栋1单元102室", elder=True),
    Neighbour("冯涛", "冯涛", "1012", HOME, "洲岛家园12栋2单元1203室"),
    Neighbour("高洁", "高医生", "1013", HOME, "洲岛家园3栋1单元801室", ((VOLUNTEER, HOME), (PARTY, HOME))),
    Neighbour("陆一鸣", "一鸣", "1014", HOME, confirmed=False),
    Neighbour("曹阳", "曹阳", "1015", EGRET, "白鹭花园2栋1单元703室", ((VOLUNTEER, EGRET),)),
    Neighbour("谢桂英", "谢阿姨", "1016", EGRET, "白鹭花园4栋2单元202室", elder=True),
    Neighbour("罗勇", "跑步的罗勇", "1017", EGRET, "白鹭花园1栋3单元1001室"),
    Neighbour("梁静", "梁静", "1018", EGRET, "白鹭花园5栋1单元404室", ((PARTY, EGRET),)),
    Neighbour("宋磊", "宋磊", "1019", GARDEN, "洲岛和园2栋1单元606室", ((VOLUNTEER, "320105004"),)),
    Neighbour("唐玉兰", "唐奶奶", "1020", GARDEN, "洲岛和园1栋1单元103室", elder=True),
    Neighbour("韩雪梅", "和园韩姐", "1021", GARDEN, "洲岛和园3栋2单元1102室"),
    Neighbour("邓超群", "邓超群", "1022", PURPLE, "洲岛紫园1栋2单元505室"),
    Neighbour("彭家豪", "Harry Pang", "1023", PURPLE, "洲岛紫园2栋1单元902室", language="en"),
    Neighbour("萧美珍", "美珍", "1024", "320105004007", "洲岛绿园1栋1单元301室", language="zh-hant"),
    Neighbour("程宝山", "老程", "1025", SPRING, "林泉里3门202", elder=True),
    Neighbour("苏文娟", "苏文娟", "1026", SPRING, "林泉里5门601", ((VOLUNTEER, SPRING),)),
    Neighbour("魏长河", "魏大爷", "1027", SPRING, "林泉里1门102", elder=True),
    Neighbour("蔡明", "蔡明", "1028", COURT, "静园2号楼305"),
)


def engage(now: datetime) -> dict[str, User]:
    """Everybody, registered and confirmed months ago, by name. Administrators first, since they appoint the others.

    The three administrators are named by a founder's account that can never log in, as on a fresh portal; the
    security administrator then appoints staff, and each community names its volunteers.
    """
    people: dict[str, User] = {}
    since = timezone.localdate(now) - timedelta(days=200)
    founder = User.objects.create_user(username=f"{DEMO_PREFIX}founder", is_superuser=True, display_name="创建人")
    password = make_password(PASSWORD)
    for one in (*ADMINISTRATORS, *STAFF):
        people[one.name] = User.objects.create(
            username=one.username,
            password=password,
            legal_name=one.name,
            display_name=one.name,
            is_staff=True,
            date_joined=now - timedelta(days=210),
        )
        enrol_totp(user=people[one.name], secret=TOTP_SECRET)
    for one in ADMINISTRATORS:
        for role, code in one.posts:
            _appoint(founder, people[one.name], role, code, since)
    # Its work is done: from now on only the three administrators name people.
    User.objects.filter(pk=founder.pk).update(is_active=False, is_superuser=False)
    return people


def appoint_staff(people: dict[str, User], now: datetime) -> None:
    """Staff in every role, once the grids are there; one grid keeps no head, and one community nobody at all."""
    since = timezone.localdate(now) - timedelta(days=190)
    for one in STAFF:
        for role, code in one.posts:
            _appoint(people["丁洁"], people[one.name], role, code, since, phone=one.phone)


def settle(people: dict[str, User], now: datetime) -> None:
    """Residents with their residency, and those of them who volunteer or belong to the Party."""
    joined = now - timedelta(days=150)
    for number, one in enumerate(NEIGHBOURS):
        at = joined + timedelta(days=number, hours=number % 9)
        person = register_resident(
            phone=one.phone, legal_name=one.name, display_name=one.shown, language=one.language, now=at
        )
        if one.elder:
            person.elder_mode = True
            person.save(update_fields=["elder_mode"])
        people[one.name] = person
        give_consent(actor=person, user=person, kind=ConsentText.Kind.PUBLICATION, now=at)
        _move_in(people, person, one, at)
        for role, code in one.posts:
            _appoint(people["丁洁"], person, role, code, timezone.localdate(now) - timedelta(days=120))


def _move_in(people: dict[str, User], person: User, one: Neighbour, at: datetime) -> None:
    community = Territory.objects.get(code=one.community)
    asked = at if one.confirmed else timezone.now() - timedelta(hours=20)
    residency = request_residency(actor=person, community=community, address=one.address, now=asked)
    decider = _decider(one.community)
    if one.confirmed and decider:
        reason = "上门看过，住在这里。"
        approve_residency(actor=people[decider], residency=residency, reason=reason, now=at + timedelta(hours=26))


def _decider(community: str) -> str:
    """Who confirms residents of that community: its worker or secretary; nobody where nobody is appointed."""
    roles = (Role.COMMUNITY_WORKER, Role.COMMUNITY_SECRETARY)
    return next((one.name for one in STAFF for role, code in one.posts if code == community and role in roles), "")


def _appoint(actor: User, user: User, role: Role, code: str, since: date, *, phone: str = "") -> Appointment:
    territory = Territory.objects.get(code=grid_code(code))
    at = timezone.make_aware(datetime.combine(since, datetime.min.time())) + timedelta(hours=9)
    return appoint(
        actor=actor,
        user=user,
        role=role,
        territory=territory,
        starts_on=since,
        reason="按规定程序任命",
        public_phone=phone,
        now=at,
    )
