"""Tables of Party members' own records and of the posts they serve in."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from grids.cells.models import PartyOrganisation
from grids.members.domain import MemberState, Shown
from grids.territory.models import Territory

__all__ = ["PartyMember", "ServicePost"]


class ServicePost(models.Model):
    """What a member can do in the community (服务岗位, 设岗定责)."""

    name = models.CharField(_("岗位"), max_length=20, unique=True)
    description = models.CharField(_("做什么"), max_length=80, blank=True)
    position = models.PositiveSmallIntegerField(_("排序"), default=0)
    is_active = models.BooleanField(_("可选"), default=True)

    class Meta:
        verbose_name = _("服务岗位")
        verbose_name_plural = _("服务岗位")
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.name


class PartyMemberQuerySet(models.QuerySet["PartyMember"]):
    """Reads of members."""

    def under(self, paths: list[str]) -> "PartyMemberQuerySet":
        """Those who serve in organisations at or below one of the paths; none when there are no paths."""
        where = Q(pk__in=[])
        for path in paths:
            where |= Q(organisation__territory__path__startswith=path)
        return self.filter(where)

    def confirmed(self) -> "PartyMemberQuerySet":
        """Those whose reporting the community's organisation has confirmed."""
        return self.filter(state=MemberState.CONFIRMED)


class PartyMember(models.Model):
    """A person's own record as a Party member (党员报到): membership in the unit's branch, service in the community.

    Sensitive personal information: it exists only while the person's separate consent does, is shown by family name,
    and goes with the consent or the account.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="party_member", verbose_name=_("党员")
    )
    organisation = models.ForeignKey(
        PartyOrganisation, on_delete=models.PROTECT, related_name="members", verbose_name=_("服务的社区党组织")
    )
    unit_branch = models.CharField(_("组织关系所在党支部"), max_length=60)
    is_mobile = models.BooleanField(_("流动党员"), default=False)
    station = models.CharField(_("流动党员服务站"), max_length=60, blank=True)
    post = models.ForeignKey(
        ServicePost, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("服务岗位")
    )
    near = models.ForeignKey(
        Territory, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("从哪里出发")
    )
    is_backbone = models.BooleanField(_("骨干党员"), default=False)
    shown_to = models.CharField(_("名字给谁看"), max_length=12, choices=Shown.choices, default=Shown.STAFF)
    state = models.CharField(_("进度"), max_length=10, choices=MemberState.choices, default=MemberState.REPORTED)
    reported_at = models.DateTimeField(_("报到时间"), default=timezone.now)
    reason = models.CharField(_("答复"), max_length=200, blank=True)
    correction = models.CharField(_("请更正"), max_length=200, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("确认人"),
    )
    decided_at = models.DateTimeField(_("确认时间"), null=True, blank=True)

    objects: ClassVar[PartyMemberQuerySet] = PartyMemberQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("党员报到")
        verbose_name_plural = _("党员报到")
        ordering = ["organisation", "id"]
        constraints = [
            models.CheckConstraint(
                name="party_member_known", condition=Q(state__in=MemberState.values, shown_to__in=Shown.values)
            ),
            models.CheckConstraint(
                name="party_member_mobile_has_station",
                condition=Q(is_mobile=False, station="") | (Q(is_mobile=True) & ~Q(station="")),
            ),
            models.CheckConstraint(
                name="party_member_decision_has_reason",
                condition=Q(state=MemberState.REPORTED)
                | (~Q(reason="") & Q(decided_by__isnull=False, decided_at__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} · {self.organisation_id}"

    @property
    def state_words(self) -> str:
        """How far it has come, for the state tag."""
        return str(self.get_state_display())

    @property
    def state_tone(self) -> str:
        """The tone of the state tag."""
        return {MemberState.REPORTED: "amber", MemberState.CONFIRMED: "green"}.get(MemberState(self.state), "grey")
