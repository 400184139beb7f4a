"""What people are told about patrols."""

from django.utils.translation import gettext_lazy as _

from portal.notifications.registry import notice_kind

ASSIGNED = notice_kind(
    "grids.patrol_assigned",
    label=_("有巡查路线排给我"),
    title=_("有一条巡查路线排给您"),
    body=_("“{name}”，{place}。到了日子，打开“今天的巡查”就能看到。"),
    channels=("inbox",),
)
MISSED = notice_kind(
    "grids.patrol_missed",
    label=_("巡查没有走"),
    title=_("有一次巡查没有走"),
    body=_("“{name}”，{place}，{day}。"),
    for_staff=True,
    channels=("inbox",),
)
MISSED_AGAIN = notice_kind(
    "grids.patrol_missed_again",
    label=_("巡查接连没有走"),
    title=_("有一条路线接连没有走"),
    body=_("“{name}”，{place}，{day}。请问一问，是不是要换人或者改日子。"),
    for_staff=True,
)
