"""What programs may send, one serializer for each step."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from grids.incidents.domain import Grade, Group, State
from grids.incidents.models import IncidentCategory
from grids.incidents.services.whistling import LIMITS
from grids.territory.domain import Level
from grids.territory.models import Territory
from portal.api import fields


@extend_schema_field(OpenApiTypes.STR)
class CategoryField(fields.CodeField):
    """A category in use."""

    def get_queryset(self) -> QuerySet[IncidentCategory]:
        return IncidentCategory.objects.filter(is_active=True)


@extend_schema_field(OpenApiTypes.STR)
class PlaceField(fields.CodeField):
    """A street, community, grid or building."""

    def get_queryset(self) -> QuerySet[Territory]:
        levels = (Level.STREET, Level.COMMUNITY, Level.GRID, Level.BUILDING)
        found: QuerySet[Territory] = Territory.objects.at(*levels).defer("boundary")
        return found


class IncidentPlaceQuery(serializers.Serializer[Any]):
    """Of which place, and how far."""

    place = PlaceField(help_text=_("社区或网格的编码"))
    state = serializers.ChoiceField(choices=State.choices, required=False, help_text=_("状态"))


class IncidentWorkQuery(serializers.Serializer[Any]):
    """What of the work."""

    place = PlaceField(required=False, help_text=_("街道、社区或网格的编码"))
    state = serializers.ChoiceField(choices=State.choices, required=False, help_text=_("状态"))
    group = serializers.ChoiceField(choices=Group.choices, required=False, help_text=_("大类"))


def _photos(text: Any) -> serializers.ListField:
    return serializers.ListField(child=serializers.UUIDField(), max_length=9, default=list, help_text=text)


class IncidentCollectBody(serializers.Serializer[Any]):
    """Something to report. A point wins over a place that it does not lie in."""

    category = CategoryField(help_text=_("类别的代码"))
    place = PlaceField(help_text=_("社区、网格或楼栋的编码"))
    longitude = serializers.FloatField(min_value=-180, max_value=180, required=False, help_text=_("经度，WGS-84"))
    latitude = serializers.FloatField(min_value=-90, max_value=90, required=False, help_text=_("纬度，WGS-84"))
    spot = fields.words(80, _("具体在哪儿，公开；不要写门牌号"), required=False)
    words = fields.words(500, _("情况，只给工作人员看；没有照片时必填"), required=False)
    photos = _photos(_("照片的编号，先用 incidents/photos/ 传"))
    solved = serializers.BooleanField(default=False, help_text=_("已经当场办好；只有负责这里的工作人员可以"))
    note = fields.words(500, _("当场怎么办的"), required=False)
    photos_after = _photos(_("办好以后的照片"))
    join = serializers.IntegerField(required=False, help_text=_("就是附近这件：事件的编号，从 incidents/near/ 来"))


class IncidentNearBody(serializers.Serializer[Any]):
    """What somebody is about to report."""

    category = CategoryField(help_text=_("类别的代码"))
    place = PlaceField(help_text=_("社区、网格或楼栋的编码"))
    longitude = serializers.FloatField(min_value=-180, max_value=180, required=False, help_text=_("经度，WGS-84"))
    latitude = serializers.FloatField(min_value=-90, max_value=90, required=False, help_text=_("纬度，WGS-84"))


class IncidentMergeBody(serializers.Serializer[Any]):
    """Which other one it is."""

    into = fields.words(20, _("另一件的编号，如 E2026-1121-0037"))


class IncidentNoBody(serializers.Serializer[Any]):
    """Nothing to say."""


class IncidentFileBody(serializers.Serializer[Any]):
    """The category, where it was wrong."""

    category = CategoryField(required=False, help_text=_("改成哪一类；不改就不写"))


class IncidentReasonBody(serializers.Serializer[Any]):
    """Why."""

    reason = fields.words(500, _("原因，上报人会看到"))


class IncidentPauseBody(serializers.Serializer[Any]):
    """What is waited for."""

    reason = fields.words(200, _("在等什么，上报人会看到"))


class IncidentDispatchBody(serializers.Serializer[Any]):
    """To which place, and there to whom."""

    place = PlaceField(help_text=_("这件事所在的网格、社区或街道"))
    to = serializers.IntegerField(required=False, help_text=_("派给谁；不写就是那里的工作人员都行"))


class IncidentDoneBody(serializers.Serializer[Any]):
    """How it was handled: words or photos."""

    note = fields.words(500, _("怎么处置的"), required=False)
    photos = _photos(_("办好以后的照片"))


class IncidentVerifyBody(serializers.Serializer[Any]):
    """What somebody else saw."""

    note = fields.words(200, _("看到的情况"), required=False)
    show_photos = serializers.BooleanField(default=False, help_text=_("照片可以公开"))


class IncidentEvaluateBody(serializers.Serializer[Any]):
    """How well it was handled."""

    grade = serializers.ChoiceField(choices=Grade.choices, help_text=_("考评"))
    note = fields.words(200, _("说明"), required=False)


class IncidentWhistleBody(serializers.Serializer[Any]):
    """Which departments, what for, and by when they report."""

    bodies = serializers.ListField(
        child=serializers.IntegerField(), min_length=1, max_length=20, help_text=_("职能部门的编号")
    )
    asked = fields.words(300, _("请部门做什么"))
    limit = serializers.ChoiceField(choices=[(code, code) for code in LIMITS], help_text=_("多久之内报到"))


class IncidentSummonsBody(serializers.Serializer[Any]):
    """Which department; needed where there are several."""

    summons = serializers.IntegerField(required=False, help_text=_("吹哨单的编号"))


class IncidentAnswerBody(IncidentSummonsBody):
    """What the department did."""

    answer = fields.words(500, _("你们做了什么"))
    photos = _photos(_("办好以后的照片"))


class IncidentCallOffBody(serializers.Serializer[Any]):
    """Which department need not come."""

    summons = serializers.IntegerField(help_text=_("吹哨单的编号"))


class IncidentRevealBody(serializers.Serializer[Any]):
    """Why somebody needs to know."""

    reason = fields.words(200, _("为什么要看，上报人会看到"))


class IncidentPhotoBody(serializers.Serializer[Any]):
    """A photo as a file."""

    file = serializers.FileField(help_text=_("JPEG、PNG、WebP 或 HEIC，最大 10 MB"))
