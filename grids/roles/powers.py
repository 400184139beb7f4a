"""What the three administrators may open in Django admin, as Django permissions (docs/domain.md §7, separate powers).

Permissions stand here for the wings below; a wing above adds its own with `give_admin_permissions` when it is ready.
Two administrators share no permission to change anything.
"""

from grids.roles.domain import Role

_LOOK = ("view",)
_ALL = ("view", "add", "change", "delete")


def model_permissions(app: str, model: str, actions: tuple[str, ...] = _ALL) -> frozenset[str]:
    """Django's permission names for one model: `grids.view_grid`, `grids.add_grid` …"""
    return frozenset(f"{app}.{action}_{model}" for action in actions)


ADMIN_PERMISSIONS: dict[Role, frozenset[str]] = {
    Role.SYSTEM_ADMINISTRATOR: (
        model_permissions("grids", "territory", ("view", "add", "change"))
        | model_permissions("grids", "grid", ("view", "add", "change"))
        | model_permissions("grids", "building", ("view", "add", "change"))
        | model_permissions("grids", "territorysetting")
        | model_permissions("grids", "districtimport", ("view", "add", "change"))
        | model_permissions("grids", "boundaryupload", ("view", "add"))
        | model_permissions("portal", "calendaroverride")
        | model_permissions("portal", "calendaryear", ("view", "add"))
        | model_permissions("portal", "calendarchange", _LOOK)
        | model_permissions("portal", "clock", _LOOK)
        | model_permissions("portal", "consenttext")
        | model_permissions("portal", "delivery", ("view", "change"))
        | model_permissions("portal", "channeldelivery", ("view", "change"))
        | model_permissions("portal", "digest", _LOOK)
        | model_permissions("portal", "fanout", _LOOK)
        | model_permissions("portal", "job", _LOOK)
    ),
    Role.SECURITY_ADMINISTRATOR: (
        model_permissions("portal", "user", ("view", "add", "change"))
        | model_permissions("grids", "appointment", ("view", "add", "change"))
        | model_permissions("grids", "dutycover", _LOOK)
        # Whose word brings in the net and whose the staff is decided in grids.districts.policies.
        | model_permissions("grids", "districtimport", _LOOK)
        | model_permissions("grids", "residency", _LOOK)
        | model_permissions("grids", "territory", _LOOK)
        | model_permissions("portal", "consent", _LOOK)
    ),
    Role.AUDIT_ADMINISTRATOR: (
        frozenset({"portal.view_audit"})
        | model_permissions("portal", "event", _LOOK)
        | model_permissions("portal", "seal", _LOOK)
        | model_permissions("portal", "delivery", _LOOK)
        | model_permissions("portal", "consent", _LOOK)
        | model_permissions("grids", "appointment", _LOOK)
        | model_permissions("grids", "dutycover", _LOOK)
        | model_permissions("admin", "logentry", _LOOK)
    ),
}


def give_admin_permissions(role: Role, *permissions: str) -> None:
    """Lets a wing above say what an administrator may open of its own. Raises ValueError when it would mix powers."""
    if role not in ADMIN_PERMISSIONS:
        raise ValueError(f"{role} opens no admin pages.")
    for other, held in ADMIN_PERMISSIONS.items():
        shared = {name for name in permissions if name in held and ".view_" not in name}
        if other != role and shared:
            raise ValueError(f"{', '.join(sorted(shared))} is a power of {other} already.")
    ADMIN_PERMISSIONS[role] |= frozenset(permissions)
