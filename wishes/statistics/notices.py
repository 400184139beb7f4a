"""What people are told about the statistics."""

from django.utils.translation import gettext_lazy as _

from portal.notifications.registry import notice_kind

WEEKLY = notice_kind(
    "wishes.weekly_digest",
    label=_("每周一的心愿摘要"),
    title=_("{place}上周的心愿"),
    body=_(
        "收到 {submitted} 件（前一周 {submitted_before} 件），办结 {closed} 件，其中实现 {fulfilled} 件"
        "（前一周 {fulfilled_before} 件）。现在在办 {open} 件，超时 {late} 件；等得最久的已经 {longest} 天。"
        "满意 {satisfied} 件，不满意 {unsatisfied} 件，没有评价 {unrated} 件；要回访的低分 {low} 件。"
        "打开可以看全文，也能打印成一张 A4。"
    ),
    channels=("inbox", "email"),
    for_staff=True,
)
