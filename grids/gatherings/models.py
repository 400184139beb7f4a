"""Tables of Party life: gatherings, who was there, what was resolved, which reminders were given."""

import secrets
import uuid
from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from grids.cells.models import PartyOrganisation
from grids.gatherings.domain import (
    CODES_END_AFTER,
    OPENS_BEFORE,
    SMALL_GROUP,
    Audience,
    GatheringKind,
    GatheringState,
    How,
    Stage,
    Standing,
)
from portal.photos.models import Photo

__all__ = ["Attendance", "CheckInGuess", "Gathering", "GatheringPhoto", "GatheringReminder", "Minutes"]


def new_seed() -> str:
    """What the codes of one check-in follow from, together with the portal's own key."""
    return secrets.token_hex(16)


class GatheringQuerySet(models.QuerySet["Gathering"]):
    """Reads of gatherings."""

    def held(self) -> "GatheringQuerySet":
        """Those that took place."""
        return self.filter(state=GatheringState.CLOSED)

    def with_organisation(self) -> "GatheringQuerySet":
        """With what pages and policies ask of the organisation."""
        return self.select_related("organisation__territory").defer("organisation__territory__boundary")


class Gathering(models.Model):
    """A meeting, a lesson or a theme day of a Party organisation (三会一课, 主题党日).

    `expected`, `present` and `on_leave` are counted when check-in ends and stay as numbers when the rows of somebody
    who leaves go. An organisation holds one of a kind on a day, so that two officers who plan the same are told.
    """

    organisation = models.ForeignKey(
        PartyOrganisation, on_delete=models.PROTECT, related_name="gatherings", verbose_name=_("党组织")
    )
    kind = models.CharField(_("种类"), max_length=20, choices=GatheringKind.choices)
    title = models.CharField(_("主题"), max_length=60)
    starts_at = models.DateTimeField(_("开始时间"))
    ends_at = models.DateTimeField(_("结束时间"))
    held_on = models.DateField(_("日期"), editable=False)
    place = models.CharField(_("地点"), max_length=80)
    topics = models.TextField(_("议题"), max_length=1000, blank=True)
    audience = models.CharField(_("请谁参加"), max_length=10, choices=Audience.choices, default=Audience.ALL)
    state = models.CharField(_("进度"), max_length=10, choices=GatheringState.choices, default=GatheringState.PLANNED)
    planned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("安排的人")
    )
    planned_at = models.DateTimeField(_("安排时间"), default=timezone.now)
    cancel_reason = models.CharField(_("为什么取消"), max_length=200, blank=True)
    uid = models.UUIDField(default=uuid.uuid4, editable=False)
    code_seed = models.CharField(max_length=32, default=new_seed, editable=False)
    opened_at = models.DateTimeField(_("开始签到"), null=True, blank=True)
    closed_at = models.DateTimeField(_("结束签到"), null=True, blank=True)
    asked_at = models.DateTimeField(_("问过开没开"), null=True, blank=True)
    expected = models.PositiveIntegerField(_("应到"), default=0)
    present = models.PositiveIntegerField(_("实到"), default=0)
    on_leave = models.PositiveIntegerField(_("请假"), default=0)

    objects: ClassVar[GatheringQuerySet] = GatheringQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("组织生活")
        verbose_name_plural = _("组织生活")
        ordering = ["-held_on", "-id"]
        constraints = [
            models.CheckConstraint(
                name="gathering_known",
                condition=Q(
                    kind__in=GatheringKind.values, state__in=GatheringState.values, audience__in=Audience.values
                ),
            ),
            models.CheckConstraint(name="gathering_ends_after_start", condition=Q(ends_at__gt=F("starts_at"))),
            models.CheckConstraint(
                name="gathering_cancelled_says_why",
                condition=(Q(state=GatheringState.CANCELLED) & ~Q(cancel_reason=""))
                | (~Q(state=GatheringState.CANCELLED) & Q(cancel_reason="")),
            ),
            models.CheckConstraint(
                name="gathering_counts_fit", condition=Q(expected__gte=F("present") + F("on_leave"))
            ),
            models.UniqueConstraint(
                fields=["organisation", "kind", "held_on"],
                name="one_gathering_of_a_kind_a_day",
                condition=~Q(state=GatheringState.CANCELLED),
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "held_on", "id"], name="gathering_newest"),
            models.Index(
                fields=["ends_at"],
                name="gathering_unfinished",
                condition=Q(state__in=[GatheringState.PLANNED, GatheringState.OPEN]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.held_on}"

    def get_absolute_url(self) -> str:
        return reverse("gathering", args=[self.pk])

    @property
    def state_words(self) -> str:
        """How far it has come, for the state tag."""
        return str(_("等补记") if self.is_unanswered else self.get_state_display())

    @property
    def state_tone(self) -> str:
        """The tone of the state tag."""
        if self.is_unanswered:
            return "amber"
        tones = {GatheringState.PLANNED: "blue", GatheringState.OPEN: "amber", GatheringState.CLOSED: "green"}
        return tones.get(GatheringState(self.state), "grey")

    @property
    def may_open(self) -> bool:
        """Whether it is time for check-in."""
        return self.state == GatheringState.PLANNED and timezone.now() >= self.starts_at - OPENS_BEFORE

    @property
    def is_unanswered(self) -> bool:
        """Whether its time has gone by and nobody has said whether it was held."""
        return self.state == GatheringState.PLANNED and timezone.now() > self.ends_at

    @property
    def takes_codes(self) -> bool:
        """Whether somebody can show by a code now that they are there."""
        return self.takes_codes_at(timezone.now())

    def takes_codes_at(self, now: datetime) -> bool:
        """Whether somebody can show by a code at this moment that they are there."""
        return self.state == GatheringState.OPEN and now < self.ends_at + CODES_END_AFTER

    @property
    def is_small(self) -> bool:
        """Whether so few were expected that how many came is for the officers alone."""
        return self.expected < SMALL_GROUP

    @property
    def absent(self) -> int:
        """Who neither came nor was on leave."""
        return self.expected - self.present - self.on_leave


class Attendance(models.Model):
    """Where one person stands with one gathering: a row for who did something or was marked, one at most.

    It says that somebody belongs to the Party, so it goes with the consent and with the account.
    """

    gathering = models.ForeignKey(
        Gathering, on_delete=models.PROTECT, related_name="attendances", verbose_name=_("组织生活")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="party_attendances", verbose_name=_("谁")
    )
    standing = models.CharField(_("到没到"), max_length=14, choices=Standing.choices)
    how = models.CharField(_("怎样登记的"), max_length=10, choices=How.choices)
    reason = models.CharField(_("原因"), max_length=200, blank=True)
    marked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("登记人"),
    )
    marked_at = models.DateTimeField(_("登记时间"), default=timezone.now)

    class Meta:
        verbose_name = _("签到")
        verbose_name_plural = _("签到")
        ordering = ["gathering", "id"]
        constraints = [
            models.UniqueConstraint(fields=["gathering", "user"], name="attends_once"),
            models.CheckConstraint(
                name="attendance_known", condition=Q(standing__in=Standing.values, how__in=How.values)
            ),
            models.CheckConstraint(
                name="attendance_by_hand_says_who",
                condition=(Q(how=How.HAND) & Q(marked_by__isnull=False)) | (~Q(how=How.HAND)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.gathering_id} · {self.get_standing_display()}"

    @property
    def state_words(self) -> str:
        """The standing, for the state tag."""
        return str(self.get_standing_display())

    @property
    def state_tone(self) -> str:
        """The tone of the state tag."""
        tones = {
            Standing.PRESENT: "green",
            Standing.ABSENT: "red",
            Standing.LEAVE_ASKED: "amber",
            Standing.LEAVE_REFUSED: "red",
        }
        return tones.get(Standing(self.standing), "grey")


class CheckInGuess(models.Model):
    """Wrong codes somebody sent lately for one gathering; counted in the database, whatever happens to the cache."""

    gathering = models.ForeignKey(Gathering, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    count = models.PositiveIntegerField(default=0)
    since = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["gathering", "user"], name="guesses_counted_once")]

    def __str__(self) -> str:
        return f"{self.gathering_id} · {self.count}"


class Minutes(models.Model):
    """What was said and resolved (会议记录): a draft until an officer signs it off."""

    gathering = models.OneToOneField(
        Gathering, on_delete=models.PROTECT, primary_key=True, related_name="minutes", verbose_name=_("组织生活")
    )
    text = models.TextField(_("记录"), max_length=10_000, blank=True)
    resolutions = ArrayField(models.CharField(max_length=300), verbose_name=_("决议"), default=list, blank=True)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("记录人")
    )
    saved_at = models.DateTimeField(_("保存时间"), default=timezone.now)
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("签发人"),
    )
    signed_at = models.DateTimeField(_("签发时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("会议记录")
        verbose_name_plural = _("会议记录")
        constraints = [
            models.CheckConstraint(
                name="minutes_signed_by_somebody",
                condition=Q(signed_at__isnull=True, signed_by__isnull=True)
                | (Q(signed_at__isnull=False, signed_by__isnull=False) & ~Q(text="")),
            )
        ]

    def __str__(self) -> str:
        return f"{self.gathering_id}"


class GatheringPhoto(models.Model):
    """A photo that belongs to the minutes."""

    gathering = models.ForeignKey(Gathering, on_delete=models.PROTECT, related_name="photos")
    photo = models.OneToOneField(Photo, on_delete=models.PROTECT, related_name="gathering_photo")

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.gathering_id} · {self.photo_id}"


class GatheringReminder(models.Model):
    """That an organisation, or the one above it, was told of a gathering that is owed: once a period and stage."""

    organisation = models.ForeignKey(PartyOrganisation, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=20, choices=GatheringKind.choices)
    period = models.DateField()
    stage = models.CharField(max_length=10, choices=Stage.choices)
    told_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "kind", "period", "stage"], name="gathering_reminded_once")
        ]

    def __str__(self) -> str:
        return f"{self.organisation_id} · {self.kind} · {self.period} · {self.stage}"
