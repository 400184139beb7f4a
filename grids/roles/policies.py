"""Who may decide about residency and who may give which role to whom (docs/domain.md §7, separate powers).

The security administrator grants staff roles and does nothing else; the system administrator configures; the audit
administrator reads. Nobody grants a role to themselves, and nobody holds two of the three administrator roles.
"""

from dataclasses import dataclass

import rules

from grids.roles.domain import ADMINISTRATOR_ROLES, HANDLER_ROLES, STAFF_ROLES, Role
from grids.roles.models import Residency
from grids.roles.queries import Person, community_of, holds, holds_anywhere
from grids.territory.models import Territory
from grids.territory.policies import CONFIGURE
from portal.accounts.models import User

# Roles without staff powers, which a community's own staff may give.
NEIGHBOUR_ROLES: frozenset[Role] = frozenset(Role) - STAFF_ROLES - {Role.RESIDENT}
RESIDENCY_DECIDERS: frozenset[Role] = frozenset({Role.COMMUNITY_WORKER, Role.COMMUNITY_SECRETARY})


@dataclass(frozen=True, slots=True)
class Grant:
    """A role about to be given to, or taken from, a person in a place."""

    user: User
    role: Role
    territory: Territory


@rules.predicate
def decides_residency(user: Person, residency: Residency) -> bool:
    """A worker or the secretary of that community; never one's own."""
    return user.pk != residency.user_id and holds(user, RESIDENCY_DECIDERS, residency.community)


@rules.predicate
def is_own_residency(user: Person, residency: Residency) -> bool:
    """It is the person's own."""
    return bool(user.pk and user.pk == residency.user_id)


@rules.predicate
def is_for_somebody_else(user: Person, grant: Grant) -> bool:
    """Nobody gives a role to themselves."""
    return user.pk != grant.user.pk


@rules.predicate
def is_security_administrator_there(user: Person, grant: Grant) -> bool:
    """The security administrator of that place."""
    return holds(user, {Role.SECURITY_ADMINISTRATOR}, grant.territory)


@rules.predicate
def gives_neighbour_role_in_own_community(user: Person, grant: Grant) -> bool:
    """Volunteers, Party members, informants, building heads, instructors and liaison officers are named there."""
    return grant.role in NEIGHBOUR_ROLES and holds(user, RESIDENCY_DECIDERS, grant.territory)


@rules.predicate
def founds_the_portal(user: Person, grant: Grant) -> bool:
    """The account made on the command line names the three administrators, and nobody else."""
    return bool(user.is_active and user.is_superuser) and grant.role in ADMINISTRATOR_ROLES


@rules.predicate
def is_system_administrator_there(user: Person, territory: Territory | None) -> bool:
    """The system administrator of that place."""
    return territory is not None and holds(user, {Role.SYSTEM_ADMINISTRATOR}, territory)


may_decide_residency = decides_residency
may_end_residency = is_own_residency | decides_residency
may_reveal_address = decides_residency
may_appoint = is_for_somebody_else & (
    is_security_administrator_there | gives_neighbour_role_in_own_community | founds_the_portal
)


@rules.predicate
def looks_after_residents(user: Person, person: User | None = None) -> bool:
    """Grid, community and street staff help residents who cannot do it alone, wherever they serve."""
    return holds_anywhere(user, HANDLER_ROLES)


@rules.predicate
def knows_the_resident(user: Person, person: User | None) -> bool:
    """Staff of the community in which the person lives, who have seen the person."""
    community = community_of(person) if person is not None and person.pk != user.pk else None
    return community is not None and holds(user, RESIDENCY_DECIDERS, community)


@rules.predicate
def grants_roles_somewhere(user: Person, person: User | None = None) -> bool:
    """A security administrator, who must know whom a role is given to."""
    return holds_anywhere(user, {Role.SECURITY_ADMINISTRATOR})


# Identity knows no roles; these widen what it allows by itself (portal/accounts/policies.py).
rules.set_perm("accounts.assist", looks_after_residents)
rules.set_perm("accounts.replace_lost_phone", knows_the_resident | grants_roles_somewhere)
rules.set_perm("accounts.see_legal_name", grants_roles_somewhere)
rules.set_perm("accounts.open", grants_roles_somewhere)
rules.add_perm(CONFIGURE, is_system_administrator_there)
