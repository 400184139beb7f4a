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
