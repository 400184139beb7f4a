"""What people are told about incidents. `{title}` is category and place, never a reporter's words."""

from django.utils.translation import gettext_lazy as _

from portal.notifications.registry import notice_kind

TO_FILE = notice_kind(
    "grids.incident_to_file",
    label=_("有人上报事件，等立案"),
    title=_("有人上报了一件事，等您看看"),
    body=_("“{title}”，编号{number}，{place}。该办的请立案。"),
    for_staff=True,
)
TO_HANDLE = notice_kind(
    "grids.incident_to_handle",
    label=_("有事件派给我"),
    title=_("有一件事等您处置"),
    body=_("“{title}”，编号{number}，{place}。到期：{due}。"),
    for_staff=True,
)
TO_VERIFY = notice_kind(
    "grids.incident_to_verify",
    label=_("有事件等我核查"),
    title=_("有一件事办好了，请去核查"),
    body=_("“{title}”，编号{number}，{place}。谁办的谁不核查，所以请您去看。"),
    for_staff=True,
)
FAILED = notice_kind(
    "grids.incident_failed",
    label=_("我处置的事件要接着办"),
    title=_("还没办好，请接着办"),
    body=_("“{title}”，编号{number}。哪里没好，写在页面上。"),
    for_staff=True,
)
DUE_SOON = notice_kind(
    "grids.incident_due_soon",
    label=_("我负责的事件快到期"),
    title=_("有一件事快到期了"),
    body=_("“{title}”，编号{number}，到期：{due}。"),
    for_staff=True,
)
OVERDUE = notice_kind(
    "grids.incident_overdue",
    label=_("事件超时"),
    title=_("有一件事超时了"),
    body=_("“{title}”，编号{number}，应在{due}前办好。"),
    must_send=True,
    for_staff=True,
)
CALLED = notice_kind(
    "grids.incident_called",
    label=_("街道叫我们部门报到"),
    title=_("街道吹哨，请{body}报到"),
    body=_("“{title}”，编号{number}，{place}。请在{due}前报到。"),
    must_send=True,
)
CALLED_OFF = notice_kind(
    "grids.incident_called_off",
    label=_("部门不用去了"),
    title=_("{body}不用去了"),
    body=_("“{title}”，编号{number}。"),
    channels=("inbox",),
)
NOT_REPORTED_IN = notice_kind(
    "grids.incident_not_reported_in",
    label=_("部门没有按时报到"),
    title=_("{body}还没有报到"),
    body=_("“{title}”，编号{number}，应在{due}前报到。"),
    must_send=True,
)
DEPARTMENT_CAME = notice_kind(
    "grids.incident_department_came",
    label=_("我叫的部门报到了、答复了"),
    title=_("{body}：{state}"),
    body=_("“{title}”，编号{number}。"),
    for_staff=True,
    channels=("inbox",),
)
REPORTER_FILED = notice_kind(
    "grids.incident_reporter_filed",
    label=_("我上报的事立案了"),
    title=_("您上报的事立案了"),
    body=_("“{title}”，编号{number}，已经有人负责。"),
    channels=("inbox",),
)
REPORTER_REJECTED = notice_kind(
    "grids.incident_reporter_rejected",
    label=_("我上报的事没有立案"),
    title=_("您上报的事没有立案"),
    body=_("“{title}”，编号{number}。原因写在页面上。"),
)
REPORTER_HANDLED = notice_kind(
    "grids.incident_reporter_handled",
    label=_("我上报的事办了"),
    title=_("您上报的事办了，正请别的同志去看"),
    body=_("“{title}”，编号{number}。"),
    channels=("inbox",),
)
REPORTER_VERIFIED = notice_kind(
    "grids.incident_reporter_verified",
    label=_("我上报的事办好了"),
    title=_("您上报的事办好了"),
    body=_("“{title}”，编号{number}，已经核查过。要是没好，可以请我们再办。"),
)
REPORTER_REOPENED = notice_kind(
    "grids.incident_reporter_reopened",
    label=_("我上报的事还要接着办"),
    title=_("您上报的事还没好，接着办"),
    body=_("“{title}”，编号{number}。"),
    channels=("inbox",),
)
REPORTER_MERGED = notice_kind(
    "grids.incident_reporter_merged",
    label=_("我上报的事并到另一件"),
    title=_("您上报的事和另一件一起办"),
    body=_("“{title}”，编号{number}，并到{into}一起办，办得怎样都会告诉您。"),
    channels=("inbox",),
)
REPORTER_REVEALED = notice_kind(
    "grids.incident_reporter_revealed",
    label=_("有人查看了我的上报信息"),
    title=_("{who}查看了您的姓名和电话"),
    body=_("为了办“{title}”，编号{number}。原因写在页面上。"),
    channels=("inbox",),
)
