"""Who calls a resident back, and what there is to call (docs/domain.md §2, "Ends": 回访)."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from grids.roles.domain import Role
from grids.roles.queries import held_by, paths_of
from portal.accounts.models import User
from portal.errors import NotAllowed
from wishes.wishes.domain import CallbackState, ClaimState
from wishes.wishes.models import Callback, Claim, Wish
from wishes.wishes.policies import had_a_hand_in, is_author

# Those who call back: the community and whoever is above it, never the grid that did the work.
CALLING_ROLES = frozenset(
    {Role.COMMUNITY_WORKER, Role.COMMUNITY_SECRETARY, Role.STREET_OFFICER, Role.DISTRICT_ADMINISTRATOR}
)
COUNTED_FOR = timedelta(days=90)


def require_caller(user: User, wish: Wish) -> None:
    """Raises `NotAllowed` for who may not call this resident back."""
    if is_author(user, wish) or not any(h.role in CALLING_ROLES and h.covers(wish.path) for h in held_by(user)):
        raise NotAllowed(_("回访由这里的社区工作人员来打。"))
    if had_a_hand_in(user, wish):
        raise NotAllowed(_("这件事是您经手的，请别的工作人员回访。"))


def queue_of(user: User) -> QuerySet[Callback]:
    """Call-backs this person can make, those due first first. What they had a part in is left out."""
    helped = Claim.objects.filter(wish=OuterRef("wish"), claimant=user, state__in=[ClaimState.LIVE, ClaimState.DONE])
    waiting = Callback.objects.filter(_places(user), state=CallbackState.WAITING)
    mine = Q(wish__responsible=user) | Q(wish__claimant=user) | Q(wish__author=user) | Exists(helped)
    return (
        waiting.exclude(mine)
        .select_related("wish", "wish__category", "wish__territory")
        .defer("wish__territory__boundary")
    )


def counts_of(user: User, now: datetime) -> list[dict[str, Any]]:
    """How many call-backs of the last three months came to what, for each cause apart."""
    recent = Callback.objects.filter(_places(user), opened_at__gte=now - COUNTED_FOR)
    counted = recent.order_by().values_list("cause", "state").annotate(number=Count("pk")).order_by("cause", "state")
    return [{"cause": cause, "state": state, "number": number} for cause, state, number in counted]


def _places(user: User) -> Q:
    condition = Q(pk__in=[])
    for path in paths_of(user, CALLING_ROLES):
        condition |= Q(path__startswith=path)
    return condition
