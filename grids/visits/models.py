"""Tables of visits: what was found, when the next one is due, a day's way, and the numbers kept beside them."""

import uuid
from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from grids.incidents.models import Incident
from grids.pairing.models import Household
from grids.territory.models import Territory
from grids.visits.domain import MET, WORDS_LONGEST, Kind, Standing, Topic
from portal.counters import counters, counting

__all__ = [
    "CareCount",
    "CareDue",
    "PlannedVisit",
    "Visit",
    "VisitIncident",
    "VisitPhoto",
    "VisitRevision",
    "VisitTally",
]

_MET = ", ".join(f"'{kind.value}'" for kind in sorted(MET))
# By building, as all numbers are: a building keeps its key when it moves to another grid.
COUNT_VISITS = counting(
    "grids_visittally",
    by={
        "building_id": "{row}.building_id",
        "month": "date_trunc('month', {row}.visited_at AT TIME ZONE 'Asia/Shanghai')::date",
    },
    sums={
        "visits": "({row}.withdrawn_at IS NULL)::integer",
        "met": f"({{row}}.withdrawn_at IS NULL AND {{row}}.kind IN ({_MET}))::integer",
    },
)
COUNT_CARE = counting(
    "grids_carecount",
    by={"building_id": "{row}.building_id"},
    sums={
        "in_care": "1",
        "due": f"({{row}}.standing = '{Standing.DUE.value}')::integer",
        "overdue": f"({{row}}.standing = '{Standing.OVERDUE.value}')::integer",
    },
)
# What a visit was before is kept before it is changed, and what was withdrawn stays so.
CHANGE_IS_KEPT = """
    IF OLD.withdrawn_at IS NOT NULL OR NEW.corrections <> OLD.corrections + 1 OR NOT EXISTS (
        SELECT FROM grids_visitrevision WHERE visit_id = OLD.id AND number = NEW.corrections
    ) THEN
        RAISE EXCEPTION 'visit_change_not_kept' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
"""
# What may be corrected, of what the numbers and the rhythm of care depend on.
CORRECTED = ("household_id", "building_id", "kind", "visited_at", "withdrawn_at")


class VisitQuerySet(models.QuerySet["Visit"]):
    """Reads of visits."""

    def standing(self) -> "VisitQuerySet":
        """Those that were not withdrawn."""
        return self.filter(withdrawn_at__isnull=True)


class Visit(models.Model):
    """Somebody was at a household's door (走访).

    The words are for those who look after the place; after the months a place sets they are erased, and what remains is
    that somebody was there. `key` is made by the form or the phone: what is sent twice is one visit.
    """

    key = models.UUIDField(_("编号"), unique=True, default=uuid.uuid4, editable=False)
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="visits", verbose_name=_("住户"))
    # A copy of the household's, which never moves to another building.
    building = models.ForeignKey(Territory, on_delete=models.PROTECT, related_name="+", verbose_name=_("楼栋"))
    visitor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="visits", verbose_name=_("走访人")
    )
    kind = models.CharField(_("情况"), max_length=8, choices=Kind.choices)
    topics = ArrayField(
        models.CharField(max_length=12, choices=Topic.choices), default=list, blank=True, verbose_name=_("聊到什么")
    )
    words = models.CharField(_("说了什么"), max_length=WORDS_LONGEST, blank=True)
    visited_at = models.DateTimeField(_("走访时间"), default=timezone.now)
    logged_at = models.DateTimeField(_("记下时间"), default=timezone.now)
    forgotten_at = models.DateTimeField(_("文字照片删除时间"), null=True, blank=True)
    corrections = models.PositiveSmallIntegerField(_("更正次数"), default=0, db_default=0)
    withdrawn_at = models.DateTimeField(_("撤回时间"), null=True, blank=True)

    objects: ClassVar[VisitQuerySet] = VisitQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("走访")
        verbose_name_plural = _("走访")
        constraints = [
            models.CheckConstraint(name="visit_kind_known", condition=Q(kind__in=Kind.values)),
            models.CheckConstraint(name="visit_topics_known", condition=Q(topics__contained_by=Topic.values)),
            models.CheckConstraint(
                name="visit_forgotten_is_empty",
                condition=Q(forgotten_at__isnull=True) | Q(words="", topics=[]),
            ),
        ]
        indexes = [
            models.Index(fields=["household", "-visited_at", "-id"], name="visit_of_household"),
            models.Index(fields=["building", "-visited_at", "-id"], name="visit_of_building"),
            models.Index(fields=["visitor", "-visited_at"], name="visit_of_visitor"),
            models.Index(fields=["visited_at"], name="visit_kept", condition=Q(forgotten_at__isnull=True)),
        ]
        triggers: ClassVar = [
            *counters(COUNT_VISITS, came="visit_came", changed="visit_corrected", on=CORRECTED),
            pgtrigger.Protect(name="visit_stays_as_it_was", operation=pgtrigger.UpdateOf("key", "visitor_id")),
            pgtrigger.Trigger(
                name="visit_change_is_kept",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange(*CORRECTED, "corrections"),
                func=CHANGE_IS_KEPT,
            ),
            pgtrigger.Protect(name="visit_stays", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.household_id} {self.visited_at:%Y-%m-%d}"

    def get_absolute_url(self) -> str:
        return reverse("visit", args=[self.pk])

    @property
    def topic_labels(self) -> list[str]:
        """What it was about, in words."""
        return [str(Topic(one).label) for one in self.topics]

    @property
    def state_words(self) -> str:
        """How it went, for its tag."""
        return str(_("撤回了") if self.withdrawn_at else Kind(self.kind).label)

    @property
    def state_tone(self) -> str:
        """The tone of that tag."""
        if self.withdrawn_at:
            return "grey"
        return "green" if self.kind in MET else "amber" if self.kind == Kind.AWAY else "grey"


class VisitRevision(models.Model):
    """What a visit was before it was put right or withdrawn (走访更正).

    Words and topics are erased when those of the visit are; why it was changed stands with the event.
    """

    visit = models.ForeignKey(Visit, on_delete=models.CASCADE, related_name="revisions", verbose_name=_("走访"))
    number = models.PositiveSmallIntegerField(_("第几次"))
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("更正人")
    )
    made_at = models.DateTimeField(_("更正时间"), default=timezone.now)
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="+", verbose_name=_("原来的住户"))
    kind = models.CharField(_("原来的情况"), max_length=8, choices=Kind.choices)
    topics = ArrayField(
        models.CharField(max_length=12, choices=Topic.choices),
        default=list,
        blank=True,
        verbose_name=_("原来聊到什么"),
    )
    words = models.CharField(_("原来写了什么"), max_length=WORDS_LONGEST, blank=True)
    visited_at = models.DateTimeField(_("原来的走访时间"))

    class Meta:
        verbose_name = _("走访更正")
        verbose_name_plural = _("走访更正")
        ordering = ["visit", "-number"]
        constraints = [models.UniqueConstraint(fields=["visit", "number"], name="visit_revision_once")]
        triggers: ClassVar = [
            pgtrigger.Protect(
                name="visit_revision_stays_as_it_was",
                operation=pgtrigger.UpdateOf("visit_id", "number", "made_by_id", "household_id", "kind", "visited_at"),
            ),
            pgtrigger.Protect(name="visit_revision_stays", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.visit_id}/{self.number}"

    @property
    def kind_words(self) -> str:
        """How it was said to have gone."""
        return str(Kind(self.kind).label)

    @property
    def topic_labels(self) -> list[str]:
        """What it was said to be about, in words."""
        return [str(Topic(one).label) for one in self.topics]


class VisitPhoto(models.Model):
    """A photo taken on a visit (走访照片)."""

    visit = models.ForeignKey(Visit, on_delete=models.CASCADE, related_name="photos", verbose_name=_("走访"))
    photo = models.OneToOneField(
        "portal.Photo", on_delete=models.CASCADE, related_name="visit_photo", verbose_name=_("照片")
    )

    class Meta:
        verbose_name = _("走访照片")
        verbose_name_plural = _("走访照片")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.visit_id}"


class VisitIncident(models.Model):
    """A need found on a visit that became an incident (走访发现的事件); one of a visit, held by the database."""

    visit = models.OneToOneField(Visit, on_delete=models.CASCADE, related_name="led_to", verbose_name=_("走访"))
    incident = models.OneToOneField(Incident, on_delete=models.CASCADE, related_name="+", verbose_name=_("事件"))

    class Meta:
        verbose_name = _("走访发现的事件")
        verbose_name_plural = _("走访发现的事件")

    def __str__(self) -> str:
        return f"{self.visit_id} → {self.incident_id}"


class CareDue(models.Model):
    """When a household in special care is to be visited next (走访到期); one row each, kept by events and a sweep.

    `counted_from` is the last day somebody was met since care began (`began_on`), else that day. Who has been told that
    nobody went stands in `told`: 1 whoever looks after it, 2 the grid head, 3 the community.
    """

    household = models.OneToOneField(
        Household, on_delete=models.CASCADE, primary_key=True, related_name="due", verbose_name=_("住户")
    )
    building = models.ForeignKey(Territory, on_delete=models.PROTECT, related_name="+", verbose_name=_("楼栋"))
    every = models.PositiveSmallIntegerField(_("几天一次"))
    began_on = models.DateField(_("从哪天起关照"), default=timezone.localdate)
    counted_from = models.DateField(_("从哪天算起"))
    last_visit_on = models.DateField(_("上次见到"), null=True, blank=True)
    due_from = models.DateField(_("从哪天起该去"))
    due_on = models.DateField(_("最晚哪天去"))
    standing = models.CharField(_("到没到日子"), max_length=8, choices=Standing.choices, default=Standing.RESTED)
    told = models.PositiveSmallIntegerField(_("告诉到哪一级"), default=0)
    tell_on = models.DateField(_("哪天再告诉"), null=True, blank=True)

    objects: ClassVar[models.Manager["CareDue"]] = models.Manager()

    class Meta:
        verbose_name = _("走访到期")
        verbose_name_plural = _("走访到期")
        constraints = [
            models.CheckConstraint(name="care_due_standing_known", condition=Q(standing__in=Standing.values)),
            models.CheckConstraint(name="care_due_told_range", condition=Q(told__lte=3)),
        ]
        indexes = [
            models.Index(fields=["building", "due_on"], name="care_due_of_building"),
            models.Index(fields=["due_from"], name="care_due_begins", condition=Q(standing=Standing.RESTED)),
            models.Index(fields=["due_on"], name="care_due_ends", condition=Q(standing=Standing.DUE)),
            models.Index(fields=["tell_on"], name="care_due_tells", condition=Q(standing=Standing.OVERDUE)),
        ]
        triggers: ClassVar = [
            *counters(COUNT_CARE, came="care_came", changed="care_moved_on", went="care_ended", on=("standing",)),
        ]

    def __str__(self) -> str:
        return f"{self.household_id}: {self.due_on}"

    @property
    def is_late(self) -> bool:
        return self.standing == Standing.OVERDUE

    @property
    def days_late(self) -> int:
        """How many days its last day has passed; 0 where it has not."""
        return max(0, (timezone.localdate() - self.due_on).days)


class PlannedVisit(models.Model):
    """A household put on, or taken off, somebody's way of one day (今天的走访). Rows of past days are removed."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", verbose_name=_("走访人")
    )
    day = models.DateField(_("日期"))
    household = models.ForeignKey(Household, on_delete=models.CASCADE, related_name="+", verbose_name=_("住户"))
    wanted = models.BooleanField(_("要去"))

    class Meta:
        verbose_name = _("今天的走访")
        verbose_name_plural = _("今天的走访")
        constraints = [models.UniqueConstraint(fields=["user", "day", "household"], name="planned_visit_once")]
        indexes = [models.Index(fields=["day"], name="planned_visit_day")]

    def __str__(self) -> str:
        return f"{self.day} {self.household_id}"


class VisitTally(models.Model):
    """Visits in a building in one month (楼栋走访数), and how often somebody was met; kept by a trigger on `Visit`."""

    building = models.ForeignKey(Territory, on_delete=models.CASCADE, related_name="+", verbose_name=_("楼栋"))
    month = models.DateField(_("月份"))
    visits = models.IntegerField(_("走访次数"), default=0)
    met = models.IntegerField(_("见到人的次数"), default=0)

    class Meta:
        verbose_name = _("楼栋走访数")
        verbose_name_plural = _("楼栋走访数")
        constraints = [models.UniqueConstraint(fields=["building", "month"], name="visit_tally_once")]

    def __str__(self) -> str:
        return f"{self.building_id} {self.month:%Y-%m}: {self.visits}"


class CareCount(models.Model):
    """Households of a building in special care, and how many of them are due and overdue; kept by triggers."""

    building = models.OneToOneField(
        Territory, on_delete=models.CASCADE, primary_key=True, related_name="+", verbose_name=_("楼栋")
    )
    in_care = models.IntegerField(_("特殊关照户数"), default=0)
    due = models.IntegerField(_("该去的"), default=0)
    overdue = models.IntegerField(_("过了日子的"), default=0)

    class Meta:
        verbose_name = _("楼栋关照数")
        verbose_name_plural = _("楼栋关照数")

    def __str__(self) -> str:
        return f"{self.building_id}: {self.overdue}/{self.in_care}"
