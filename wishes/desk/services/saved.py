"""Views of the work list that people keep (视图)."""

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from grids.roles.domain import HANDLER_ROLES
from grids.roles.queries import held_by, holds_anywhere
from grids.territory.domain import ancestor_paths
from grids.territory.models import Territory
from portal.accounts.models import User
from portal.cleaning import clean_text
from portal.errors import Conflict, Invalid, NotAllowed
from wishes.desk.domain import MAX_VIEWS
from wishes.desk.filters import kept_query
from wishes.desk.models import SavedView


def views_for(user: User) -> QuerySet[SavedView]:
    """A person's own views and those that colleagues of the place share, pinned ones first."""
    places = {path for held in held_by(user) if held.role in HANDLER_ROLES for path in ancestor_paths(held.path)}
    shared = Q(shared_with__path__in=places)
    return SavedView.objects.filter(Q(owner=user) | shared).select_related("owner").order_by("-is_pinned", "id")


@transaction.atomic
def save_view(*, actor: User, name: str, query: str, pinned: bool = False, shared: bool = False) -> SavedView:
    """Keep these filters under a name; a view of that name is replaced. Whatever is no filter is left out.

    Raises `Invalid` (field "name"), `Conflict` when there are too many, `NotAllowed` for who handles nothing.
    """
    if not holds_anywhere(actor, HANDLER_ROLES):
        raise NotAllowed(_("这里是工作人员的工作台。您现在没有负责的网格或社区。"))
    name = clean_text(name)
    if not name:
        raise Invalid(_("请给这个视图起个名字。"), code="required", field="name")
    if len(name) > 20:
        raise Invalid(_("最多写{longest}个字。").format(longest=20), code="too_long", field="name")
    User.objects.select_for_update().only("pk").get(pk=actor.pk)
    own = SavedView.objects.filter(owner=actor)
    if own.count() >= MAX_VIEWS and not own.filter(name=name).exists():
        raise Conflict(_("您存的视图已经很多了，请先删掉几个。"), code="too_many_views")
    values = {"query": kept_query(query), "is_pinned": pinned, "shared_with": _workplace(actor) if shared else None}
    view, _is_new = SavedView.objects.update_or_create(owner=actor, name=name, defaults=values)
    return view


def pin_view(*, actor: User, view: SavedView, pinned: bool) -> None:
    """Put one's own view first, or back in line. Raises `NotAllowed` for somebody else's."""
    _check_own(actor, view)
    SavedView.objects.filter(pk=view.pk).update(is_pinned=pinned)


def remove_view(*, actor: User, view: SavedView) -> None:
    """Forget one's own view. Raises `NotAllowed` for somebody else's."""
    _check_own(actor, view)
    view.delete()


def _check_own(actor: User, view: SavedView) -> None:
    if view.owner_id != actor.pk:
        raise NotAllowed(_("这是同事存的视图，只有本人可以改。"))


def _workplace(actor: User) -> Territory | None:
    """The widest place the person works for."""
    held = [one for one in held_by(actor) if one.role in HANDLER_ROLES]
    widest = min(held, key=lambda one: len(one.path))
    place: Territory | None = Territory.objects.filter(pk=widest.territory_id).defer("boundary").first()
    return place
