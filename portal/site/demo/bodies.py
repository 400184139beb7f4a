"""Bodies of the demo: a team, social organisations, thirteen canteens, a Party organisation. All invented."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from grids.bodies.domain import BodyKind
from grids.bodies.models import Body
from grids.bodies.services import add_body, add_member
from grids.bodies.units import set_unit
from grids.roles.domain import Role
from grids.roles.services import appoint
from grids.territory.models import Territory
from portal.accounts.models import User
from portal.site.demo.people import HOME

STREET, GREEN = "320105004", "320105004007"


@dataclass(frozen=True)
class DemoBody:
    """A body and who acts for it."""

    kind: BodyKind
    name: str
    place: str
    people: tuple[str, ...]
    description: str = ""


TEAM, SOCIAL = BodyKind.TEAM, BodyKind.SOCIAL_ORGANISATION
UNIT, PARTY = BodyKind.CO_BUILDING_UNIT, BodyKind.PARTY_ORGANISATION
DEPARTMENT = BodyKind.DEPARTMENT
_STEWARDS = ("宋磊", "吴敏", "林志强", "高洁")
CANTEENS = tuple(
    f"{name}食堂"
    for name in (
        "江心洲小学",
        "洲岛幼儿园",
        "生态科技园",
        "青年公寓",
        "街道机关",
        "消防救援站",
        "公交场站",
        "自来水厂",
        "老年大学",
        "康养中心",
        "建工项目部",
        "葡萄合作社",
        "船舶修造厂",
    )
)
BODIES = (
    DemoBody(TEAM, "洲岛家园“老邻居”志愿服务队", HOME, ("高洁",), "修修补补、陪诊、代买"),
    DemoBody(SOCIAL, "江洲社会工作服务中心", STREET, ("宋磊",), "心理疏导、儿童托管、老人陪伴"),
    DemoBody(UNIT, "洲岛物业服务公司", HOME, ("林志强",), "水电维修、搬运"),
    *(
        DemoBody(UNIT, name, STREET, (_STEWARDS[number % len(_STEWARDS)],), "收购本地蔬菜")
        for number, name in enumerate(CANTEENS)
    ),
    DemoBody(DEPARTMENT, "江心洲综合执法中队", STREET, ("宋磊",), "占道、违建、户外广告"),
    DemoBody(DEPARTMENT, "江心洲市场监管所", STREET, ("吴敏",), "食品、摊点、餐饮"),
    DemoBody(PARTY, "洲岛绿园社区党委", GREEN, ("周明远",), "没有人认领的心愿，由我们负责到底"),
)


# The company that looks after the houses has somebody from the street and somebody from the grid.
UNIT_STAFF = (
    (Role.INSTRUCTOR, "周明远", "洲岛物业服务公司", "025-5550 0001"),
    (Role.LIAISON_OFFICER, "孙丽", "洲岛物业服务公司", "025-5550 0154"),
)


def register_bodies(everybody: dict[str, User], now: datetime) -> None:
    """All bodies, registered by the system administrator, with people who have acted for them for months."""
    actor, since = everybody["韩涛"], timezone.localdate(now) - timedelta(days=120)
    for one in BODIES:
        place = Territory.objects.get(code=one.place)
        body = add_body(actor=actor, kind=one.kind, name=one.name, territory=place, description=one.description)
        for name in one.people:
            add_member(actor=actor, body=body, user=everybody[name], starts_on=since)
    _send_to_units(everybody, now)


def _send_to_units(everybody: dict[str, User], now: datetime) -> None:
    """An instructor and a liaison officer for a unit, appointed in its community by the security administrator."""
    actor, at = everybody["丁洁"], now - timedelta(days=110)
    for role, name, unit, phone in UNIT_STAFF:
        body = Body.objects.select_related("territory").get(name=unit)
        given = appoint(
            actor=actor,
            user=everybody[name],
            role=role,
            territory=body.territory,
            starts_on=timezone.localdate(at),
            reason="按规定程序任命",
            public_phone=phone,
            now=at,
        )
        set_unit(actor=actor, appointment=given, unit=body, now=at)
