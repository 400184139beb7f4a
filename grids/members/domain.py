"""Dual belonging: membership in the unit's branch, service in the community's organisation (docs/domain.md §5)."""

from datetime import date, timedelta

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class MemberState(TextChoices):
    """The way of a reporting slip."""

    REPORTED = "reported", _("等党组织确认")
    CONFIRMED = "confirmed", _("已报到")
    REFUSED = "refused", _("没有通过")


class Shown(TextChoices):
    """To whom a member lets their name be shown, beyond the staff who confirm it."""

    STAFF = "staff", _("只给确认我的工作人员看")
    ORGANISATION = "organisation", _("党组织的班子也可以看")


# The kinds of service posts as they are usually set (设岗定责); places change and add to them in admin.
SERVICE_POSTS: tuple[tuple[str, str], ...] = (
    ("政策宣传岗", "把政策讲给邻居听"),
    ("民情收集岗", "听意见，带回来"),
    ("矛盾调解岗", "劝和，化解邻里纠纷"),
    ("治安巡逻岗", "看楼护院，消防安全提醒"),
    ("环境卫生岗", "清洁楼道，劝导垃圾分类"),
    ("帮困助老岗", "看望照顾老人和困难家庭"),
    ("文体活动岗", "组织读书、唱歌、健身"),
    ("志愿服务岗", "出一技之长，办实事"),
)


def half_year(day: date) -> tuple[date, date]:
    """The half of the year in which the day lies: its first day, and the first day after it."""
    if day.month <= 6:
        return date(day.year, 1, 1), date(day.year, 7, 1)
    return date(day.year, 7, 1), date(day.year + 1, 1, 1)


def half_year_before(day: date) -> tuple[date, date]:
    """The last half of a year that is over on the day."""
    return half_year(half_year(day)[0] - timedelta(days=1))
