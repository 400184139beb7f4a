"""People on leave."""

from datetime import timedelta

from django.utils import timezone

from grids.roles.models import Appointment, DutyCover
from portal.accounts.models import User


def away_on_leave(
    person: User, *, by: User, cover: User | None = None, first: int = 1, days: int = 3, role: str = "grid_head"
) -> DutyCover:
    """The person's office is not done for some days, from tomorrow unless told."""
    begins = timezone.localdate() + timedelta(days=first)
    return DutyCover.objects.create(
        appointment=Appointment.objects.get(user=person, role=role),
        cover=cover,
        starts_on=begins,
        ends_on=begins + timedelta(days=days),
        arranged_by=by,
    )
