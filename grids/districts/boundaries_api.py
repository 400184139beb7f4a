"""Boundaries in bulk for programs: the file looked over first, then drawn, by the service of the admin's page."""

import io
import json
from typing import Any

from django.http import Http404
from django.urls import path
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from grids.districts.boundaries import BoundaryPlan, plan_boundaries, save_boundaries, upload_boundaries
from grids.districts.models import BoundaryUpload
from grids.roles.domain import Role
from grids.roles.queries import holds_anywhere
from grids.territory.datum import Datum
from portal.api.base import ApiView
from portal.api.idempotency import once
from portal.api.schema import refusing
from portal.errors import NotAllowed

TAGS = ["grids"]


class BoundaryUploadBody(serializers.Serializer[Any]):
    """A file, or a collection in the body itself."""

    file = serializers.FileField(required=False, help_text=_("zip 的 shapefile，或者 GeoJSON 文件；用 multipart 传"))
    collection = serializers.JSONField(required=False, help_text=_("GeoJSON 的 FeatureCollection；用 JSON 传"))
    datum = serializers.ChoiceField(choices=Datum.choices, default=Datum.WGS84, help_text=_("坐标"))
    community = serializers.CharField(
        max_length=12, required=False, default="", allow_blank=True, help_text=_("只对这个社区，12 位编码")
    )
    illustrative = serializers.BooleanField(default=False, help_text=_("示意边界，公开页上会注明"))

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("file" in attrs) == ("collection" in attrs):
            raise serializers.ValidationError({"file": _("file 和 collection 给一个。")})
        return attrs


class BoundaryColumn(serializers.Serializer[Any]):
    """Which column names the grid."""

    column = serializers.CharField(
        max_length=100, required=False, default="", allow_blank=True, help_text=_("空着就用最像的一列")
    )


class BoundaryRowSerializer(serializers.Serializer[Any]):
    """One shape of the file."""

    number = serializers.IntegerField(help_text=_("第几个图形，从 1 数起"))
    text = serializers.CharField(help_text=_("那一列写着什么"))
    grid = serializers.CharField(source="grid.code", default=None, allow_null=True, help_text=_("对上的网格编码"))
    problem = serializers.CharField(help_text=_("为什么不会划；空着就是会划"))


class ClashSerializer(serializers.Serializer[Any]):
    """Two grids that would overlap."""

    one = serializers.CharField()
    other = serializers.CharField()
    square_metres = serializers.FloatField(source="area")


class BoundaryCommunitySerializer(serializers.Serializer[Any]):
    """A community as it would be drawn."""

    community = serializers.CharField(source="community.code")
    clashes = ClashSerializer(many=True)
    open_square_metres = serializers.FloatField(source="hole_area", help_text=_("不归谁管的面积"))


class BoundaryPlanSerializer(serializers.Serializer[Any]):
    """What the file would draw, or has drawn."""

    id = serializers.IntegerField()
    file_name = serializers.CharField()
    saved_at = serializers.DateTimeField(allow_null=True)
    columns = serializers.ListField(child=serializers.CharField())
    column = serializers.CharField(help_text=_("用哪一列来对网格"))
    is_sound = serializers.BooleanField(help_text=_("可以划：有对上的，也没有重叠"))
    rows = BoundaryRowSerializer(many=True)
    communities = BoundaryCommunitySerializer(many=True)
    changed = serializers.IntegerField(allow_null=True, help_text=_("划了几个；只是看的时候为 null"))


class BoundaryView(ApiView):
    """For system administrators; an upload is its uploader's own, for others it does not exist."""

    permission_classes = (IsAuthenticated,)
    queryset = BoundaryUpload.objects.none()
    serializer_class: type[serializers.BaseSerializer[Any]] = BoundaryPlanSerializer

    def own(self, pk: int) -> BoundaryUpload:
        """The upload. Raises Http404."""
        mine = BoundaryUpload.objects.filter(uploaded_by=self.person, pk=pk)
        found: BoundaryUpload | None = mine.select_related("community").defer("community__boundary").first()
        if found is None:
            raise Http404
        return found

    def told(self, upload: BoundaryUpload, column: str, code: int, changed: int | None = None) -> Response:
        """What would be drawn by this column; of one that was used, only that it was."""
        plan = plan_boundaries(self.person, upload, column) if upload.shapes else BoundaryPlan(column, [])
        answer = {
            "id": upload.pk,
            "file_name": upload.file_name,
            "saved_at": upload.saved_at,
            "columns": upload.columns,
            "column": plan.column,
            "is_sound": plan.is_sound,
            "rows": plan.rows,
            "communities": plan.judgements,
            "changed": changed,
        }
        return Response(BoundaryPlanSerializer(answer).data, status=code)


class BoundaryUploads(BoundaryView):
    """Looking over."""

    parser_classes = (MultiPartParser, JSONParser)
    throttle_scope = "upload"

    @extend_schema(
        operation_id="boundary_uploads_check",
        summary=_("批量划界：上传，先看会怎样"),
        description=_("什么也不改。rows 说每个图形对上了哪个网格、为什么不会划；communities 说哪里重叠、哪里留空。"),
        tags=TAGS,
        request={"multipart/form-data": BoundaryUploadBody, "application/json": BoundaryUploadBody},
        responses={201: BoundaryPlanSerializer},
    )
    @once
    def post(self, request: Request) -> Response:
        """Kept for a week, or until it is used."""
        if not holds_anywhere(self.person, {Role.SYSTEM_ADMINISTRATOR}):
            raise NotAllowed(_("只有这个辖区的系统管理员可以修改配置。"))
        given: Any = dict(self.read_body(BoundaryUploadBody))
        collection, file = given.pop("collection", None), given.pop("file", None)
        if file is None:
            content = json.dumps(collection).encode()
            file, name, size = io.BytesIO(content), "collection.geojson", len(content)
        else:
            name, size = file.name, file.size
        given["datum"] = Datum(given["datum"])
        upload = upload_boundaries(actor=self.person, file=file, name=name, size=size, **given)
        return self.told(self.own(upload.pk), "", status.HTTP_201_CREATED)


class BoundaryUploadDetail(BoundaryView):
    """One upload, by a column of its own."""

    query_serializer_class = BoundaryColumn

    @extend_schema(operation_id="boundary_uploads_read", summary=_("批量划界：用这一列会划成怎样"), tags=TAGS)
    def get(self, request: Request, pk: int) -> Response:
        """As the page shows it."""
        return self.told(self.own(pk), self.query["column"], status.HTTP_200_OK)


class BoundaryUploadSave(BoundaryView):
    """Drawing."""

    @extend_schema(
        operation_id="boundary_uploads_save",
        summary=_("批量划界：照这样划"),
        description=_("一次划完，有一处重叠就都不划。"),
        tags=TAGS,
        request=BoundaryColumn,
        responses={200: BoundaryPlanSerializer},
        extensions=refusing(403, 409),
    )
    @once
    def post(self, request: Request, pk: int) -> Response:
        """All or none."""
        upload = self.own(pk)
        column = self.read_body(BoundaryColumn)["column"] or plan_boundaries(self.person, upload).column
        changed = save_boundaries(actor=self.person, upload=upload, column=column)
        return self.told(self.own(pk), column, status.HTTP_200_OK, changed)


urlpatterns = [
    path("boundary-uploads/", BoundaryUploads.as_view(), name="api_boundary_uploads"),
    path("boundary-uploads/<int:pk>/", BoundaryUploadDetail.as_view(), name="api_boundary_upload"),
    path("boundary-uploads/<int:pk>/save/", BoundaryUploadSave.as_view(), name="api_boundary_upload_save"),
]
