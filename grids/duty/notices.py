"""What people are told about leave, cover and gaps."""

from django.utils.translation import gettext_lazy as _

from portal.notifications.registry import notice_kind

PLEASE_COVER = notice_kind(
    "grids.please_cover",
    label=_("请我代班"),
    title=_("请您代{place}{role}"),
    body=_("从{first}起、到{last}为止，{name}不在，由您代班。那几天那个网格的事您都能看到、能办。"),
    must_send=True,
)
COVER_OVER = notice_kind(
    "grids.cover_over",
    label=_("我的代班结束了"),
    title=_("{place}的代班结束了"),
    body=_("{name}回来了，或者换了别人代。谢谢您这几天帮忙。"),
    channels=("inbox",),
)
COVERED = notice_kind(
    "grids.covered",
    label=_("有人代我的班"),
    title=_("{name}代您的班"),
    body=_("从{first}起、到{last}为止，{place}的事由{name}来办，您放心。"),
    channels=("inbox",),
)
GAPS = notice_kind(
    "grids.duty_gaps",
    label=_("两周内有网格没人"),
    title=_("{place}有 {count} 个网格要安排人"),
    body=_("往后两周里，有的日子没有网格长或没有网格员：请假没人代，或者任期到了。请到值班表看看。"),
    for_staff=True,
)
