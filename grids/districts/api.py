"""Bringing in a district for programs: upload and what is wrong, the word to go on, how far it is, undoing."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import path
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.parsers import MultiPartParser
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from grids.districts import boundaries_api, policies
from grids.districts.models import DistrictImport, ImportRow
from grids.districts.pages import TO_LOOK_AT, preview_of
from grids.districts.services import bring_in, check_workbooks, take_faults, undo_import
from grids.districts.standing import what_remains
from grids.districts.workbook import template
from portal.api.base import ApiView
from portal.api.idempotency import once
from portal.api.pagination import KeysetPagination
from portal.api.schema import refusing
from portal.errors import NotAllowed
from portal.jobs.api import JobSerializer
from portal.sheets import XLSX_TYPE

TAGS = ["grids"]


class DistrictUploadBody(serializers.Serializer[Any]):
    """One workbook with all sheets, or several."""

    file = serializers.ListField(child=serializers.FileField(), max_length=5, label=_("填好的表，可以有几个文件"))


class UndoBody(serializers.Serializer[Any]):
    """Whether only to say what would happen."""

    preview = serializers.BooleanField(default=False, label=_("只看会怎样，不办"))


class ImportSerializer(serializers.ModelSerializer[DistrictImport]):
    """How far an import is."""

    territory = serializers.CharField(source="territory.code", read_only=True, label=_("范围的编码"))
    counts = serializers.SerializerMethodField(label=_("每张表每种状态的行数"))
    waits = serializers.SerializerMethodField(label=_("等着确认的部分：net、staff 或 null"))
    job = JobSerializer(read_only=True, allow_null=True, label=_("最近的后台任务"))

    class Meta:
        model = DistrictImport
        fields = ["id", "territory", "state", "files", "created_at", "counts", "waits", "job"]
        read_only_fields = fields

    def get_counts(self, batch: DistrictImport) -> dict[str, dict[str, int]]:
        """By sheet and state."""
        return batch.counts()

    def get_waits(self, batch: DistrictImport) -> str | None:
        """Which part waits for whose word."""
        part = batch.next_part()
        return str(part) if part else None


class ImportSummarySerializer(serializers.ModelSerializer[DistrictImport]):
    """One of many imports."""

    territory = serializers.CharField(source="territory.code", read_only=True, label=_("范围的编码"))

    class Meta:
        model = DistrictImport
        fields = ["id", "territory", "state", "files", "created_at"]
        read_only_fields = fields


class FaultSerializer(serializers.Serializer[Any]):
    """One mistake of a line."""

    column = serializers.CharField(label=_("列"))
    cell = serializers.CharField(label=_("哪一格"))
    problem = serializers.CharField(label=_("哪里不对"))
    mend = serializers.CharField(label=_("怎么改"))


class RowSerializer(serializers.ModelSerializer[ImportRow]):
    """A line that somebody has to look at."""

    problems = FaultSerializer(source="told", many=True, read_only=True)

    class Meta:
        model = ImportRow
        fields = ["sheet", "line", "state", "label", "place_code", "problems"]
        read_only_fields = fields


class KeptSerializer(serializers.Serializer[Any]):
    """A line that an undoing would leave."""

    sheet = serializers.CharField()
    line = serializers.IntegerField()
    reasons = serializers.ListField(child=serializers.CharField())


class UndoSerializer(serializers.Serializer[Any]):
    """What an undoing takes back; `job` is null in a preview."""

    grids = serializers.IntegerField()
    buildings = serializers.IntegerField()
    appointments = serializers.IntegerField()
    accounts = serializers.IntegerField()
    kept = KeptSerializer(many=True)
    job = JobSerializer(allow_null=True)


class ImportView(ApiView):
    """For the administrators of the place; others do not learn that there is an import."""

    permission_classes = (IsAuthenticated,)
    queryset = DistrictImport.objects.none()
    serializer_class: type[serializers.BaseSerializer[Any]] = ImportSerializer

    def require(self) -> None:
        """Raises NotAllowed."""
        if not policies.may_upload(self.person):
            raise NotAllowed(_("只有系统管理员和安全管理员可以导入。"))

    def visible(self) -> "QuerySet[DistrictImport]":
        """Those of the person's places."""
        jobs = ("territory", "net_job", "staff_job", "undo_job")
        return DistrictImport.objects.visible_to(self.person).select_related(*jobs).defer("territory__boundary")

    def own(self, pk: int) -> DistrictImport:
        """The import. Raises Http404."""
        found = self.visible().filter(pk=pk).first()
        if found is None:
            raise Http404
        return found

    def told(self, batch: DistrictImport, code: int) -> Response:
        """How far it is now."""
        return Response(ImportSerializer(batch, context=self.get_serializer_context()).data, status=code)


class Imports(ImportView):
    """Uploading, and what was uploaded."""

    parser_classes = (MultiPartParser,)
    pagination_class = KeysetPagination
    throttle_scope = "upload"

    @extend_schema(
        operation_id="district_imports_list",
        summary=_("区级导入"),
        tags=TAGS,
        responses=ImportSummarySerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        """Newest first."""
        self.require()
        rows = self.paginate_queryset(self.visible().order_by("-id"))
        return self.get_paginated_response(ImportSummarySerializer(rows, many=True).data)

    @extend_schema(
        operation_id="district_imports_check",
        summary=_("上传一个区的表，先检查"),
        description=_("什么也不改。state 是 faulty 时，用 rows 读哪一格要怎么改。"),
        tags=TAGS,
        request=DistrictUploadBody,
        responses={201: ImportSerializer},
    )
    @once
    def post(self, request: Request) -> Response:
        """Looked over, nothing brought in."""
        self.require()
        files: Any = self.read_body(DistrictUploadBody)["file"]
        batch = check_workbooks(actor=self.person, files=[(file.name, file, file.size) for file in files])
        return self.told(self.own(batch.pk), status.HTTP_201_CREATED)


class ImportTemplate(ImportView):
    """The empty workbook."""

    @extend_schema(
        operation_id="district_imports_template",
        summary=_("区级导入的模板"),
        tags=TAGS,
        responses={(200, XLSX_TYPE): OpenApiResponse(OpenApiTypes.BINARY, description=_("Excel 文件"))},
    )
    def get(self, request: Request) -> HttpResponseBase:
        """In the reader's language."""
        self.require()
        return HttpResponse(template(), content_type=XLSX_TYPE)


class ImportDetail(ImportView):
    """One import."""

    @extend_schema(operation_id="district_imports_read", summary=_("区级导入到哪一步了"), tags=TAGS)
    def get(self, request: Request, pk: int) -> Response:
        """How far it is."""
        return self.told(self.own(pk), status.HTTP_200_OK)


class ImportRows(ImportView):
    """What is wrong."""

    serializer_class = RowSerializer
    pagination_class = KeysetPagination

    @extend_schema(
        operation_id="district_imports_rows",
        summary=_("区级导入里要看的行"),
        tags=TAGS,
        responses=RowSerializer(many=True),
    )
    def get(self, request: Request, pk: int) -> Response:
        """Lines to mend, that were refused, or that could not be undone; the last first."""
        rows = self.paginate_queryset(self.own(pk).rows.filter(state__in=TO_LOOK_AT).order_by("-id"))
        return self.get_paginated_response(self.get_serializer(rows, many=True).data)


class ImportFaults(ImportView):
    """The list of mistakes as a workbook."""

    repeats_on_purpose = "Each time the list is taken is written down by itself."

    @extend_schema(
        operation_id="district_imports_faults",
        summary=_("下载区级导入里要改的表"),
        description=_("上传的人自己的表和行，多一列写着哪里不对、怎么改；改好可以直接再传。下载会记下来。"),
        tags=TAGS,
        request=None,
        responses={(200, XLSX_TYPE): OpenApiResponse(OpenApiTypes.BINARY, description=_("Excel 文件"))},
        extensions=refusing(403, 409),
    )
    def post(self, request: Request, pk: int) -> HttpResponseBase:
        """Written down, since it names people."""
        return HttpResponse(take_faults(actor=self.person, batch=self.own(pk)), content_type=XLSX_TYPE)


class ImportBegin(ImportView):
    """The word to go on."""

    serializer_class = JobSerializer

    @extend_schema(
        operation_id="district_imports_begin",
        summary=_("确认导入等着的部分"),
        description=_("网格和楼栋由系统管理员确认，人员和任职由安全管理员确认。"),
        tags=TAGS,
        request=None,
        responses={202: JobSerializer},
    )
    @once
    def post(self, request: Request, pk: int) -> Response:
        """The job that brings it in."""
        job = bring_in(actor=self.person, batch=self.own(pk))
        return Response(self.get_serializer(job).data, status=status.HTTP_202_ACCEPTED)


class ImportUndo(ImportView):
    """Taking back."""

    serializer_class = UndoSerializer

    @extend_schema(
        operation_id="district_imports_undo",
        summary=_("撤销区级导入"),
        tags=TAGS,
        request=UndoBody,
        responses={200: UndoSerializer, 202: UndoSerializer},
    )
    @once
    def post(self, request: Request, pk: int) -> Response:
        """The job that takes it back, or what would be."""
        batch = self.own(pk)
        preview = self.read_body(UndoBody)["preview"]
        plan = preview_of(batch, what_remains(batch))
        job = None if preview else undo_import(actor=self.person, batch=batch)
        told = {
            "grids": plan.grids,
            "buildings": plan.buildings,
            "appointments": plan.appointments,
            "accounts": plan.accounts,
            "kept": [{"sheet": row.sheet, "line": row.line, "reasons": reasons} for row, reasons in plan.kept],
            "job": job,
        }
        return Response(
            UndoSerializer(told, context=self.get_serializer_context()).data,
            status=status.HTTP_202_ACCEPTED if job else status.HTTP_200_OK,
        )


urlpatterns = [
    path("district-imports/", Imports.as_view(), name="api_district_imports"),
    path("district-imports/template/", ImportTemplate.as_view(), name="api_district_import_template"),
    path("district-imports/<int:pk>/", ImportDetail.as_view(), name="api_district_import"),
    path("district-imports/<int:pk>/rows/", ImportRows.as_view(), name="api_district_import_rows"),
    path("district-imports/<int:pk>/faults/", ImportFaults.as_view(), name="api_district_import_faults"),
    path("district-imports/<int:pk>/begin/", ImportBegin.as_view(), name="api_district_import_begin"),
    path("district-imports/<int:pk>/undo/", ImportUndo.as_view(), name="api_district_import_undo"),
    *boundaries_api.urlpatterns,
]
