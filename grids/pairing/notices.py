"""What members are told about pairing."""

from django.utils.translation import gettext_lazy as _

from portal.notifications.registry import notice_kind

notice_kind(
    "grids.paired",
    label=_("我有了新的结对"),
    title=_("社区给您安排了结对"),
    body=_("有空请上门认识一下。是哪几家，写在“我的结对”里。"),
    channels=("inbox",),
)
notice_kind(
    "grids.pairing_ended",
    label=_("我的结对结束了"),
    title=_("您的一个结对结束了"),
    body=_("谢谢您这段时间的照看。"),
    channels=("inbox",),
)
notice_kind(
    "grids.feedback_due",
    label=_("该做给单位的半年反馈了"),
    title=_("上个半年的反馈可以做了"),
    body=_("{place}：可以一次做好，每人一张，交给各人的单位。"),
    channels=("inbox",),
    for_staff=True,
)
