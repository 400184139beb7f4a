"""What people are told about Party life. Titles and texts say nothing of the Party to whoever looks over."""

from django.utils.translation import gettext_lazy as _

from portal.notifications.registry import notice_kind

notice_kind(
    "grids.gathering_planned",
    label=_("有会请我参加"),
    title=_("{when}请您参加一次会议"),
    body=_("在{place}。详情、请假和签到都在里面。"),
)
notice_kind(
    "grids.gathering_changed",
    label=_("请我参加的会改了时间地点"),
    title=_("请您参加的会议有变动：{when}"),
    body=_("在{place}。请以最新的安排为准。"),
)
notice_kind(
    "grids.gathering_cancelled",
    label=_("请我参加的会取消了"),
    title=_("{when}的会议取消了"),
    body=_("原因写在里面。"),
)
notice_kind(
    "grids.gathering_leave_asked",
    label=_("有人向我请假"),
    title=_("{when}的会议有人请假"),
    body=_("请看看原因，给个答复。"),
    channels=("inbox",),
)
notice_kind(
    "grids.gathering_marked",
    label=_("会议的请假和签到有结果"),
    title=_("{when}的会议：{standing}"),
    body=_("有出入请和组织会议的同志联系。"),
    channels=("inbox",),
)
notice_kind(
    "grids.gathering_due",
    label=_("这一期的会还没开"),
    title=_("{until}前还差一次会议没有开"),
    body=_("请尽快安排，是哪一种写在里面。"),
    channels=("inbox",),
)
notice_kind(
    "grids.gathering_missed",
    label=_("下级组织没有按期开会"),
    title=_("下面有一次会议没有按期开"),
    body=_("是哪个组织、哪一种，写在里面。请了解情况，帮助补上。"),
    channels=("inbox",),
    for_staff=True,
)
notice_kind(
    "grids.gathering_ran_out",
    label=_("会议的签到自动结束了"),
    title=_("{when}的会议签到没有人结束，已经自动结束"),
    body=_("人数按签到的算好了，不对的可以在点名页更正。接着请写会议记录。"),
    channels=("inbox",),
)
notice_kind(
    "grids.gathering_asked",
    label=_("会议的时间过了，没有签到"),
    title=_("{when}的会议开了吗？"),
    body=_("时间过了，没有人签到。开了的请补登记，没开的请取消或者改个日子。"),
    channels=("inbox",),
)
