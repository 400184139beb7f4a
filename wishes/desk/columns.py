"""The columns of an exported work list (docs/desk.md): for each its heading, what it holds and where it comes from."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.accounts.phones import shown_phone
from portal.deadlines.words import escalation_words
from wishes.wishes.models import Wish
from wishes.wishes.services import Contact
from wishes.wishes.sources import came_by


@dataclass(frozen=True)
class Line:
    """One wish of an export, with as much of the contact as the reader may have."""

    wish: Wish
    contact: Contact
    now: datetime


@dataclass(frozen=True)
class Column:
    """One column; `words` says what stands in it."""

    heading: str | Promise
    words: str | Promise
    read: Callable[[Line], str]


def _moment(value: datetime | None) -> str:
    return f"{timezone.localtime(value):%Y-%m-%d %H:%M}" if value else ""


def _late(line: Line) -> str:
    if line.wish.due_at is None:
        return _("暂停")
    return _("是") if line.wish.due_at <= line.now else _("否")


def _phone(line: Line) -> str:
    return line.contact.phone if line.contact.masked else shown_or_as_is(line.contact.phone)


def shown_or_as_is(phone: str) -> str:
    """A number as people read it; landlines as they stand."""
    return shown_phone(phone) if phone.startswith("+") else phone


COLUMNS: Sequence[Column] = (
    Column(gettext_lazy("编号"), gettext_lazy("心愿的编号，年-月日-当天的序号"), lambda line: line.wish.number),
    Column(gettext_lazy("心愿"), gettext_lazy("居民写的一句话"), lambda line: line.wish.title),
    Column(
        gettext_lazy("类别"),
        gettext_lazy("心愿的类别"),
        lambda line: line.wish.category.name if line.wish.category else "",
    ),
    Column(gettext_lazy("类型"), gettext_lazy("实物、服务、体验或公共事项"), lambda line: line.wish.get_kind_display()),
    Column(
        gettext_lazy("数量"),
        gettext_lazy("实物才有，带单位"),
        lambda line: f"{line.wish.quantity} {line.wish.unit}" if line.wish.quantity else "",
    ),
    Column(gettext_lazy("状态"), gettext_lazy("走到哪一步"), lambda line: line.wish.get_state_display()),
    Column(
        gettext_lazy("社区"),
        gettext_lazy("所在社区"),
        lambda line: line.wish.community.name if line.wish.community else "",
    ),
    Column(
        gettext_lazy("网格"),
        gettext_lazy("所在网格；说不清网格的写社区"),
        lambda line: line.wish.territory.name if line.wish.territory else "",
    ),
    Column(gettext_lazy("大概位置"), gettext_lazy("公开的位置，没有门牌号"), lambda line: line.wish.place),
    Column(
        gettext_lazy("特殊人群"),
        gettext_lazy("是或否；是哪一种不导出"),
        lambda line: _("是") if line.wish.is_special else _("否"),
    ),
    Column(
        gettext_lazy("负责人"),
        gettext_lazy("负责的工作人员，只写姓"),
        lambda line: line.wish.responsible.public_name if line.wish.responsible else "",
    ),
    Column(gettext_lazy("提交时间"), gettext_lazy("北京时间"), lambda line: _moment(line.wish.submitted_at)),
    Column(gettext_lazy("应办结时间"), gettext_lazy("北京时间；暂停时空着"), lambda line: _moment(line.wish.due_at)),
    Column(gettext_lazy("超时"), gettext_lazy("是、否或暂停，以导出的时候为准"), _late),
    Column(
        gettext_lazy("升级"),
        gettext_lazy("超时后已经提醒到哪一级"),
        lambda line: escalation_words(line.wish.escalation),
    ),
    Column(
        gettext_lazy("代录"),
        gettext_lazy("是不是工作人员代居民填写的"),
        lambda line: _("是") if line.wish.entered_by_id else _("否"),
    ),
    Column(
        gettext_lazy("来源"), gettext_lazy("网上、电话、当面、纸条，或者转来它的单位"), lambda line: came_by(line.wish)
    ),
    Column(gettext_lazy("联系人"), gettext_lazy("打星号；说明理由后是真实姓名"), lambda line: line.contact.name),
    Column(gettext_lazy("联系电话"), gettext_lazy("打星号；说明理由后是完整号码"), _phone),
    Column(gettext_lazy("详细地址"), gettext_lazy("打星号；说明理由后是完整地址"), lambda line: line.contact.address),
)
