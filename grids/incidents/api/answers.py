"""What programs are told about incidents: as much as the page shows the same person."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from grids.incidents.domain import Grade, Group, PhotoRole, Sort, State, SummonsState
from grids.incidents.models import Incident, IncidentCategory, Summons
from grids.incidents.panels import along
from grids.incidents.policies import actions_for, is_reporter, knows_particulars
from grids.incidents.services import masked_reporter
from grids.incidents.services.steps import current_clock
from grids.incidents.views.access import know_hands
from grids.incidents.views.detail import photos_for
from grids.incidents.views.story import levels_for, steps_of
from grids.roles.queries import Person


class IncidentCategorySerializer(serializers.ModelSerializer[IncidentCategory]):
    """Something that can be reported."""

    sort = serializers.ChoiceField(choices=Sort.choices, read_only=True, help_text=_("部件或事件"))
    group = serializers.ChoiceField(choices=Group.choices, read_only=True, help_text=_("大类"))
    limit = serializers.CharField(help_text=_("2h 是小时，4wh 是工作小时，3d 是工作日"))

    class Meta:
        model = IncidentCategory
        fields = ["code", "name", "sort", "group", "limit", "hint", "emergency_advice"]
        read_only_fields = fields


class IncidentSerializer(serializers.ModelSerializer[Incident]):
    """An incident as everybody may know it."""

    category = serializers.CharField(source="category.code")
    category_name = serializers.CharField(source="category.name")
    territory = serializers.CharField(source="territory.code")
    place = serializers.CharField(source="territory.name")
    community = serializers.CharField(source="community.code")
    state = serializers.ChoiceField(choices=State.choices, read_only=True)
    state_words = serializers.CharField()

    class Meta:
        model = Incident
        fields = [
            "id",
            "number",
            "category",
            "category_name",
            "territory",
            "place",
            "community",
            "spot",
            "state",
            "state_words",
            "on_the_spot",
            "collected_at",
            "handled_at",
            "verified_at",
        ]
        read_only_fields = fields


class IncidentWorkSerializer(IncidentSerializer):
    """An incident as it stands on a work list."""

    responsible = serializers.CharField(source="responsible_territory.name", help_text=_("谁负责"))

    class Meta(IncidentSerializer.Meta):
        fields = [*IncidentSerializer.Meta.fields, "responsible", "due_at", "escalation", "paused_at"]
        read_only_fields = fields


class IncidentPhotoSerializer(serializers.Serializer[Any]):
    """A photo and the addresses of its sizes, which ask for the same login."""

    role = serializers.ChoiceField(choices=PhotoRole.choices)
    state = serializers.CharField()
    large = serializers.CharField()
    medium = serializers.CharField()
    thumb = serializers.CharField()


class IncidentReportSerializer(serializers.Serializer[Any]):
    """A report; its reporter as stars."""

    id = serializers.IntegerField()
    words = serializers.CharField()
    reporter = serializers.CharField(help_text=_("隐去的姓名"))
    phone = serializers.CharField(help_text=_("隐去的电话"))
    reported_at = serializers.DateTimeField()


class SummonsSerializer(serializers.ModelSerializer[Summons]):
    """A department that was called, by when it reports, and its answer."""

    department = serializers.CharField(source="body.name")
    body = serializers.IntegerField(source="body_id")
    incident = serializers.IntegerField(source="incident_id")
    state = serializers.ChoiceField(choices=SummonsState.choices, read_only=True)

    class Meta:
        model = Summons
        fields = ["id", "incident", "body", "department", "asked", "state", "called_at", "due_at", "escalation"]
        fields += ["reported_at", "answered_at", "answer"]
        read_only_fields = fields


class IncidentStepSerializer(serializers.Serializer[Any]):
    """One line of the timeline."""

    state = serializers.ChoiceField(choices=[("done", "done"), ("now", "now"), ("next", "next")])
    words = serializers.CharField()
    at = serializers.DateTimeField(allow_null=True)
    note = serializers.CharField()
    text = serializers.CharField()
    late = serializers.BooleanField(help_text=_("这时已经超时"))
    about = serializers.CharField(help_text=_("这一行说的是什么：空着是这件事本身，wish 是由它转成的或者转来它的心愿"))


class IncidentActionSerializer(serializers.Serializer[Any]):
    """A step the caller may take now."""

    action = serializers.CharField()
    words = serializers.CharField()


class IncidentDetailSerializer(serializers.Serializer[Any]):
    """Everything the caller may know of an incident. What is for staff stays empty for others."""

    incident = IncidentWorkSerializer()
    grade = serializers.ChoiceField(choices=Grade.choices, allow_blank=True)
    was_on_time = serializers.BooleanField(allow_null=True)
    end_reason = serializers.CharField()
    longitude = serializers.FloatField(allow_null=True)
    latitude = serializers.FloatField(allow_null=True)
    photos = IncidentPhotoSerializer(many=True)
    reports = IncidentReportSerializer(many=True)
    departments = SummonsSerializer(many=True)
    steps = IncidentStepSerializer(many=True)
    actions = IncidentActionSerializer(many=True)


class UploadedPhotoSerializer(serializers.Serializer[Any]):
    """A photo just sent: name it when reporting or taking a step."""

    id = serializers.UUIDField()
    state = serializers.CharField()


class RevealedReporterSerializer(serializers.Serializer[Any]):
    """Who reported it, unmasked."""

    name = serializers.CharField()
    phone = serializers.CharField()


def detail_of(incident: Incident, viewer: Person, *, now: datetime) -> Mapping[str, Any]:
    """Everything this viewer may read of an incident they see, for `IncidentDetailSerializer`."""
    staff, reporter = knows_particulars(viewer, incident), is_reporter(viewer, incident)
    if staff:
        know_hands(incident)
    events, others = along.events_of(viewer, incident, levels_for(staff=staff, reporter=reporter))
    clock = current_clock(incident) if staff or reporter else None
    photos = photos_for(viewer, incident, staff=staff, reporter=reporter)
    known = staff or reporter
    return {
        "incident": incident,
        "grade": incident.grade if staff else "",
        "was_on_time": incident.was_on_time if staff else None,
        "end_reason": incident.end_reason if known else "",
        "longitude": incident.longitude if staff else None,
        "latitude": incident.latitude if staff else None,
        "photos": [
            {
                "role": role,
                "state": photo.state,
                "large": photo.large_url,
                "medium": photo.medium_url,
                "thumb": photo.thumb_url,
            }
            for role, found in ((PhotoRole.BEFORE, photos["before"]), (PhotoRole.AFTER, photos["after"]))
            for photo in found
        ],
        "departments": list(incident.summonses.all()) if known else [],
        "reports": _reports(incident, viewer, staff=staff),
        "steps": [
            {
                "state": step.state,
                "words": str(step.label),
                "at": step.when if isinstance(step.when, datetime) else None,
                "note": str(step.note),
                "text": step.text,
                "late": step.late,
                "about": step.about,
            }
            for step in others.among(
                steps_of(incident, events, clock, staff=staff, reporter=reporter, now=now),
            )
        ],
        "actions": [
            {"action": action.value, "words": action.label} for action in actions_for(viewer, incident, at=now)
        ],
    }


def _reports(incident: Incident, viewer: Person, *, staff: bool) -> list[dict[str, Any]]:
    """All reports for staff; their own for a reporter."""
    shown = []
    for report in incident.reports.all():
        if not staff and report.reporter_id != viewer.pk:
            continue
        person = masked_reporter(report)
        shown.append(
            {
                "id": report.pk,
                "words": report.words,
                "reporter": person.name,
                "phone": person.phone,
                "reported_at": report.reported_at,
            }
        )
    return shown
