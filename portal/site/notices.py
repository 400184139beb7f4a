"""What the roof tells people on behalf of parts below that do not know of notices."""

from django.utils.translation import gettext_lazy as _

from portal.notifications.registry import notice_kind

JOB_DONE = notice_kind(
    "site.job_done",
    label=_("我要的后台任务做好了"),
    title=_("“{what}”做好了"),
    body=_("结果在后台任务里，过几天会自动删掉。"),
    channels=("inbox",),
)
YEAR_MISSING = notice_kind(
    "site.year_missing",
    label=_("明年的放假安排还没有录"),
    title=_("{year} 年的放假安排还没有录"),
    body=_("先按法定节假日和周末算。国务院办公厅的通知出来以后，请在后台录进去，正在计时的会重新计算。"),
    channels=("inbox",),
)
JOB_FAILED = notice_kind(
    "site.job_failed",
    label=_("我要的后台任务没做成"),
    title=_("“{what}”没做成"),
    body=_("打开看看是什么原因，可以再试一次。"),
    channels=("inbox",),
)
