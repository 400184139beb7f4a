"""What people are told about visits. The door is named on the page only, and nobody learns why it needs care."""

from django.utils.translation import gettext_lazy as _

from portal.notifications.registry import notice_kind

OVERDUE = notice_kind(
    "grids.visit_overdue",
    label=_("有一户该走访了"),
    title=_("{place}有一户该去看看了"),
    body=_("已经过了走访的日子（{due}）。有空请去敲敲门，见到了记一下。"),
    channels=("inbox",),
)
PUT_RIGHT = notice_kind(
    "grids.visit_put_right",
    label=_("我记的走访被改了"),
    title=_("您{day}记的一次走访，社区改过了"),
    body=_("改了什么、为什么改，都写在那次走访的页面上。有不对的请和社区说。"),
    channels=("inbox",),
)
WITHDRAWN = notice_kind(
    "grids.visit_withdrawn",
    label=_("我记的走访被撤回了"),
    title=_("您{day}记的一次走访，社区撤回了"),
    body=_("为什么撤回，写在那次走访的页面上。有不对的请和社区说。"),
    channels=("inbox",),
)
OVERDUE_STAFF = notice_kind(
    "grids.visit_overdue_staff",
    label=_("走访过了日子没有人去"),
    title=_("{place}有一户过了走访的日子，还没有人去"),
    body=_("最晚应该{due}去。请问问负责的同志，或者安排别人去。"),
    for_staff=True,
)
