"""The page of the open data, its files, and the feeds."""

from datetime import date
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase, HttpResponseNotModified
from django.shortcuts import render
from django.utils.http import quote_etag
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from portal.api.base import ApiView
from wishes.opendata.domain import COLUMNS, SMALLEST
from wishes.opendata.models import FORMATS, Edition

CONTENT_TYPES = {"csv": "text/csv; charset=utf-8", "jsonl": "application/jsonl; charset=utf-8"}


def editions() -> QuerySet[Edition]:
    """What can be fetched, the newest first; a month of days at most."""
    return Edition.objects.order_by("-day")[:31]


@require_safe
def opendata(request: HttpRequest) -> HttpResponse:
    """What the table holds, under which licence, and its files."""
    context = {"editions": editions(), "columns": COLUMNS, "smallest": SMALLEST, "licence": settings.OPENDATA_LICENCE}
    return render(request, "opendata/opendata.html", context)


@require_safe
def file(request: HttpRequest, day: str, form: str) -> HttpResponseBase:
    """One file. What it holds never changes, so that whoever has it need not fetch it again."""
    edition = _edition(day)
    path = edition.path(form)
    if not path.is_file():
        raise Http404
    etag = quote_etag(str(getattr(edition, f"{form}_sha256")))
    response: HttpResponseBase = (
        HttpResponseNotModified()
        if request.headers.get("If-None-Match") == etag
        else FileResponse(path.open("rb"), as_attachment=True, filename=path.name, content_type=CONTENT_TYPES[form])
    )
    response["ETag"] = etag
    response["Cache-Control"] = "public, max-age=86400"
    return response


def _edition(day: str) -> Edition:
    try:
        found = Edition.objects.filter(day=date.fromisoformat(day)).first()
    except ValueError:
        found = None
    if found is None:
        raise Http404
    return found


class FileSerializer(serializers.Serializer[Any]):
    """One file of an edition."""

    format = serializers.ChoiceField(choices=[(form, form) for form in FORMATS])
    url = serializers.CharField()
    bytes = serializers.IntegerField()
    sha256 = serializers.CharField()


class EditionSerializer(serializers.Serializer[Any]):
    """The table of one day."""

    day = serializers.DateField(help_text=_("包括这一天以前提交的心愿"))
    rows = serializers.IntegerField()
    left_out = serializers.IntegerField(help_text=_("因人数太少没有列出"))
    files = FileSerializer(many=True)


class Editions(ApiView):
    """The files of the open data."""

    permission_classes = (AllowAny,)
    serializer_class = EditionSerializer
    queryset = Edition.objects.none()
    pagination_class = None

    @extend_schema(
        operation_id="open_data",
        summary=_("开放数据的文件"),
        description=_("每天一份，不含个人信息，保留 30 天；各列的意思见“开放数据”页。"),
        tags=["open-data"],
        responses=EditionSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        """The newest first."""
        return Response(self.get_serializer(editions(), many=True).data)
