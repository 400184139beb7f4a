"""What people are told about changes of the net of grids."""

from django.utils.translation import gettext_lazy as _

from portal.notifications.registry import notice_kind

NET_CHANGED = notice_kind(
    "grids.net_changed",
    label=_("本社区的网格调整了"),
    title=_("{place}的网格有调整"),
    body=_("{what}。请看看各网格的人员和边界是否都安排好了。"),
    channels=("inbox",),
    for_staff=True,
)
NEW_GRID = notice_kind(
    "grids.new_grid",
    label=_("我家换了网格"),
    title=_("您家现在属于{grid}"),
    body=_("社区调整了网格，您家那栋楼从今天起由{grid}的人照应。原来提的事都接着办，不用再提。"),
    channels=("inbox",),
)
