"""Who may do what to an account.

Identity knows no territory and no roles; the wing that does widens these rules from above with
`register_staff_rule` and `rules.set_perm("accounts.…", predicate)`.

Permissions (asked with `actor.has_perm(name, user)`):
- `accounts.assist`: register a resident who cannot do it alone, and act for them;
- `accounts.open`: open accounts for staff by their numbers;
- `accounts.replace_lost_phone`: give an account a new number after seeing the person;
- `accounts.see_legal_name`: read real names and whole phone numbers in the configuration pages.
"""

from collections.abc import Callable

import rules
from django.contrib.auth.models import AnonymousUser

from portal.accounts.models import User

_staff_rules: list[Callable[[User], bool]] = []


def register_staff_rule(rule: Callable[[User], bool]) -> None:
    """Add a way of being staff, e.g. holding a staff role. All rules are asked, one yes is enough."""
    _staff_rules.append(rule)


def is_staff_member(user: User | AnonymousUser) -> bool:
    """Whether the person works for the portal, and so must enter with two factors (docs/domain.md §7)."""
    if not isinstance(user, User) or not user.is_active:
        return False
    return user.is_staff or user.is_superuser or any(rule(user) for rule in _staff_rules)


def _is_superuser(user: User | AnonymousUser) -> bool:
    return isinstance(user, User) and user.is_active and user.is_superuser


rules.add_perm("accounts.assist", rules.predicate(is_staff_member))
rules.add_perm("accounts.open", rules.predicate(_is_superuser))
rules.add_perm("accounts.replace_lost_phone", rules.predicate(_is_superuser))
rules.add_perm("accounts.see_legal_name", rules.predicate(_is_superuser))
