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

__all__ = ["CareCount", "CareDue", "PlannedVisit", "Visit", "VisitIncident", "VisitPhoto", "VisitTally"]

_MET = ", ".join(f"'{kind.value}'" for kind in sorted(MET))
# By building, as all numbers are: a building keeps its key when it moves to another grid.
COUNT_VISITS = f"""
    INSERT INTO grids_visittally (building_id, month, visits, met)
    VALUES (
        NEW.building_id, date_trunc('month', NEW.visited_at AT TIME ZONE 'Asia/Shanghai')::date,
        1, (NEW.kind IN ({_MET}))::integer
    )
    ON CONFLICT (building_id, month) DO UPDATE
    SET visits = grids_visittally.visits + 1, met = grids_visittally.met + excluded.met;
    RETURN NULL;
"""  # noqa: S608 - constants
COUNT_CARE = f"""
    IF TG_OP <> 'INSERT' THEN
        UPDATE grids_carecount
        SET in_care = in_care - 1, due = due - (OLD.standing = '{Standing.DUE.value}')::integer,
            overdue = overdue - (OLD.standing = '{Standing.OVERDUE.value}')::integer
        WHERE building_id = OLD.building_id;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO grids_carecount (building_id, in_care, due, overdue)
        VALUES (
            NEW.building_id, 1, (NEW.standing = '{Standing.DUE.value}')::integer,
            (NEW.standing = '{Standing.OVERDUE.value}')::integer
        )
        ON CONFLICT (building_id) DO UPDATE
        SET in_care = grids_carecount.in_care + 1, due = grids_carecount.due + excluded.due,
            overdue = grids_carecount.overdue + excluded.overdue;
    END IF;
    RETURN NULL;
"""  # noqa: S608 - constants


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

    objects: ClassVar[models.Manager["Visit"]] = models.Manager()

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
            pgtrigger.Trigger(
                name="visit_came",
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                timing=pgtrigger.Deferred,
                func=COUNT_VISITS,
            ),
            pgtrigger.Protect(
                name="visit_stays_as_it_was",
                operation=pgtrigger.UpdateOf("key", "household_id", "building_id", "visitor_id", "kind", "visited_at"),
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
        return str(Kind(self.kind).label)

    @property
    def state_tone(self) -> str:
        """The tone of that tag."""
        return "green" if self.kind in MET else "amber" if self.kind == Kind.AWAY else "grey"


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

    `counted_from` is the last day somebody was met, else the day care began. Who has been told that nobody went stands
    in `told`: 1 whoever looks after it, 2 the grid head, 3 the community.
    """

    household = models.OneToOneField(
        Household, on_delete=models.CASCADE, primary_key=True, related_name="due", verbose_name=_("住户")
    )
    building = models.ForeignKey(Territory, on_delete=models.PROTECT, related_name="+", verbose_name=_("楼栋"))
    every = models.PositiveSmallIntegerField(_("几天一次"))
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
            pgtrigger.Trigger(
                name="care_came",
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                timing=pgtrigger.Deferred,
                func=COUNT_CARE,
            ),
            pgtrigger.Trigger(
                name="care_moved_on",
                when=pgtrigger.After,
                operation=pgtrigger.Update,
                timing=pgtrigger.Deferred,
                condition=pgtrigger.AnyChange("standing"),
                func=COUNT_CARE,
            ),
            pgtrigger.Trigger(
                name="care_ended",
                when=pgtrigger.After,
                operation=pgtrigger.Delete,
                timing=pgtrigger.Deferred,
                func=COUNT_CARE,
            ),
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
