"""What people are told about residency and appointments."""

from django.utils.translation import gettext_lazy as _

from portal.notifications.registry import notice_kind

notice_kind(
    "grids.residency_requested",
    label=_("有居民申请居民身份"),
    title=_("有一位居民等您确认"),
    body=_("{community}有一位居民申请居民身份，请看看并给个答复。"),
    channels=("inbox",),
)
notice_kind(
    "grids.residency_approved",
    label=_("社区确认了我的居民身份"),
    title=_("欢迎您，{community}的新邻居"),
    body=_("{community}确认了您的居民身份，社区的事从此有您一份。"),
)
notice_kind(
    "grids.residency_refused",
    label=_("社区没有确认我的居民身份"),
    title=_("您的居民身份还没能确认"),
    body=_("{community}这次没有确认，理由写在页面上。补齐以后可以再申请。"),
)
notice_kind(
    "grids.residency_ended",
    label=_("我的居民身份结束了"),
    title=_("您在{community}的居民身份结束了"),
    body=_("如果搬了家，可以到新的社区再申请。"),
    channels=("inbox",),
)
notice_kind(
    "grids.appointed",
    label=_("我有了新的职务"),
    title=_("您担任{place}{role}"),
    body=_("从{day}起，由您担任{place}{role}。为了安全，请重新登录。"),
    must_send=True,
)
notice_kind(
    "grids.appointed_first",
    label=_("我有了职务，还没登录过"),
    title=_("您担任{place}{role}"),
    body=_("从{day}起，由您担任{place}{role}。用这个手机号收验证码，就能登录。"),
    must_send=True,
)
notice_kind(
    "grids.appointment_ended",
    label=_("我的职务结束了"),
    title=_("您不再担任{place}{role}"),
    body=_("感谢您这段时间的付出。"),
    must_send=True,
)
