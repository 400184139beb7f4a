"""The first version of each consent text: what the Personal Information Protection Law asks to be told.

Least data, why, how long, who sees it, and a person's rights, in words a neighbour would use (docs/domain.md §7).
"""

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from portal.accounts.models import ConsentText


@dataclass(frozen=True)
class FirstText:
    """One text as first put in force."""

    kind: str
    title: str
    body: str
    title_en: str
    body_en: str
    # In force from a day before the first release, so that the demo's past registrations could agree to it.
    effective_at: dt.datetime = dt.datetime(2020, 1, 1, tzinfo=ZoneInfo("Asia/Shanghai"))


FIRST_TEXTS: tuple[FirstText, ...] = (
    FirstText(
        kind=ConsentText.Kind.PRIVACY,
        title="我们怎样用您的信息",
        body="""
我们只收办事要用的：您的手机号（登录和联系您）、姓名（核对是您本人）。住址、照片和心愿内容，只在您要办的那件事里用到时才请您填。我们不收身份证号。
谁看得到：邻居只看到您自己选的称呼。真实姓名、电话和住址，只有正在替您办这件事的工作人员和认领人看得到，每看一次都有记录，您可以查。
我们不拿您的信息做广告，不卖给别人，也不给个人打分画像。
留多久：账号在，信息就在；您注销后，姓名、电话、住址立即删除，办事记录去掉您的身份后留存，登录和操作日志留六个月。
您随时可以在“我的信息”里查看、拷贝、更正、撤回同意或注销账号，也可以到社区服务站请人帮忙。
未满14周岁的孩子，由监护人到服务站登记并同意。
""".strip(),
        title_en="How we use your information",
        body_en="""
We only collect what a service needs: your phone number (to sign in and to reach you) and your name (to know it is you). Address, photos and the words of a wish are asked for only where that matter needs them. We do not collect identity card numbers.
Who sees it: neighbours see only the name you choose. Your real name, phone and address are seen only by the staff and the volunteer handling that matter; each look is recorded, and you can read the record.
We do not use your information for advertising, do not sell it, and do not score or profile people.
How long: as long as the account stands. When you close it, name, phone and address are deleted at once; records of the matters stay without your identity; sign-in and operation logs stay six months.
You can see, copy, correct, withdraw consent or close the account at any time under "My information", or ask for help at the community service station.
Children under 14 are registered, with consent, by their guardian at the station.
""".strip(),  # noqa: E501
    ),
    FirstText(
        kind=ConsentText.Kind.PUBLICATION,
        title="同意公开这个心愿",
        body="""
公开后，邻居和志愿者能看到心愿的内容、大致位置（到网格）、照片和您选的称呼，看不到您的电话和门牌。
公开是为了让能帮忙的人看到。不公开也可以，我们会请网格员直接联系您。
您可以随时撤回：撤回后，心愿不再公开显示；已经认领的人会收到通知。
照片里如果有别人，请先问过对方；我们会去掉照片里的拍摄地点等信息。
""".strip(),
        title_en="Making this wish public",
        body_en="""
Once public, neighbours and volunteers see what the wish says, roughly where it is (the grid), its photos and the name you chose, but not your phone or door number.
It is made public so that those who can help will see it. You may also keep it private: a grid worker will contact you directly.
You can withdraw at any time: the wish is then no longer shown, and whoever has claimed it is told.
If other people are in a photo, please ask them first. We remove place and camera data from photos.
""".strip(),  # noqa: E501
    ),
    FirstText(
        kind=ConsentText.Kind.PARTY,
        title="使用党员信息的单独同意",
        body="""
您是不是党员、组织关系在哪个党支部，是敏感的个人信息。只有您自己来报到，我们才保存。
用来做什么：社区党组织确认您的报到，安排服务岗位，把您和附近的住户结对。不作别的用途。
谁看得到：确认您的社区工作人员先只看到您的姓；要看姓名、电话和党支部，必须写明原因，每看一次都有记录。您同意的话，党组织的班子也可以这样看。邻居看不到。
您随时可以查看、更正、撤回。撤回后，报到资料马上删掉，结对也结束；不影响您使用其他功能。
""".strip(),
        title_en="Using information on Party membership",
        body_en="""
Whether you belong to the Party, and which branch holds your membership, is sensitive personal information. We keep it only if you report to the community yourself.
What for: the community's Party organisation confirms your report, finds you a post to serve in and pairs you with households near by. Nothing else.
Who sees it: the community staff who confirm you see only your family name at first; for name, phone and branch they must give a reason, and each look is recorded. If you agree, the leaders of the organisation may look in the same way. Neighbours see nothing.
You can see, correct and withdraw at any time. When you withdraw, the record is deleted at once and pairings end; everything else stays open to you.
""".strip(),  # noqa: E501
    ),
)
