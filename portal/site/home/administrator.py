"""The home of administrators: what is not configured yet and what has got stuck, each with where to mend it."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Substr
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from grids.roles.domain import ADMINISTRATOR_ROLES, HANDLER_ROLES, Role
from grids.roles.models import Appointment
from grids.roles.queries import paths_of
from grids.territory.domain import STEP, Level
from grids.territory.models import Grid, Territory
from portal.accounts.models import User
from portal.deadlines.years import missing_years
from portal.outbox.models import Delivery
from wishes.wishes.models import Category

SHOWN = 5
COUNTED = 100


@dataclass(frozen=True)
class Gap:
    """Something that waits for an administrator: how many, which ones, what it means, where to mend it."""

    label: str | Promise
    well: str | Promise
    why: str | Promise
    icon: str
    count: int
    names: tuple[str, ...]
    url: str

    @property
    def more(self) -> bool:
        """Whether there are more than were counted."""
        return self.count >= COUNTED


def administrator_home(user: User) -> dict[str, Any]:
    """The page's context."""
    paths = paths_of(user, ADMINISTRATOR_ROLES)
    found = [
        _grids_without_head(paths),
        _grids_without_boundary(paths),
        _communities_without_staff(paths),
        _categories_missing(),
        _years_missing(),
        _dead_letters(),
    ]
    return {
        "name": user.legal_name or user.public_name,
        "gaps": [gap for gap in found if gap.count],
        "well": [gap for gap in found if not gap.count],
        "admin_url": reverse("admin:index"),
    }


def _within(paths: list[str], field: str) -> Q:
    condition = Q(pk__in=[])
    for path in paths:
        condition |= Q(**{f"{field}__startswith": path})
    return condition


def _names(places: QuerySet[Any], field: str) -> tuple[int, tuple[str, ...]]:
    names = list(places.values_list(field, flat=True)[:COUNTED])
    return len(names), tuple(names[:SHOWN])


def _grids_without_head(paths: list[str]) -> Gap:
    headed = Appointment.objects.in_force().filter(role=Role.GRID_HEAD, territory=OuterRef("territory"))
    living = Grid.objects.filter(_within(paths, "territory__path"), territory__dissolved_on__isnull=True)
    grids = living.filter(~Exists(headed)).order_by("territory__path")
    count, names = _names(grids, "territory__name")
    return Gap(
        label=_("没有网格长的网格"),
        well=_("每个网格都有网格长"),
        why=_("心愿会直接落到社区，没有人先上门。"),
        icon="person-x",
        count=count,
        names=names,
        url=_admin("grids_appointment"),
    )


def _grids_without_boundary(paths: list[str]) -> Gap:
    living = Grid.objects.filter(_within(paths, "territory__path"), territory__dissolved_on__isnull=True)
    grids = living.filter(territory__boundary__isnull=True)
    count, names = _names(grids.order_by("territory__path"), "territory__name")
    return Gap(
        label=_("没有画边界的网格"),
        well=_("每个网格都画了边界"),
        why=_("居民用定位许愿时找不到它。"),
        icon="map",
        count=count,
        names=names,
        url=_admin("grids_grid"),
    )


def _communities_without_staff(paths: list[str]) -> Gap:
    """Communities in use, that is with grids, where nobody works at the community's own level."""
    in_use = Grid.objects.values(community=Substr(F("territory__path"), 1, STEP * Level.COMMUNITY))
    staffed = Appointment.objects.in_force().filter(role__in=list(HANDLER_ROLES), territory=OuterRef("pk"))
    places = Territory.objects.filter(_within(paths, "path"), level=Level.COMMUNITY, path__in=in_use)
    count, names = _names(places.filter(~Exists(staffed)).order_by("path"), "name")
    return Gap(
        label=_("没有工作人员的社区"),
        well=_("每个社区都有工作人员"),
        why=_("没有人受理和派单，心愿会升级到街道。"),
        icon="building-exclamation",
        count=count,
        names=names,
        url=_admin("grids_appointment"),
    )


def _categories_missing() -> Gap:
    has = Category.objects.filter(is_active=True, children__isnull=True).exists()
    return Gap(
        label=_("还没有心愿类别"),
        well=_("心愿类别已经有了"),
        why=_("居民许愿时没有类别可选。"),
        icon="tags",
        count=0 if has else 1,
        names=(),
        url=_admin("wishes_category"),
    )


def _years_missing() -> Gap:
    years = missing_years(timezone.localdate())
    return Gap(
        label=_("还没有录放假安排的年份"),
        well=_("今后六十天的放假安排都有了"),
        why=_("先按法定节假日和周末算时限，调休的日子会算错。"),
        icon="calendar-x",
        count=len(years),
        names=tuple(str(year) for year in years),
        url=reverse("admin:portal_calendaryear_add"),
    )


def _dead_letters() -> Gap:
    count, names = _names(Delivery.objects.filter(state=Delivery.State.DEAD).order_by("-pk"), "handler")
    return Gap(
        label=_("多次没送到的事件"),
        well=_("该通知的都送到了"),
        why=_("有人可能没有收到通知；看过原因后可以重送。"),
        icon="envelope-exclamation",
        count=count,
        names=tuple(dict.fromkeys(names)),
        url=_admin("portal_delivery", "?state__exact=dead"),
    )


def _admin(model: str, query: str = "") -> str:
    """The admin list of a model; nothing where it has none."""
    try:
        return reverse(f"admin:{model}_changelist") + query
    except NoReverseMatch:
        return ""
