"""How far an administrator sees: the places in which the role is held, and nothing beside them."""

from collections.abc import Iterable

from django.db.models import Q
from django.http import HttpRequest

from grids.roles.domain import Role
from grids.roles.queries import paths_of
from portal.accounts.models import User

EVERYWHERE = ""


def paths_in_scope(request: HttpRequest, roles: Iterable[Role]) -> list[str]:
    """Paths of the administrator's places; the account made on the command line sees everywhere."""
    user = request.user
    if isinstance(user, User) and user.is_active and user.is_superuser:
        return [EVERYWHERE]
    return paths_of(user, roles)


def inside(paths: list[str], field: str) -> Q:
    """Rows whose place lies in one of the subtrees; `field` leads to its path. No paths, no rows."""
    condition = Q(pk__in=[])
    for path in paths:
        if path == EVERYWHERE:
            return Q()
        condition |= Q(**{f"{field}__startswith": path})
    return condition
