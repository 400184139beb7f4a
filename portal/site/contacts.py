"""Whom a person can call or go to: the staff of their grid, the secretary and the office of their community."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from grids.roles.domain import Role
from grids.roles.models import Appointment
from grids.territory.inherited import register_setting, setting_for
from grids.territory.models import Territory
from portal.site.place import Place

SERVICE_PHONE = "site.service_phone"
register_setting(SERVICE_PHONE, str, "", _("社区服务电话（请人代填、长辈版一键拨打）"))


@dataclass(frozen=True)
class Contact:
    """Somebody who answers the phone, as shown to residents: 陈网格员, 025-8651 2345."""

    name: str
    role: str
    phone: str

    @property
    def dial(self) -> str:
        """The number for a `tel:` link."""
        return "".join(c for c in self.phone if c.isdigit() or c == "+")


def appointed(roles: frozenset[Role], place: Territory) -> list[Contact]:
    """People who hold one of the roles in exactly this place today, with the phone they publish."""
    rows = (
        Appointment.objects.in_force()
        .filter(role__in=list(roles), territory=place, user__is_active=True)
        .select_related("user")
        .order_by("role", "pk")
    )
    return [
        Contact(
            name=row.user.legal_name or row.user.public_name,
            role=str(Role(row.role).label),
            phone=row.public_phone,
        )
        for row in rows
    ]


def service_phone(place: Territory | None) -> str:
    """The community's own number, inherited from above; empty where none is set."""
    return str(setting_for(place, SERVICE_PHONE))


def whom_to_call(place: Place) -> Contact | None:
    """Who writes a wish down for somebody on the phone: grid staff first, else the community's number."""
    if place.grid:
        for contact in appointed(frozenset({Role.GRID_HEAD, Role.GRID_MEMBER}), place.grid):
            if contact.phone:
                return contact
    number = service_phone(place.nearest)
    if not number:
        return None
    return Contact(name=str(place.community or ""), role=str(_("社区服务电话")), phone=number)


def secretary_page(place: Place) -> dict[str, Any]:
    """Context of 找社区书记: the secretary and workers of the community, the staff of the grid."""
    community, grid = place.community, place.grid
    return {
        "community": community,
        "grid": grid,
        "secretaries": appointed(frozenset({Role.COMMUNITY_SECRETARY}), community) if community else [],
        "workers": appointed(frozenset({Role.COMMUNITY_WORKER}), community) if community else [],
        "grid_staff": appointed(frozenset({Role.GRID_HEAD, Role.GRID_MEMBER}), grid) if grid else [],
        "service_phone": service_phone(place.nearest),
    }
