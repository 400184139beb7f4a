"""What patrols do when a person leaves or wants a copy of their data."""

from typing import Any

from django.dispatch import receiver
from django.utils.translation import gettext_lazy as _

from grids.patrols.models import PatrolRun, PatrolTick
from portal.accounts.export import register_data_section
from portal.accounts.models import User
from portal.accounts.signals import user_erased


@receiver(user_erased, dispatch_uid="grids.patrols.erase")
def erase(*, user: User, **_kwargs: Any) -> None:
    """That a point was seen stays; the words of whoever left go."""
    PatrolTick.objects.filter(by=user).exclude(reason="").update(reason=_("（已应本人要求删除）"))


def patrols_of(user: User) -> dict[str, Any]:
    """Which patrols a person walked and which points they ticked, for the copy of their data."""
    runs = PatrolRun.objects.filter(walker=user).select_related("route")
    ticks = PatrolTick.objects.filter(by=user).select_related("point__building", "run")
    return {
        "patrols": [{"route": run.route.name, "day": run.day, "state": run.state} for run in runs],
        "ticks": [
            {"day": one.run.day, "point": one.point.words, "outcome": one.outcome, "reason": one.reason, "at": one.at}
            for one in ticks
        ],
    }


register_data_section("patrols", label=_("巡查：走过的、打过的点"), data=patrols_of)
