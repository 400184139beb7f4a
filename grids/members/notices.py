"""What people are told about reporting to the community. Notices say nothing of the Party to whoever looks over."""

from django.utils.translation import gettext_lazy as _

from portal.notifications.registry import notice_kind

notice_kind(
    "grids.member_reported",
    label=_("有党员来报到"),
    title=_("有一份报到等您确认"),
    body=_("{place}有一份报到或更正请您看看，给个答复。"),
    channels=("inbox",),
    for_staff=True,
)
notice_kind(
    "grids.member_decided",
    label=_("社区答复了我的报到"),
    title=_("您在{place}的报到有答复了"),
    body=_("答复写在“我的报到”里。"),
    channels=("inbox",),
)
