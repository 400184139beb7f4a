"""What can be appealed against (申诉), and who decides: somebody else than whoever decided first (docs/domain.md §7).

A feature registers its kind of subject once; `services.open_appeal` and `services.decide_appeal` then work for it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db.models import Model, Q, QuerySet
from django.utils.functional import Promise

from grids.roles.domain import Role
from grids.roles.queries import held_by, paths_of
from portal.accounts.models import User
from wishes.wishes.domain import AppealState
from wishes.wishes.models import Appeal, Wish

DECIDING_ROLES = frozenset({Role.COMMUNITY_SECRETARY, Role.STREET_OFFICER, Role.DISTRICT_ADMINISTRATOR})


@dataclass(frozen=True)
class Contested:
    """The decision that stands against somebody's words: about which wish, whose words, by whom, when."""

    wish: Wish
    appellant_id: int
    decider_id: int | None
    at: datetime
    reason: str = ""


@dataclass(frozen=True)
class AppealKind:
    """A kind of subject. `contested` finds the decision in force, None where there is nothing to appeal against;
    `uphold` undoes it, in the transaction of the decision, with the wish's row held: `uphold(subject, actor, at)`."""

    model: str
    label: str | Promise
    contested: Callable[[Any], Contested | None]
    uphold: Callable[[Any, User, datetime], object]


_kinds: dict[str, AppealKind] = {}


def register_appeal_kind(kind: AppealKind) -> AppealKind:
    """Makes subjects of this model ("app.model") something that can be appealed about. Raises ValueError twice."""
    if kind.model in _kinds:
        raise ValueError(f"Appeals about {kind.model!r} are registered twice.")
    _kinds[kind.model] = kind
    return kind


def kind_of(subject_type: str) -> AppealKind:
    """The kind of this model. Raises KeyError."""
    return _kinds[subject_type]


def subject_type_of(subject: Model) -> str:
    """How the model of a subject is called in appeals."""
    return subject._meta.label_lower


def subject_of(appeal: Appeal) -> Any:
    """What the appeal is about, as it is now; None where it is gone."""
    return apps.get_model(appeal.subject_type)._default_manager.filter(pk=appeal.subject_id).first()


def may_decide_appeal(user: User, appeal: Appeal) -> bool:
    """The secretary, the street or the district of the place, never who decided first or who appeals."""
    if appeal.state != AppealState.OPEN or user.pk in {appeal.first_decider_id, appeal.appellant_id}:
        return False
    return any(held.role in DECIDING_ROLES and held.covers(appeal.wish.path) for held in held_by(user))


def appeals_for(user: User) -> QuerySet[Appeal]:
    """Open appeals this person may decide, the oldest first."""
    places = Q(pk__in=[])
    for path in paths_of(user, DECIDING_ROLES):
        places |= Q(wish__path__startswith=path)
    others = ~Q(first_decider=user) & ~Q(appellant=user)
    waiting = Appeal.objects.filter(places & others, state=AppealState.OPEN)
    related = ("wish", "wish__author", "wish__territory", "wish__community", "first_decider", "appellant")
    return waiting.select_related(*related).defer("wish__territory__boundary", "wish__community__boundary")
