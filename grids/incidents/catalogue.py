"""What can be reported in a new portal: components and events (docs/domain.md §5); administrators go on from there."""

from typing import NamedTuple

from django.db import transaction

from grids.incidents.domain import Group
from grids.incidents.models import IncidentCategory
from grids.territory.domain import Level


class Entry(NamedTuple):
    """One category and the limit it has to begin with."""

    code: str
    name: str
    limit: str
    hint: str = ""
    level: Level = Level.GRID
    emergency: str = ""


CATEGORIES: dict[Group, tuple[Entry, ...]] = {
    Group.PUBLIC: (
        Entry("manhole", "井盖缺损", "2wh", "井盖松动、破损、不见了", emergency="先挡一挡，别让人踩空"),
        Entry("street-lamp", "路灯不亮", "3d", "路灯、楼道灯"),
        Entry("public-facility", "公用设施损坏", "5d", "长椅、健身器材、快递柜"),
    ),
    Group.TRAFFIC: (
        Entry("road-surface", "路面破损", "5d", "坑洼、积水、地砖松动", level=Level.COMMUNITY),
        Entry("road-sign", "交通标志损坏", "3d", "护栏、标牌、车位锁", level=Level.COMMUNITY),
    ),
    Group.SANITATION: (Entry("bin", "垃圾桶破损、满溢", "8wh", "垃圾桶、投放点"),),
    Group.GREENING: (
        Entry("tree", "树木倒伏、断枝", "4wh", "压到车或挡了路的", emergency="碰到电线请不要靠近，打95598"),
        Entry("green", "绿地损坏", "5d", "踩踏、缺株、病虫害"),
    ),
    Group.OTHER_COMPONENT: (Entry("other-component", "其他设施", "5d", "别处没有列出的"),),
    Group.APPEARANCE: (
        Entry("litter", "暴露垃圾", "4wh", "路边、绿地里的垃圾"),
        Entry("clutter", "楼道堆物", "2d", "占了通道、堵了门"),
    ),
    Group.ADVERTISING: (Entry("posters", "乱贴小广告", "8wh", "墙上、电梯里、电线杆上"),),
    Group.CONSTRUCTION: (
        Entry("noise", "施工扰民", "4wh", "夜里施工、扬尘", level=Level.COMMUNITY),
        Entry("illegal-building", "违法搭建", "5d", "私搭乱建", level=Level.STREET),
    ),
    Group.EMERGENCY: (
        Entry("leak", "爆管漏水", "2h", "路面冒水、墙里漏水"),
        Entry("fire-risk", "消防隐患", "2h", "飞线充电、堵了消防通道", emergency="已经起火请马上打119"),
    ),
    Group.STREET_ORDER: (
        Entry("parking", "乱停车", "4wh", "占了消防通道、盲道"),
        Entry("stall", "占道经营", "1d", "摆到路上的摊子", level=Level.COMMUNITY),
    ),
    Group.OTHER_EVENT: (Entry("other-event", "其他事件", "3d", "别处没有列出的"),),
}


@transaction.atomic
def ensure_default_categories() -> None:
    """The first categories, where there is none yet. What an administrator removed stays removed."""
    if IncidentCategory.objects.exists():
        return
    position = 0
    for group, entries in CATEGORIES.items():
        for entry in entries:
            position += 10
            IncidentCategory.objects.create(
                code=entry.code,
                name=entry.name,
                group=group,
                limit=entry.limit,
                handled_at=entry.level,
                hint=entry.hint,
                emergency_advice=entry.emergency,
                position=position,
            )
