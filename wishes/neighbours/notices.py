"""What people are told about wishes that are not their own."""

from django.utils.translation import gettext_lazy as _

from portal.notifications.registry import notice_kind

STEP = notice_kind(
    "wishes.followed_step",
    label=_("我关注的心愿有进展"),
    title=_("您关注的心愿有进展"),
    body=_("“{title}”（{number}）：{step}"),
    channels=("inbox", "email"),
)
MERGED = notice_kind(
    "wishes.followed_merged",
    label=_("我关注的心愿和另一个并在一起"),
    title=_("您关注的心愿并到另一个里一起办了"),
    body=_("“{title}”和“{other}”（{number}）是同一件事，往后有进展就从那里告诉您。"),
    channels=("inbox", "email"),
)
