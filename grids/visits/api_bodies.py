"""What programs send and get of visits."""

from typing import Any

from django.utils.translation import gettext_lazy
from rest_framework import serializers

from grids.incidents.api.bodies import CategoryField
from grids.visits.correcting import REASON_LONGEST
from grids.visits.domain import PHOTOS_MOST, WORDS_LONGEST, Kind, Standing, Topic
from grids.visits.lists import STANDINGS
from grids.visits.models import CareDue, Visit
from grids.visits.policies import may_read
from portal.api import fields


class VisitSerializer(serializers.ModelSerializer[Visit]):
    """A visit; what was written is null for who may not read it."""

    household = serializers.IntegerField(source="household_id")
    building = serializers.CharField(source="household.building.code", label=gettext_lazy("楼栋编码"))
    door = serializers.CharField(source="household.door")
    topics = serializers.SerializerMethodField()
    words = serializers.SerializerMethodField()
    incident = serializers.SerializerMethodField()

    class Meta:
        model = Visit
        fields = [
            "id",
            "key",
            "household",
            "building",
            "door",
            "kind",
            "topics",
            "words",
            "visited_at",
            "incident",
            "corrections",
            "withdrawn_at",
        ]
        read_only_fields = fields

    def _reads(self, visit: Visit) -> bool:
        return may_read(self.context["request"].user, visit)

    def get_topics(self, visit: Visit) -> list[str] | None:
        return list(visit.topics) if self._reads(visit) else None

    def get_words(self, visit: Visit) -> str | None:
        return visit.words if self._reads(visit) else None

    def get_incident(self, visit: Visit) -> str | None:
        led = getattr(visit, "led_to", None)
        return str(led.incident.number) if led is not None and self._reads(visit) else None


class VisitBody(serializers.Serializer[Any]):
    """A visit as it was noted."""

    key = serializers.UUIDField(help_text=gettext_lazy("自己编的编号：发两次也只记一次"))
    household = serializers.IntegerField(min_value=1, max_value=2**63 - 1)
    kind = serializers.ChoiceField(choices=Kind.choices)
    topics = serializers.ListField(child=serializers.ChoiceField(choices=Topic.choices), default=list, max_length=10)
    words = fields.words(WORDS_LONGEST, gettext_lazy("记一句，只给网格和社区的工作人员看"), required=False)
    visited_at = serializers.DateTimeField(required=False, help_text=gettext_lazy("不写就是现在；最早 7 天前"))
    photos = serializers.ListField(child=serializers.UUIDField(), max_length=PHOTOS_MOST, default=list)


class VisitCorrectBody(serializers.Serializer[Any]):
    """What was written down wrongly; what is not named stays."""

    household = serializers.IntegerField(min_value=1, max_value=2**63 - 1, required=False)
    kind = serializers.ChoiceField(choices=Kind.choices, required=False)
    topics = serializers.ListField(child=serializers.ChoiceField(choices=Topic.choices), required=False, max_length=10)
    words = serializers.CharField(max_length=WORDS_LONGEST, required=False, allow_blank=True)
    visited_at = serializers.DateTimeField(required=False, help_text=gettext_lazy("记下之前，最早早 7 天"))
    reason = fields.words(REASON_LONGEST, gettext_lazy("为什么要改；走访的人在几天里改自己的可以不写"), required=False)
    seen = serializers.IntegerField(
        min_value=0, max_value=32767, required=False, help_text=gettext_lazy("读到的更正次数；别人改过就不收")
    )


class VisitWithdrawBody(serializers.Serializer[Any]):
    """Why it counts no longer."""

    reason = fields.words(REASON_LONGEST, gettext_lazy("为什么撤回"))


class VisitPlaceQuery(serializers.Serializer[Any]):
    """Which place; without one, the first of the caller's own."""

    place = serializers.RegexField(r"^[0-9]{2,18}$", required=False, default="", label=gettext_lazy("地区编码"))


class DueQuery(VisitPlaceQuery):
    """Which households in care."""

    show = serializers.ChoiceField(choices=sorted(STANDINGS), default="late")


class CareDueSerializer(serializers.ModelSerializer[CareDue]):
    """When a household is to be visited; not why."""

    household = serializers.IntegerField(source="household_id")
    building = serializers.CharField(source="household.building.code", label=gettext_lazy("楼栋编码"))
    door = serializers.CharField(source="household.door")

    class Meta:
        model = CareDue
        fields = ["household", "building", "door", "every", "last_visit_on", "due_from", "due_on", "standing"]
        read_only_fields = fields


class CallSerializer(serializers.Serializer[Any]):
    """A door on today's way."""

    household = serializers.IntegerField(source="household.pk")
    building = serializers.CharField(source="household.building.name")
    door = serializers.CharField(source="household.door")
    standing = serializers.ChoiceField(source="due.standing", choices=Standing.choices, default=None, allow_null=True)
    due_on = serializers.DateField(source="due.due_on", default=None, allow_null=True)
    last_on = serializers.DateField(allow_null=True)
    is_planned = serializers.BooleanField()


class PlanBody(serializers.Serializer[Any]):
    """A household on, or off, today's way."""

    household = serializers.IntegerField(min_value=1, max_value=2**63 - 1)
    wanted = serializers.BooleanField()


class VisitNumbersSerializer(serializers.Serializer[Any]):
    """Visits this month, and households in care."""

    visits = serializers.IntegerField()
    met = serializers.IntegerField()
    in_care = serializers.IntegerField()
    due = serializers.IntegerField()
    overdue = serializers.IntegerField()


class VisitLookBody(serializers.Serializer[Any]):
    """Why somebody further away reads it."""

    reason = fields.words(200, gettext_lazy("为什么要看，会记下来"))


class VisitWordsSerializer(serializers.Serializer[Any]):
    """What was written."""

    words = serializers.CharField()


class VisitNeedBody(serializers.Serializer[Any]):
    """What becomes an incident; the place is the household's building."""

    category = CategoryField(help_text=gettext_lazy("事件类别的代码"))
    spot = fields.words(80, gettext_lazy("具体在哪儿，公开；不要写门牌号"), required=False)
    words = fields.words(500, gettext_lazy("情况，只给工作人员看"), required=False)
    solved = serializers.BooleanField(default=False)
    note = fields.words(500, gettext_lazy("当场怎么办的"), required=False)


class VisitNeedSerializer(serializers.Serializer[Any]):
    """The incident."""

    number = serializers.CharField()
