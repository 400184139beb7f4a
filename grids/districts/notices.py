"""What people are told about imports."""

from django.utils.translation import gettext_lazy as _

from portal.notifications.registry import notice_kind

notice_kind(
    "grids.import_waits",
    label=_("有一份人员名单等我确认"),
    title=_("{place}有一份人员名单等您确认"),
    body=_("网格已经导入。名单检查过了，您确认以后，才会开账号、任命。"),
    channels=("inbox",),
)
notice_kind(
    "grids.import_undone",
    label=_("我的一项任职登记撤销了"),
    title=_("您的一项任职登记撤销了"),
    body=_("{place}的名单导错了，已经撤销。有疑问请问所在的社区。"),
    must_send=True,
)
