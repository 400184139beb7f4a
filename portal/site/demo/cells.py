"""Party organisations of the demo, laid over 洲岛家园 and beside it, and who leads them. All invented."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from grids.cells.domain import OrganisationKind, Post, Rank
from grids.cells.models import PartyOrganisation
from grids.cells.services import add_organisation, give_term
from grids.members.models import PartyMember, ServicePost
from grids.members.services import decide, ensure_default_posts, report
from grids.territory.models import Territory
from portal.accounts.models import User
from portal.site.demo.bodies import GREEN, STREET
from portal.site.demo.people import EGRET, HOME
from portal.site.demo.places import grid_code

PLACE, UNIT, INDUSTRY = OrganisationKind.PLACE, OrganisationKind.UNIT, OrganisationKind.INDUSTRY


@dataclass(frozen=True)
class DemoOrganisation:
    """An organisation; `leaders` are post, name and how many days their term still lasts, `age` is in days."""

    name: str
    rank: Rank
    place: str
    above: str = ""
    kind: OrganisationKind = PLACE
    unit: str = ""
    acts: bool = False
    age: int = 0
    leaders: tuple[tuple[Post, str, int], ...] = ()


ORGANISATIONS = (
    DemoOrganisation("江心洲街道党工委", Rank.COMMITTEE, STREET),
    DemoOrganisation(
        "洲岛家园社区党委",
        Rank.COMMITTEE,
        HOME,
        "江心洲街道党工委",
        leaders=((Post.SECRETARY, "许静", 75), (Post.ORGANISATION, "陈晓雨", 75)),
    ),
    DemoOrganisation(
        "洲岛家园第一党支部",
        Rank.BRANCH,
        f"{HOME}-1",
        "洲岛家园社区党委",
        age=150,
        leaders=((Post.SECRETARY, "刘建平", 500),),
    ),
    DemoOrganisation("洲岛家园第二党支部", Rank.BRANCH, f"{HOME}-2", "洲岛家园社区党委", age=70),
    DemoOrganisation(
        "江畔党小组",
        Rank.GROUP,
        f"{HOME}-1",
        "洲岛家园第一党支部",
        age=150,
        leaders=((Post.GROUP_LEADER, "林志强", 400),),
    ),
    DemoOrganisation("老林中心户", Rank.MEMBER_HUB, f"{HOME}-1", "江畔党小组"),
    DemoOrganisation("洲岛物业党支部", Rank.BRANCH, HOME, "洲岛家园社区党委", kind=UNIT, unit="洲岛物业服务公司"),
    DemoOrganisation(
        "葡萄产业链党总支", Rank.GENERAL_BRANCH, STREET, "江心洲街道党工委", kind=INDUSTRY, unit="葡萄种植"
    ),
    DemoOrganisation("白鹭社区党委", Rank.COMMITTEE, EGRET, "江心洲街道党工委"),
    # Registered among the bodies as well: it takes on wishes that nobody else took.
    DemoOrganisation("洲岛绿园社区党委", Rank.COMMITTEE, GREEN, "江心洲街道党工委", acts=True),
)


def set_up_organisations(everybody: dict[str, User], now: datetime) -> None:
    """All organisations, set up by the system administrator from the top down, with their leaders."""
    actor, today = everybody["韩涛"], timezone.localdate(now)
    known: dict[str, PartyOrganisation] = {}
    for one in ORGANISATIONS:
        known[one.name] = organisation = add_organisation(
            actor=actor,
            name=one.name,
            rank=one.rank,
            kind=one.kind,
            unit=one.unit,
            territory=Territory.objects.get(code=grid_code(one.place)),
            parent=known.get(one.above),
            acts=one.acts,
            founded_on=today - timedelta(days=one.age),
        )
        for post, name, days in one.leaders:
            give_term(
                actor=actor,
                organisation=organisation,
                user=everybody[name],
                post=post,
                starts_on=today - timedelta(days=190),
                ends_on=today + timedelta(days=days),
            )


# Who has reported to 洲岛家园: unit branch, post, grid they set out from, whether of the backbone, and the station of
# mobile members (流动党员); the last one waits.
HARBOUR, WAYSIDE = "江心洲新就业群体党群服务站", "洲岛家园流动党员驿站"
REPORTS = (
    ("林志强", "江心洲船舶修造厂退休党支部", "治安巡逻岗", 1, True, ""),
    ("高洁", "市中医院内科党支部", "帮困助老岗", 2, False, ""),
    ("朱秀珍", "安徽省六安市金寨县梅山镇党支部", "民情收集岗", 2, False, WAYSIDE),
    ("欧阳雪", "河南省信阳市固始县陈集村党支部", "志愿服务岗", 1, False, HARBOUR),
    ("何小军", "江西省上饶市鄱阳县古县渡镇党支部", "治安巡逻岗", 1, False, HARBOUR),
    ("吴敏", "江心洲小学党支部", "文体活动岗", 1, False, ""),
)


def report_members(everybody: dict[str, User], now: datetime) -> None:
    """Members report to the community they live in; its worker confirms all but the last."""
    ensure_default_posts()
    organisation = PartyOrganisation.objects.get(name="洲岛家园社区党委")
    for name, branch, post, grid, backbone, station in REPORTS:
        member: PartyMember = report(
            actor=everybody[name],
            organisation=organisation,
            unit_branch=branch,
            is_mobile=bool(station),
            station=station,
            post=ServicePost.objects.get(name=post),
            near=Territory.objects.get(code=grid_code(f"{HOME}-{grid}")),
            agreed=True,
            now=now - timedelta(days=40),
        )
        if name != REPORTS[-1][0]:
            words = "欢迎，已和您的支部核对过。"
            decide(actor=everybody["陈晓雨"], member=member, confirm=True, reason=words, is_backbone=backbone)
