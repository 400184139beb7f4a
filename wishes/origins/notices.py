"""What people are told when something becomes a wish."""

from django.utils.translation import gettext_lazy as _

from portal.notifications.registry import notice_kind

MADE = notice_kind(
    "wishes.origin_made",
    label=_("我说的事转成了心愿"),
    title=_("您说的事转成了心愿，接着办"),
    body=_("{name}已经转为心愿，由工作人员接着办。"),
    channels=("inbox",),
)
RAISED = notice_kind(
    "wishes.origin_raised",
    label=_("我的心愿派人去办了"),
    title=_("您的心愿派人去办了"),
    body=_("“{title}”作为网格事件派人去办，编号和时限都不变，办到哪一步在心愿页上看。"),
)
REPORT_DONE = notice_kind(
    "wishes.origin_report_done",
    label=_("心愿立的事件办好了"),
    title=_("事件核查通过了，请把心愿报告办好"),
    body=_("心愿“{title}”立的事件 {incident} 已经办好并核查过，请到心愿页上报告办好。"),
    for_staff=True,
)
NOT_FILED = notice_kind(
    "wishes.origin_not_filed",
    label=_("心愿立的事件没有立案"),
    title=_("事件没有立案，心愿请另想办法"),
    body=_("心愿“{title}”立的事件 {incident} 没有立案，原因写在事件页上。"),
    for_staff=True,
)
