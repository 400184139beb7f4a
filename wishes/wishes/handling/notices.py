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
CALLBACK_ASKED = notice_kind(
    "wishes.callback_asked",
    label=_("有居民等我们回访"),
    title=_("有一位居民要回访"),
    body=_("“{title}”（{number}）：{cause}。请没有经手的同志打个电话问一问。"),
    channels=("inbox",),
    for_staff=True,
)
CALLBACK_LATE = notice_kind(
    "wishes.callback_late",
    label=_("回访晚了"),
    title=_("有一个回访到时间了"),
    body=_("“{title}”（{number}）还没有回访，请尽快打个电话。"),
    channels=("inbox",),
    for_staff=True,
)
CALLBACK_UNSATISFIED = notice_kind(
    "wishes.callback_unsatisfied",
    label=_("回访的居民还不满意"),
    title=_("居民说还没办好，请您过问"),
    body=_("“{title}”（{number}）已经重新办理到了次数，回访时居民说还没办好：{reason}"),
    for_staff=True,
)
REFERRAL_ANSWERED = notice_kind(
    "wishes.referral_answered",
    label=_("转请的单位答复了我的心愿"),
    title=_("{body}答复了"),
    body=_("关于“{title}”（{number}）：{answer}"),
)
REFERRAL_LATE = notice_kind(
    "wishes.referral_late",
    label=_("转请的单位还没有答复"),
    title=_("{body}还没有答复，请问一问"),
    body=_("“{title}”（{number}）转请{body}，已经过了答复的时间。"),
    for_staff=True,
)
APPEALED = notice_kind(
    "wishes.appealed",
    label=_("有申诉等我定"),
    title=_("有一件申诉等您定"),
    body=_("“{title}”（{number}）：{reason}"),
    for_staff=True,
)
APPEAL_LATE = notice_kind(
    "wishes.appeal_late",
    label=_("申诉还没有答复"),
    title=_("有一件申诉到时间了"),
    body=_("“{title}”（{number}）的申诉还没有答复，请尽快来定。"),
    urgent=True,
    for_staff=True,
)
APPEAL_UPHELD = notice_kind(
    "wishes.appeal_upheld",
    label=_("我的申诉有了结果"),
    title=_("您的申诉成立"),
    body=_("“{title}”（{number}）：{reason}"),
)
APPEAL_DISMISSED = notice_kind(
    "wishes.appeal_dismissed",
    label=_("我的申诉没有成立"),
    title=_("您的申诉看过了，维持原来的处理"),
    body=_("“{title}”（{number}）：{reason}"),
)
