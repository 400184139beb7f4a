"""What people are told about Party organisations."""

from django.utils.translation import gettext_lazy as _

from portal.notifications.registry import notice_kind

notice_kind(
    "grids.party_term_given",
    label=_("我在党组织任职"),
    title=_("您担任{organisation}{post}"),
    body=_("任期从{from}到{until}。有出入请和社区联系。"),
    channels=("inbox",),
)
notice_kind(
    "grids.party_term_ending",
    label=_("党组织任期快到了"),
    title=_("{organisation}{post}的任期{until}届满"),
    body=_("请提前准备换届，新的任期由管理员在后台登记。"),
    for_staff=True,
)
notice_kind(
    "grids.party_term_ended",
    label=_("我在党组织的任职变了"),
    title=_("您在{organisation}的{post}任期到{until}为止"),
    body=_("感谢您这段时间的付出。有出入请和社区联系。"),
    channels=("inbox",),
)
