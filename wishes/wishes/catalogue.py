"""What a new portal's wishes can be about, and wording ready for answers; administrators go on in the admin."""

from typing import NamedTuple

from django.db import transaction

from grids.roles.domain import Role
from wishes.wishes.domain import Kind, Urgency
from wishes.wishes.models import AnswerTemplate, Category


class Leaf(NamedTuple):
    """One category; the group it stands under gives its first level."""

    code: str
    name: str
    hint: str
    icon: str
    kind: Kind = Kind.SERVICE
    urgency: Urgency = Urgency.WEEK
    role: str = ""
    verify: bool = False
    moderate: bool = False
    emergency: str = ""
    gift: bool = False


GROUPS: dict[tuple[str, str], tuple[Leaf, ...]] = {
    ("home", "家里的事"): (
        Leaf("repair", "小修小补", "水龙头、灯泡、门锁", "tools"),
        Leaf(
            "burst",
            "漏水停电",
            "要马上有人来看",
            "droplet",
            urgency=Urgency.IMMEDIATE,
            emergency="闻到燃气味，先离开再打119",
        ),
        Leaf("errand", "跑腿帮忙", "买药、取快递、搬东西", "bag", urgency=Urgency.DAY),
    ),
    ("care", "照顾陪伴"): (
        Leaf("company", "陪伴聊天", "陪着说说话、散散步", "chat-heart"),
        Leaf("clinic", "陪同看病", "挂号、取药、陪着去", "hospital"),
        Leaf("learning", "学习辅导", "功课、手机、识字", "book"),
    ),
    ("things", "缺什么"): (
        Leaf("gift", "想要一样东西", "轮椅、书包、电饭锅", "gift", kind=Kind.GOODS, gift=True),
        Leaf("market", "帮忙卖一卖", "自家菜、手工活卖不掉", "basket", kind=Kind.GOODS),
    ),
    ("joy", "想去看看"): (
        Leaf("visit", "圆个小心愿", "看一次海、坐一次地铁", "stars", kind=Kind.VISIT, urgency=Urgency.FORTNIGHT),
    ),
    ("public", "大家的事"): (
        Leaf("light", "路灯和路面", "灯不亮、路不平", "lightbulb", kind=Kind.PUBLIC_MATTER),
        Leaf("clean", "环境卫生", "垃圾、楼道堆物", "trash", kind=Kind.PUBLIC_MATTER),
        Leaf(
            "facility",
            "公共设施",
            "长椅、健身器材、晾衣杆",
            "tree",
            kind=Kind.PUBLIC_MATTER,
            urgency=Urgency.FORTNIGHT,
            role=Role.COMMUNITY_WORKER,
        ),
        Leaf(
            "dispute",
            "邻里矛盾",
            "先由社区看过再公开",
            "people",
            role=Role.COMMUNITY_WORKER,
            moderate=True,
            emergency="有人受伤或动手，请打110",
        ),
    ),
}
PURPOSE = AnswerTemplate.Purpose
TEMPLATES = (
    (PURPOSE.DECLINE, "内容不适合公开", "您写的内容里有别人的隐私，不适合公开。改一改再提交，我们马上受理。"),
    (PURPOSE.DECLINE, "属于商业推广", "这里只帮邻居的忙，不能发商业推广。"),
    (PURPOSE.CANNOT_BE_DONE, "需要整体改造", "这件事要等整栋楼一起改造。我们已经记下，改造时一并考虑。"),
    (PURPOSE.NOT_OURS, "转城管", "这是城市管理部门的事，我们已经把情况转过去，并会跟着问结果。"),
    (PURPOSE.NOT_OURS, "转物业", "这是物业公司的责任，我们已经告诉物业，并会跟着问结果。"),
    (PURPOSE.DUPLICATE, "已有同样的心愿", "邻居已经提过同样的事，正在办，办好了一起告诉您。"),
    (PURPOSE.REJECT_VERIFICATION, "请补充情况", "还差一点情况没写清楚，补充以后再提交就行，编号不变。"),
    (PURPOSE.EXTEND, "等配件", "配件要订货，到了马上上门。"),
    (PURPOSE.ASK, "约时间", "您什么时候在家方便？我们上门看一看。"),
)


@transaction.atomic
def ensure_default_categories() -> None:
    """Categories of two levels and answer templates, where there is no category yet.

    Nothing is added to a catalogue that is in use: what an administrator removed stays removed.
    """
    if Category.objects.exists():
        return
    position = 0
    for (code, name), leaves in GROUPS.items():
        position += 10
        group = Category.objects.create(code=code, name=name, position=position)
        for leaf in leaves:
            position += 1
            Category.objects.create(
                code=leaf.code,
                name=leaf.name,
                parent=group,
                hint=leaf.hint,
                icon=leaf.icon,
                kind=leaf.kind,
                urgency=leaf.urgency,
                responsible_role=leaf.role,
                is_gift=leaf.gift,
                needs_verification=leaf.verify,
                needs_moderation=leaf.moderate,
                emergency_advice=leaf.emergency,
                position=position,
            )
    if AnswerTemplate.objects.exists():
        return
    for number, (purpose, title, text) in enumerate(TEMPLATES):
        AnswerTemplate.objects.create(purpose=purpose, title=title, text=text, position=number)
