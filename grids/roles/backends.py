"""An authentication backend that turns roles held in a territory into Django's admin permissions."""

from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.models import AnonymousUser

from grids.roles.powers import ADMIN_PERMISSIONS
from grids.roles.queries import held_by
from portal.accounts.models import User


class RoleBackend(BaseBackend):
    """Answers `has_perm` for admin pages; which rows an administrator sees there is the page's own scope.

    It logs nobody in, and is silent about single objects: those are asked of `rules`.
    """

    def get_user_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        if obj is not None:
            return set()
        names: set[str] = set()
        for held in held_by(user_obj):
            names |= ADMIN_PERMISSIONS.get(held.role, frozenset())
        return names

    def has_perm(self, user_obj: User | AnonymousUser, perm: str, obj: Any = None) -> bool:
        return user_obj.is_active and perm in self.get_user_permissions(user_obj, obj)

    def has_module_perms(self, user_obj: User | AnonymousUser, app_label: str) -> bool:
        """Whether the person may open anything of that app."""
        return user_obj.is_active and any(
            name.partition(".")[0] == app_label for name in self.get_user_permissions(user_obj)
        )
