"""Words and numbers of what neighbours do around a wish; nothing here reads the database or the clock."""

from datetime import timedelta

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class InterestKind(TextChoices):
    """What a neighbour is to somebody else's wish."""

    FOLLOW = "follow", _("关注")
    ME_TOO = "me_too", _("我也需要")


# Steps that are no news to those who follow a wish: it was public before anybody could follow it, and a wish that has
# been merged into another is told of in words of its own.
NO_NEWS = frozenset(
    f"wishes.wish.{step}" for step in ("submitted", "dispatched", "verified", "published", "duplicate", "joined")
)


class CommentState(TextChoices):
    """Where a comment stands. Only a SHOWN one is read by others; nobody hears of one its author took back."""

    SHOWN = "shown", _("公开")
    HIDDEN = "hidden", _("已隐藏")
    TAKEN_BACK = "taken_back", _("本人删除")


class ReportReason(TextChoices):
    """What is wrong with a comment, in the words of whoever reports it."""

    RUDE = "rude", _("骂人、伤人")
    PRIVATE = "private", _("写了别人的电话、住址")
    ADVERTISEMENT = "advertisement", _("广告")
    UNTRUE = "untrue", _("不是真的")
    OTHER = "other", _("其他")


LONGEST_COMMENT = 300
# How often one person may comment; more than that is no conversation.
COMMENT_RATES = ((5, timedelta(minutes=10)), (30, timedelta(days=1)))


class AskedBy(TextChoices):
    """What tries to read a status by number are counted by."""

    NUMBER = "number", _("心愿编号")
    ADDRESS = "address", _("网络地址")


# How many wrong tries there may be in how long: for one number, and from one address. Four digits are guessed after
# 5,000 tries on average, which is six weeks for one number; each lock-out is written down.
STATUS_TRIES = {AskedBy.NUMBER: 5, AskedBy.ADDRESS: 30}
STATUS_SPAN = timedelta(hours=1)
