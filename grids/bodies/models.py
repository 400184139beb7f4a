"""Tables of bodies (各类组织和单位) and of the people who may act for them."""

from datetime import date
from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from grids.bodies.domain import BodyKind
from grids.roles.models import Appointment
from grids.territory.models import Territory

__all__ = ["Body", "BodyMember", "UnitOffice"]

# Whoever writes: an instructor or liaison officer of a community, and a unit that stands in it.
OF_THE_COMMUNITY = """
    IF NOT EXISTS (
        SELECT 1 FROM grids_appointment a
        JOIN grids_territory community ON community.id = a.territory_id AND community.level = 5, grids_body b
        JOIN grids_territory place ON place.id = b.territory_id
        WHERE a.id = NEW.appointment_id AND a.role IN ('instructor', 'liaison_officer')
          AND b.id = NEW.body_id AND starts_with(place.path, community.path)
    ) THEN
        RAISE EXCEPTION 'unit_office_of_the_community' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
"""


class Body(models.Model):
    """A volunteer team, social organisation, co-building unit or Party organisation of a place.

    It acts in its territory and all below it. Name and description are public; whom to call there is for staff only.
    """

    kind = models.CharField(_("类型"), max_length=24, choices=BodyKind.choices)
    name = models.CharField(_("名称"), max_length=60)
    territory = models.ForeignKey(
        Territory, on_delete=models.PROTECT, related_name="bodies", verbose_name=_("所在街道、社区或网格")
    )
    description = models.CharField(_("能帮什么"), max_length=200, blank=True, help_text=_("大家都能看到"))
    contact_name = models.CharField(_("联系人"), max_length=60, blank=True, help_text=_("只给工作人员看"))
    contact_phone = models.CharField(_("联系电话"), max_length=25, blank=True, help_text=_("只给工作人员看"))
    is_active = models.BooleanField(_("参加服务"), default=True)

    class Meta:
        verbose_name = _("组织和单位")
        verbose_name_plural = _("组织和单位")
        ordering = ["kind", "name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["territory", "name"],
                name="body_name_once_a_place",
                violation_error_message=_("这里已经有同名的组织或单位了。"),
            )
        ]

    def __str__(self) -> str:
        return self.name


class BodyMemberQuerySet(models.QuerySet["BodyMember"]):
    """Reads of who may act."""

    def in_force(self, on: date | None = None) -> "BodyMemberQuerySet":
        """Those who may act on the day (today unless told) for a body that takes part."""
        day = on or timezone.localdate()
        lasting = Q(ends_on__isnull=True) | Q(ends_on__gt=day)
        return self.filter(lasting, starts_on__lte=day, body__is_active=True, user__is_active=True)


class BodyMember(models.Model):
    """Somebody who may act for a body for a time (经办人). From `ends_on` on they no longer may."""

    body = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="members", verbose_name=_("组织或单位"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="body_memberships", verbose_name=_("经办人")
    )
    starts_on = models.DateField(_("开始日期"), default=timezone.localdate)
    ends_on = models.DateField(_("结束日期"), null=True, blank=True, help_text=_("当天起不再经办"))

    objects: ClassVar[BodyMemberQuerySet] = BodyMemberQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("经办人")
        verbose_name_plural = _("经办人")
        ordering = ["body", "id"]
        constraints = [
            models.CheckConstraint(
                name="body_member_ends_after_start",
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                violation_error_message=_("结束日期不能早于开始日期。"),
            ),
            models.UniqueConstraint(
                fields=["body", "user"],
                name="body_member_once",
                condition=Q(ends_on__isnull=True),
                violation_error_message=_("这位同志已经是经办人了。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user.public_name} · {self.body}"


class UnitOfficeQuerySet(models.QuerySet["UnitOffice"]):
    """Reads of who is responsible for a unit."""

    def in_force(self, on: date | None = None) -> "UnitOfficeQuerySet":
        """Those in office on the day (today unless told) whose account is in use."""
        return self.filter(appointment__in=Appointment.objects.in_force(on).filter(user__is_active=True))


class UnitOffice(models.Model):
    """An instructor (党建指导员) or liaison officer (党建联络员) is appointed for this unit (docs/domain.md §1).

    The unit is a body, not its Party organisation: whoever appoints knows the enterprise, school or company, which is
    registered whether or not it has a Party organisation yet, and an instructor is often sent to help found one. The
    appointment stands on the community where the unit is; what becomes of grids does not touch it.
    """

    appointment = models.OneToOneField(
        Appointment, on_delete=models.CASCADE, related_name="unit_office", verbose_name=_("任职")
    )
    body = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="unit_offices", verbose_name=_("单位"))

    objects: ClassVar[UnitOfficeQuerySet] = UnitOfficeQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("单位的党建指导员和联络员")
        verbose_name_plural = _("单位的党建指导员和联络员")
        triggers: ClassVar = [
            pgtrigger.Trigger(
                name="unit_office_of_the_community",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func=OF_THE_COMMUNITY,
            )
        ]

    def __str__(self) -> str:
        return f"{self.body} · {self.appointment.get_role_display()}"
