"""Long work for programs: how far it is, and the file that came of it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from portal.api.base import ApiView
from portal.api.pagination import KeysetPagination
from portal.jobs.models import Job
from portal.jobs.views import file_response

TAGS = ["jobs"]


class JobSerializer(serializers.ModelSerializer[Job]):
    """One job as its owner sees it."""

    id = serializers.UUIDField(source="uuid", read_only=True, label=_("编号"))
    what = serializers.CharField(source="label", read_only=True, label=_("是什么"))
    percent = serializers.IntegerField(read_only=True, label=_("百分之几"))
    file = serializers.SerializerMethodField(label=_("文件的地址；没有文件时为 null"))

    class Meta:
        model = Job
        fields = [
            "id",
            "kind",
            "what",
            "state",
            "done",
            "total",
            "percent",
            "error",
            "created_at",
            "started_at",
            "finished_at",
            "expires_at",
            "result_name",
            "size",
            "file",
        ]
        read_only_fields = fields

    def get_file(self, job: Job) -> str | None:
        """Where the result is fetched."""
        if not job.has_result:
            return None
        address: str = reverse("api_job_file", kwargs={"uuid": job.uuid}, request=self.context.get("request"))
        return address


class JobView(ApiView):
    """Base: a person's own jobs, nobody else's."""

    permission_classes = (IsAuthenticated,)
    queryset = Job.objects.none()
    serializer_class: type[serializers.BaseSerializer[Any]] = JobSerializer

    def own(self, uuid: UUID) -> Job:
        """The job, for its owner. Raises Http404."""
        return get_object_or_404(Job, owner=self.person, uuid=uuid)


class JobList(JobView):
    """Newest first."""

    pagination_class = KeysetPagination

    @extend_schema(operation_id="jobs_list", summary=_("我要的后台任务"), tags=TAGS)
    def get(self, request: Request) -> Response:
        """Newest first, a page at a time."""
        rows = self.paginate_queryset(Job.objects.of(self.person))
        return self.get_paginated_response(self.get_serializer(rows, many=True).data)


class JobDetail(JobView):
    """One of them."""

    @extend_schema(operation_id="jobs_read", summary=_("后台任务做到哪里了"), tags=TAGS)
    def get(self, request: Request, uuid: UUID) -> Response:
        """How far it is."""
        return Response(self.get_serializer(self.own(uuid)).data)


class JobFile(JobView):
    """What came of it."""

    @extend_schema(
        operation_id="jobs_file",
        summary=_("下载后台任务的结果"),
        description=_("只给要的人自己；每次下载都会记下来。还没做好或过了保留期回答 409。"),
        tags=TAGS,
        responses={
            (200, "application/octet-stream"): OpenApiResponse(OpenApiTypes.BINARY, description=_("文件")),
            409: OpenApiResponse(description=_("还没做好，或过了保留期")),
        },
    )
    def get(self, request: Request, uuid: UUID) -> HttpResponseBase:
        """The file as it is."""
        return file_response(user=self.person, job=self.own(uuid))


urlpatterns = [
    path("", JobList.as_view(), name="api_jobs"),
    path("<uuid:uuid>/", JobDetail.as_view(), name="api_job"),
    path("<uuid:uuid>/file/", JobFile.as_view(), name="api_job_file"),
]
