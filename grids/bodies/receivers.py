"""What remains of a person in bodies when they leave, and their part in the copy of their data."""

from typing import Any

from django.dispatch import receiver
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from grids.bodies.models import Body, BodyMember, UnitOffice
from portal.accounts.erasure import ErasedIdentity
from portal.accounts.export import register_data_section
from portal.accounts.models import User
from portal.accounts.signals import user_erased


@receiver(user_erased, dispatch_uid="grids.bodies.erase")
def erase(*, user: User, was: ErasedIdentity, **_kwargs: Any) -> None:
    """They act for nobody any more, and no body names them as its contact."""
    today = timezone.localdate()
    theirs = BodyMember.objects.filter(user=user)
    bodies = list(theirs.values_list("body_id", flat=True))
    theirs.filter(ends_on=None, starts_on__lte=today).update(ends_on=today)
    theirs.filter(starts_on__gt=today).delete()
    Body.objects.filter(pk__in=bodies, contact_name__in=was.words).update(contact_name="", contact_phone="")


def bodies_of(user: User) -> list[dict[str, Any]]:
    """For whom this person acts or acted."""
    members = BodyMember.objects.filter(user=user).select_related("body")
    return [{"body": one.body.name, "starts_on": one.starts_on, "ends_on": one.ends_on} for one in members]


register_data_section("bodies", label=_("我经办的组织和单位"), data=bodies_of)


def units_of(user: User) -> list[dict[str, Any]]:
    """The units for which this person is or was instructor or liaison officer."""
    offices = UnitOffice.objects.filter(appointment__user=user).select_related("body", "appointment")
    return [
        {
            "unit": one.body.name,
            "role": one.appointment.role,
            "starts_on": one.appointment.starts_on,
            "ends_on": one.appointment.ends_on,
        }
        for one in offices.order_by("pk")
    ]


register_data_section("units", label=_("我担任党建指导员、党建联络员的单位"), data=units_of)
