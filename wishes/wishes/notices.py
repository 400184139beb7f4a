"""What people are told about wishes, in a neighbour's words. `{title}` is the wish, `{who}` a public name."""

from django.utils.translation import gettext_lazy as _

from portal.notifications.registry import notice_kind

SUBMITTED = notice_kind(
    "wishes.submitted",
    label=_("我的心愿收到了"),
    title=_("您的心愿收到了"),
    body=_("“{title}”收到了，编号{number}。已经派到网格，有进展就告诉您。"),
)
ENTERED_FOR_YOU = notice_kind(
    "wishes.entered_for_you",
    label=_("有人替我登记了心愿"),
    title=_("{who}替您登记了一个心愿"),
    body=_("“{title}”，编号{number}。如果不是您的意思，请告诉我们。"),
    must_send=True,
)
ASSIGNED = notice_kind(
    "wishes.assigned",
    label=_("有心愿派给我"),
    title=_("有一个新心愿派给您"),
    body=_("“{title}”，编号{number}，{place}。"),
)
ASSIGNED_URGENT = notice_kind(
    "wishes.assigned_urgent",
    label=_("有紧急心愿派给我"),
    title=_("有一个紧急心愿派给您"),
    body=_("“{title}”，编号{number}，{place}。请马上看一看。"),
    urgent=True,
    must_send=True,
)
TO_VERIFY = notice_kind(
    "wishes.to_verify",
    label=_("有心愿等我核实"),
    title=_("有一个心愿要上门核实"),
    body=_("“{title}”，编号{number}，{place}。核实以后才会公开。"),
)
RETURNED = notice_kind(
    "wishes.returned",
    label=_("我的心愿要补充"),
    title=_("心愿还差一点，请补充"),
    body=_("“{title}”：{reason}"),
)
PUBLISHED = notice_kind(
    "wishes.published",
    label=_("我的心愿公开了"),
    title=_("邻居们能看到您的心愿了"),
    body=_("“{title}”已经公开，志愿者可以来认领。"),
    channels=("inbox",),
)
CLAIMED = notice_kind(
    "wishes.claimed",
    label=_("有人认领了我的心愿"),
    title=_("有人来帮您了"),
    body=_("{who}认领了“{title}”。{message}"),
)
CLAIMED_STAFF = notice_kind(
    "wishes.claimed_staff",
    label=_("我负责的心愿有人认领"),
    title=_("有人认领了"),
    body=_("{who}认领了“{title}”（{number}）。"),
    channels=("inbox",),
)
ASSIGNED_TO_BODY = notice_kind(
    "wishes.assigned_to_body",
    label=_("没人认领的心愿由我们负责"),
    title=_("有一个没人认领的心愿，由{who}负责"),
    body=_("“{title}”（{number}）到时间还没有人认领，请{who}负责到底。确实办不了，请说明原因或转请别处办理。"),
    must_send=True,
)
TAKEN_BY_PARTY = notice_kind(
    "wishes.taken_by_party",
    label=_("我的心愿由党组织负责"),
    title=_("{who}来负责这个心愿"),
    body=_("“{title}”（{number}）一直没有人认领，现在由{who}负责到底。"),
)
CLAIMED_PART = notice_kind(
    "wishes.claimed_part",
    label=_("有人认领了我的心愿的一部分"),
    title=_("有人来帮您了"),
    body=_("{who}认领了“{title}”里的 {part}。{message}"),
)
CLAIMED_PART_STAFF = notice_kind(
    "wishes.claimed_part_staff",
    label=_("我负责的心愿有人认领了一部分"),
    title=_("有人认领了一部分"),
    body=_("{who}认领了“{title}”（{number}）里的 {part}。"),
    channels=("inbox",),
)
PART_FULFILLED = notice_kind(
    "wishes.part_fulfilled",
    label=_("心愿办好了一部分"),
    title=_("又办好了一份"),
    body=_("{who}把“{title}”（{number}）里的 {part} 办好了。"),
    channels=("inbox",),
)
ENOUGH = notice_kind(
    "wishes.enough",
    label=_("心愿够了，不再找人认领"),
    title=_("这个心愿够了，不再找人认领"),
    body=_("“{title}”（{number}）：{reason}"),
    channels=("inbox",),
)
GIVEN_UP = notice_kind(
    "wishes.given_up",
    label=_("认领人帮不了了"),
    title=_("这位邻居帮不了了，我们接着找人"),
    body=_("“{title}”：{reason}"),
)
FULFILLED = notice_kind(
    "wishes.fulfilled",
    label=_("我的心愿办好了，等我确认"),
    title=_("看看办好了没有"),
    body=_("“{title}”说是办好了，请您看看，打几颗星。{days}天没有回音就算办好了。"),
)
FULFILLED_STAFF = notice_kind(
    "wishes.fulfilled_staff",
    label=_("我负责的心愿办好了"),
    title=_("办好了，等居民确认"),
    body=_("“{title}”（{number}）办好了，等居民确认。"),
    channels=("inbox",),
)
RATED = notice_kind(
    "wishes.rated",
    label=_("居民评价了我办的心愿"),
    title=_("居民给您打了星"),
    body=_("“{title}”：速度{speed}星，态度{attitude}星，结果{result}星。{comment}"),
)
AUTO_CONFIRMED = notice_kind(
    "wishes.auto_confirmed",
    label=_("心愿到期自动确认"),
    title=_("心愿自动确认了"),
    body=_("“{title}”几天没有回音，已经按办好办结。没办好的话，还可以要求重新办理。"),
    channels=("inbox",),
)
REOPENED = notice_kind(
    "wishes.reopened",
    label=_("心愿要重新办理"),
    title=_("居民说还没办好"),
    body=_("“{title}”（{number}）：{reason}"),
)
CANNOT_BE_DONE = notice_kind(
    "wishes.cannot_be_done",
    label=_("我的心愿办不了"),
    title=_("这个心愿我们办不了，跟您说说为什么"),
    body=_("“{title}”：{reason}"),
)
NOT_OURS = notice_kind(
    "wishes.not_ours",
    label=_("我的心愿转请别处办理"),
    title=_("这件事转请别处办理了"),
    body=_("“{title}”：{reason}"),
)
DUPLICATE = notice_kind(
    "wishes.duplicate",
    label=_("我的心愿和另一个相同"),
    title=_("已经有邻居提过同样的事"),
    body=_("“{title}”和{other}是同一件事，我们一起办。"),
)
DECLINED = notice_kind(
    "wishes.declined",
    label=_("我的心愿没有受理"),
    title=_("这个心愿没能受理，跟您说说为什么"),
    body=_("“{title}”：{reason}"),
)
WITHDRAWN = notice_kind(
    "wishes.withdrawn",
    label=_("我参与的心愿撤回了"),
    title=_("许愿人撤回了心愿"),
    body=_("“{title}”（{number}）已经撤回，不用再办了。"),
)
OVER_FOR_HELPERS = notice_kind(
    "wishes.over_for_helpers",
    label=_("我参与的心愿办结了"),
    title=_("您参与的心愿办结了"),
    body=_("“{title}”（{number}）：{end}。{reason}"),
    channels=("inbox",),
)
ASKED = notice_kind(
    "wishes.asked",
    label=_("有人问我心愿的情况"),
    title=_("有个问题想问您"),
    body=_("关于“{title}”：{question}"),
)
ANSWERED = notice_kind(
    "wishes.answered",
    label=_("居民回答了我的问题"),
    title=_("居民回答了"),
    body=_("“{title}”（{number}）：{answer}"),
)
EXTENDED = notice_kind(
    "wishes.extended",
    label=_("我的心愿要多等几天"),
    title=_("这件事要多等几天"),
    body=_("“{title}”最晚{due}给您结果。原因：{reason}"),
)
TRANSFERRED = notice_kind(
    "wishes.transferred",
    label=_("我的心愿换人负责"),
    title=_("换了一位同志负责您的心愿"),
    body=_("“{title}”现在由{who}负责。"),
    channels=("inbox",),
)
REVEALED = notice_kind(
    "wishes.revealed",
    label=_("有人查看了我的联系方式"),
    title=_("{who}查看了您的联系方式"),
    body=_("为了“{title}”：{reason}"),
    channels=("inbox",),
)
DUE_SOON = notice_kind(
    "wishes.due_soon",
    label=_("心愿快到时限了"),
    title=_("有个心愿快到时限了"),
    body=_("“{title}”（{number}）最晚{due}办好。"),
)
OVERDUE = notice_kind(
    "wishes.overdue",
    label=_("心愿超过时限"),
    title=_("有个心愿超过时限了"),
    body=_("“{title}”（{number}）应在{due}办好，请抓紧。"),
    urgent=True,
)
OVERDUE_AUTHOR = notice_kind(
    "wishes.overdue_author",
    label=_("我的心愿办得慢了"),
    title=_("对不起，办得慢了"),
    body=_("“{title}”超过了时限，已经报给上一级，我们会盯着办。"),
    channels=("inbox",),
)
