"""Members of the community's Party organisation."""

from typing import Any

from django.utils import timezone

from grids.cells.models import PartyOrganisation
from grids.members.domain import MemberState
from grids.members.models import PartyMember
from portal.accounts.models import User
from tests.grids.roles.factories import PersonFactory


def make_member(organisation: PartyOrganisation, *, user: User | None = None, **fields: Any) -> PartyMember:
    """Somebody whose reporting is confirmed, unless told."""
    given: dict[str, Any] = {
        "unit_branch": "市医院内科党支部",
        "state": MemberState.CONFIRMED,
        "reason": "欢迎",
        "decided_at": timezone.now(),
        **fields,
    }
    if given["state"] == MemberState.REPORTED:
        given |= {"reason": "", "decided_at": None}
    else:
        given.setdefault("decided_by", PersonFactory())
    return PartyMember.objects.create(user=user or PersonFactory(), organisation=organisation, **given)
