"""What people are told while it is settled who answers for a wish. `{title}` is the wish, `{who}` a public name."""

from django.utils.translation import gettext_lazy as _

from portal.notifications.registry import notice_kind

OBJECTED = notice_kind(
    "wishes.handover_objected",
    label=_("有派单异议等我定"),
    title=_("有一件派单异议等您定"),
    body=_("{who}说“{title}”（{number}）不该派到那里：{reason}"),
    for_staff=True,
)
OFFERED = notice_kind(
    "wishes.handover_offered",
    label=_("有心愿请我接办"),
    title=_("有个心愿想请您接着办"),
    body=_("{who}想把“{title}”（{number}）转给您：{reason}。您接下之前，还由原来的同志负责。"),
    for_staff=True,
)
OFFERED_URGENT = notice_kind(
    "wishes.handover_offered_urgent",
    label=_("有紧急心愿请我接办"),
    title=_("有个紧急心愿请您马上接"),
    body=_("{who}想把“{title}”（{number}）转给您：{reason}。接不接，请马上答复。"),
    urgent=True,
    must_send=True,
    for_staff=True,
)
REFUSED = notice_kind(
    "wishes.handover_refused",
    label=_("我转出去的心愿没有人接"),
    title=_("对方不能接，还由原来的同志负责"),
    body=_("{who}不能接“{title}”（{number}）：{reason}"),
    for_staff=True,
)
WITHDRAWN = notice_kind(
    "wishes.handover_withdrawn",
    label=_("请我接办的心愿收回了"),
    title=_("不用您接了"),
    body=_("“{title}”（{number}）的移交收回了，还由原来的同志负责。"),
    channels=("inbox",),
    for_staff=True,
)
DISMISSED = notice_kind(
    "wishes.handover_dismissed",
    label=_("我提的派单异议有了结果"),
    title=_("派单异议定了：仍由原来的同志负责"),
    body=_("“{title}”（{number}）：{reason}"),
    for_staff=True,
)
WAITING = notice_kind(
    "wishes.handover_waiting",
    label=_("移交还没有人答复"),
    title=_("有一件移交等您答复"),
    body=_("“{title}”（{number}）由谁来办，还没有定下来。请尽快答复。"),
    urgent=True,
    for_staff=True,
)
