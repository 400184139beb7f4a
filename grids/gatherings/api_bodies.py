"""What programs send and get about Party life."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from grids.gatherings.domain import Audience, GatheringKind, GatheringState, How, Standing
from grids.gatherings.models import Attendance, Gathering, Minutes


class GatheringSerializer(serializers.ModelSerializer[Gathering]):
    """A gathering. How many came to one of fewer than five is for its officers, null for others."""

    standing = serializers.SerializerMethodField(label=_("您到没到"))
    expected = serializers.SerializerMethodField(label=_("应到"))
    present = serializers.SerializerMethodField(label=_("实到"))
    on_leave = serializers.SerializerMethodField(label=_("请假"))

    class Meta:
        model = Gathering
        fields = [
            *("id", "organisation", "kind", "title", "starts_at", "ends_at", "place", "topics", "audience", "state"),
            *("cancel_reason", "opened_at", "closed_at", "expected", "present", "on_leave", "standing"),
        ]
        read_only_fields = fields

    def _count(self, gathering: Gathering, number: int) -> int | None:
        shown = gathering.state == GatheringState.CLOSED and (not gathering.is_small or self.context.get("exact"))
        return number if shown else None

    def get_expected(self, gathering: Gathering) -> int | None:
        return self._count(gathering, gathering.expected)

    def get_present(self, gathering: Gathering) -> int | None:
        return self._count(gathering, gathering.present)

    def get_on_leave(self, gathering: Gathering) -> int | None:
        return self._count(gathering, gathering.on_leave)

    def get_standing(self, gathering: Gathering) -> str | None:
        mine: dict[int, str] = self.context.get("mine", {})
        return mine.get(gathering.pk)


class GatheringChangeBody(serializers.Serializer[Any]):
    """What of a plan can be changed."""

    title = serializers.CharField(max_length=60)
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    place = serializers.CharField(max_length=80)
    topics = serializers.CharField(max_length=1000, required=False, allow_blank=True)
    audience = serializers.ChoiceField(choices=Audience.choices, required=False)


class GatheringPlanBody(GatheringChangeBody):
    """A plan."""

    kind = serializers.ChoiceField(choices=GatheringKind.choices)


class GatheringReasonBody(serializers.Serializer[Any]):
    """A sentence that says why."""

    reason = serializers.CharField(max_length=200)


class CheckInBody(serializers.Serializer[Any]):
    """The six digits on the screen."""

    code = serializers.CharField(max_length=12)


class MarkBody(serializers.Serializer[Any]):
    """Who was there, by number; a reason once check-in is closed."""

    user = serializers.IntegerField(min_value=1, max_value=2**62)
    standing = serializers.ChoiceField(choices=["present", "on_leave", "absent"])
    reason = serializers.CharField(max_length=200, required=False, allow_blank=True)


class LeaveAnswerBody(serializers.Serializer[Any]):
    """The answer to a leave."""

    user = serializers.IntegerField(min_value=1, max_value=2**62)
    grant = serializers.BooleanField()


class CodeSerializer(serializers.Serializer[Any]):
    """What the screen shows, and until when."""

    code = serializers.CharField(source="digits")
    until = serializers.DateTimeField()


class AttendanceSerializer(serializers.ModelSerializer[Attendance]):
    """Where one person stands."""

    standing = serializers.ChoiceField(choices=Standing.choices)
    how = serializers.ChoiceField(choices=How.choices)

    class Meta:
        model = Attendance
        fields = ["gathering", "standing", "how", "reason", "marked_at"]
        read_only_fields = fields


class RollSerializer(serializers.Serializer[Any]):
    """One person on the roll, by family name."""

    user = serializers.IntegerField()
    name = serializers.CharField(label=_("隐去的姓名"))
    standing = serializers.ChoiceField(choices=Standing.choices, allow_null=True)
    how = serializers.ChoiceField(choices=How.choices, allow_null=True)
    reason = serializers.CharField(allow_blank=True)


class MinutesSerializer(serializers.ModelSerializer[Minutes]):
    """The minutes; a draft while nobody has signed."""

    class Meta:
        model = Minutes
        fields = ["text", "resolutions", "saved_at", "signed_at"]
        read_only_fields = fields


class MinutesBody(serializers.Serializer[Any]):
    """The whole draft. `seen` is the `saved_at` that it builds on."""

    text = serializers.CharField(max_length=10_000, allow_blank=True, trim_whitespace=False)
    resolutions = serializers.ListField(child=serializers.CharField(max_length=300), max_length=30, required=False)
    seen = serializers.DateTimeField(required=False, allow_null=True)


class KindTallySerializer(serializers.Serializer[Any]):
    """One kind."""

    kind = serializers.ChoiceField(choices=GatheringKind.choices)
    period_from = serializers.DateField(source="tally.period.first")
    period_to = serializers.DateField(source="tally.period.last")
    required = serializers.IntegerField(source="tally.required")  # type: ignore[assignment]  # taken off the class
    done = serializers.IntegerField(source="tally.done")
    year_required = serializers.IntegerField(source="tally.year_required")
    year_done = serializers.IntegerField(source="tally.year_done")
    overdue = serializers.IntegerField(source="tally.overdue")


class CompletionLineSerializer(serializers.Serializer[Any]):
    """One organisation."""

    organisation = serializers.IntegerField(source="organisation.pk")
    name = serializers.CharField(source="organisation.name")
    attendance_percent = serializers.IntegerField(
        source="percent", allow_null=True, label=_("到会率；少于 5 人的会只给本组织的同志算进去")
    )
    kinds = serializers.SerializerMethodField()

    @extend_schema_field(KindTallySerializer(many=True))
    def get_kinds(self, line: Any) -> list[dict[str, Any]]:
        rows = [{"kind": str(kind), "tally": one} for kind, one in line.tallies.items()]
        return list(KindTallySerializer(rows, many=True).data)


class CompletionSerializer(serializers.Serializer[Any]):
    """A place, or what the caller leads."""

    required = serializers.IntegerField(source="totals.required")  # type: ignore[assignment]  # taken off the class
    done = serializers.IntegerField(source="totals.done")
    overdue = serializers.IntegerField(source="totals.overdue")
    organisations = CompletionLineSerializer(source="lines", many=True)


class CompletionQuery(serializers.Serializer[Any]):
    """Which place."""

    place = serializers.CharField(required=False, default="", max_length=18, label=_("辖区编码"))


class CompletionExportBody(CompletionQuery):
    """Which place, which format."""

    file_format = serializers.ChoiceField(choices=["xlsx", "csv"])
