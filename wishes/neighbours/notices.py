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
    body=_("“{title}”和编号{number}的心愿是同一件事，往后有进展就从那里告诉您。"),
    channels=("inbox", "email"),
)
COMMENTED = notice_kind(
    "wishes.commented",
    label=_("有邻居在我的心愿下留言"),
    title=_("有邻居给您留言"),
    body=_("有邻居在“{title}”下面说了几句话，去看看。"),
    channels=("inbox",),
)
COMMENT_REPORTED = notice_kind(
    "wishes.comment_reported",
    label=_("有留言被举报"),
    title=_("有一条留言被举报，请看一看"),
    body=_("“{title}”（{number}）下面的留言：{reason}"),
    channels=("inbox",),
    for_staff=True,
)
COMMENT_HIDDEN = notice_kind(
    "wishes.comment_hidden",
    label=_("我的留言被隐藏"),
    title=_("您的一条留言被隐藏了，跟您说说为什么"),
    body=_("“{title}”下面的留言：{reason}。觉得不对可以申诉，会请另一位同志来看。"),
    must_send=True,
)
APPEALED = notice_kind(
    "wishes.comment_appealed",
    label=_("有留言申诉等复核"),
    title=_("有一条留言的申诉等您复核"),
    body=_("“{title}”（{number}）下面的留言。隐藏它的同志不能自己复核。"),
    channels=("inbox",),
    for_staff=True,
)
APPEAL_DECIDED = notice_kind(
    "wishes.comment_appeal_decided",
    label=_("我的留言申诉有了答复"),
    title=_("您的申诉有了答复"),
    body=_("“{title}”下面的留言：{result}。{answer}"),
    must_send=True,
)
