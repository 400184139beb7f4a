"""Identity's facts that reach into this wing: an erased person, a copy of one's data."""

from typing import Any

from django.db.models import Q
from django.dispatch import receiver
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from grids.roles.domain import ResidencyStatus
from grids.roles.models import Appointment, DutyCover, Residency
from portal.accounts.export import register_data_section
from portal.accounts.models import User
from portal.accounts.signals import user_erased
from portal.outbox.models import Event
from portal.outbox.services import erase_texts


@receiver(user_erased, dispatch_uid="grids.forget_where_somebody_lived")
def forget_person(sender: type[User], user: User, **_kwargs: Any) -> None:
    """Addresses and reasons go, open residencies and appointments end; that there was one stays."""
    now = timezone.now()
    mine = Residency.objects.filter(user=user)
    open_ones = mine.filter(status__in=[ResidencyStatus.REQUESTED, ResidencyStatus.APPROVED])
    open_ones.update(status=ResidencyStatus.ENDED, ended_at=now)
    mine.update(address="", building=None)
    mine.exclude(reason="").update(reason=_REASON_GONE)
    keys = list(mine.values_list("pk", flat=True))
    erase_texts(Event.objects.filter(subject_type="grids.residency", subject_id__in=keys))
    today = timezone.localdate(now)
    for appointment in Appointment.objects.filter(user=user).exclude(ends_on__lte=today):
        appointment.ends_on = max(today, appointment.starts_on)
        appointment.save(update_fields=["ends_on"])
    Appointment.objects.filter(user=user).update(public_phone="")
    # Whom they stood in for has nobody from today on.
    DutyCover.objects.filter(cover=user, starts_on__gt=today).update(cover=None)
    for duty in DutyCover.objects.filter(cover=user, ends_on__gt=today):
        duty.ends_on = today
        duty.save(update_fields=["ends_on"])


_REASON_GONE = "—"


def _residencies(user: User) -> list[dict[str, Any]]:
    rows = Residency.objects.filter(user=user).select_related("community", "building").order_by("requested_at")
    return [
        {
            "community": row.community.name,
            "code": row.community.code,
            "building": row.building.name if row.building else None,
            "address": row.address,
            "status": row.status,
            "reason": row.reason,
            "requested_at": row.requested_at,
            "decided_at": row.decided_at,
            "ended_at": row.ended_at,
        }
        for row in rows
    ]


def _appointments(user: User) -> list[dict[str, Any]]:
    rows = Appointment.objects.filter(user=user).select_related("territory").order_by("starts_on")
    return [
        {
            "role": row.role,
            "territory": row.territory.name,
            "code": row.territory.code,
            "starts_on": row.starts_on,
            "ends_on": row.ends_on,
            "reason": row.reason,
            "public_phone": row.public_phone,
        }
        for row in rows
    ]


def _duties(user: User) -> list[dict[str, Any]]:
    """Days away, and days on which the person stood in for somebody."""
    rows = DutyCover.objects.filter(Q(appointment__user=user) | Q(cover=user))
    return [
        {
            "role": row.appointment.role,
            "territory": row.appointment.territory.name,
            "covering": row.cover_id == user.pk,
            "kind": row.kind if row.appointment.user_id == user.pk else None,
            "starts_on": row.starts_on,
            "ends_on": row.ends_on,
        }
        for row in rows.select_related("appointment__territory").order_by("starts_on", "pk")
    ]


register_data_section("residency", label=_("居民身份：社区、楼栋、住址"), data=_residencies)
register_data_section("appointments", label=_("担任过的职务"), data=_appointments)
register_data_section("duties", label=_("请假和代班"), data=_duties)
