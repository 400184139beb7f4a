"""The desk for programs: views, and one step with many wishes."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID, uuid4

from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.parsers import MultiPartParser
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from grids.roles.domain import HANDLER_ROLES
from grids.roles.queries import holds_anywhere
from portal.api.base import ApiView
from portal.api.idempotency import once
from portal.errors import NotAllowed
from portal.jobs.api import JobSerializer
from wishes.desk.api_photos import photo_routes
from wishes.desk.domain import MAX_AT_ONCE
from wishes.desk.entering import begin_entry, check_file
from wishes.desk.exporting import FORMATS, ask_export
from wishes.desk.forms import BulkForm
from wishes.desk.models import BulkRow, BulkRun, EntryBatch, EntryRow, SavedView
from wishes.desk.services import begin_bulk, carry_out, remove_view, save_view, views_for
from wishes.desk.services.bulk import ACTIONS, chosen_wishes
from wishes.wishes.models import ToldBy

TAGS = ["desk"]


class SavedViewSerializer(serializers.ModelSerializer[SavedView]):
    """One view."""

    own = serializers.SerializerMethodField(label=gettext_lazy("是不是自己的"))

    class Meta:
        model = SavedView
        fields = ["id", "name", "query", "is_pinned", "own", "created_at"]
        read_only_fields = fields

    def get_own(self, view: SavedView) -> bool:
        """Whether the caller keeps it."""
        return bool(view.owner_id == self.context["request"].user.pk)


class SaveViewBody(serializers.Serializer[Any]):
    """What is kept under which name."""

    name = serializers.CharField(max_length=20, label=gettext_lazy("视图的名字"))
    query = serializers.CharField(max_length=500, allow_blank=True, label=gettext_lazy("条件，和网址里的一样"))
    pinned = serializers.BooleanField(default=False, label=gettext_lazy("放在最前面"))
    shared = serializers.BooleanField(default=False, label=gettext_lazy("给同事也看"))


class BulkBody(serializers.Serializer[Any]):
    """Which step with which wishes; words and choices as the step needs them."""

    action = serializers.ChoiceField(choices=sorted(ACTIONS), label=gettext_lazy("办什么"))
    wishes = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**63 - 1),
        min_length=1,
        max_length=MAX_AT_ONCE,
        label=gettext_lazy("心愿的内部编号"),
    )
    reason = serializers.CharField(required=False, max_length=500, label=gettext_lazy("说明"))
    referred_to = serializers.CharField(required=False, max_length=100, label=gettext_lazy("转请哪个单位办理"))
    to = serializers.CharField(required=False, max_length=20, label=gettext_lazy("转给谁"))
    by = serializers.CharField(required=False, max_length=8, label=gettext_lazy("延长多久"))


class BulkRowSerializer(serializers.ModelSerializer[BulkRow]):
    """What became of one wish."""

    number = serializers.CharField(source="wish.number", read_only=True, label=gettext_lazy("编号"))

    class Meta:
        model = BulkRow
        fields = ["wish", "number", "outcome", "words"]
        read_only_fields = fields


class BulkRunSerializer(serializers.ModelSerializer[BulkRun]):
    """A run with its rows."""

    rows = BulkRowSerializer(many=True, read_only=True)

    class Meta:
        model = BulkRun
        fields = ["uuid", "action", "created_at", "finished_at", "rows"]
        read_only_fields = fields


class DeskView(ApiView):
    """Base: for those who handle wishes somewhere."""

    permission_classes = (IsAuthenticated,)
    queryset: Any = SavedView.objects.none()
    pagination_class = None
    serializer_class: type[serializers.BaseSerializer[Any]] = SavedViewSerializer
    reason: ClassVar[Any] = gettext_lazy("这里是工作人员的工作台。您现在没有负责的网格或社区。")

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if not holds_anywhere(self.person, HANDLER_ROLES):
            raise NotAllowed(self.reason)


class Views(DeskView):
    """Views of the work list."""

    @extend_schema(
        operation_id="desk_views", summary=gettext_lazy("工单视图"), tags=TAGS, responses=SavedViewSerializer(many=True)
    )
    def get(self, request: Request) -> Response:
        """One's own and those colleagues share."""
        return Response(self.get_serializer(views_for(self.person), many=True).data)

    @extend_schema(
        operation_id="desk_views_save",
        summary=gettext_lazy("存一个视图"),
        description=gettext_lazy("同名的会被替换。"),
        tags=TAGS,
        request=SaveViewBody,
        responses={201: SavedViewSerializer},
    )
    @once
    def post(self, request: Request) -> Response:
        """Keep filters under a name."""
        view = save_view(actor=self.person, **self.read_body(SaveViewBody))
        return Response(self.get_serializer(view).data, status=status.HTTP_201_CREATED)


class ForgetView(DeskView):
    """One of them, no longer needed."""

    @extend_schema(
        operation_id="desk_views_remove",
        summary=gettext_lazy("删掉一个视图"),
        tags=TAGS,
        request=None,
        responses={204: None},
    )
    @once
    def post(self, request: Request, pk: int) -> Response:
        """Forget one's own view."""
        remove_view(actor=self.person, view=get_object_or_404(views_for(self.person), pk=pk))
        return Response(status=status.HTTP_204_NO_CONTENT)


class Bulk(DeskView):
    """One step with many wishes."""

    serializer_class = BulkRunSerializer

    @extend_schema(
        operation_id="desk_bulk",
        summary=gettext_lazy("批量办理"),
        description=gettext_lazy("一次最多 100 件。每一件单独办，办不成的在 rows 里写明原因，不影响别的。"),
        tags=TAGS,
        request=BulkBody,
        responses=BulkRunSerializer,
    )
    @once
    def post(self, request: Request) -> Response:
        """Take the step with each of them."""
        asked = self.read_body(BulkBody)
        wishes = chosen_wishes(self.person, asked["wishes"])
        form = BulkForm(asked, action=asked["action"], wishes=wishes)
        if not form.is_valid():
            raise serializers.ValidationError(
                {name: [str(each) for each in errors] for name, errors in form.errors.items()}
            )
        keys = [wish.pk for wish in wishes]
        run = begin_bulk(actor=self.person, uuid=uuid4(), action=asked["action"], keys=keys, params=form.cleaned_data)
        return Response(self.get_serializer(carry_out(actor=self.person, run=run)).data)


class BulkResult(DeskView):
    """What became of a run."""

    serializer_class = BulkRunSerializer

    @extend_schema(operation_id="desk_bulk_read", summary=gettext_lazy("批量办理的结果"), tags=TAGS)
    def get(self, request: Request, uuid: UUID) -> Response:
        """Row by row."""
        return Response(self.get_serializer(get_object_or_404(BulkRun, uuid=uuid, actor=self.person)).data)


class ExportBody(serializers.Serializer[Any]):
    """What is exported, and as what."""

    query = serializers.CharField(
        max_length=500, allow_blank=True, default="", label=gettext_lazy("条件，和网址里的一样")
    )
    file_format = serializers.ChoiceField(choices=sorted(FORMATS), label=gettext_lazy("存成什么"))
    reason = serializers.CharField(
        max_length=200, allow_blank=True, default="", label=gettext_lazy("为什么要完整的联系方式")
    )


class Export(DeskView):
    """The work list as a file."""

    serializer_class = JobSerializer

    @extend_schema(
        operation_id="desk_export",
        summary=gettext_lazy("导出工单"),
        description=gettext_lazy("回答一个后台任务，做好后从 file 下载。联系方式打星号，写了理由才完整，并逐件记下。"),
        tags=TAGS,
        request=ExportBody,
        responses={202: JobSerializer},
    )
    @once
    def post(self, request: Request) -> Response:
        """A job that makes the file."""
        job = ask_export(actor=self.person, **self.read_body(ExportBody))
        return Response(self.get_serializer(job).data, status=status.HTTP_202_ACCEPTED)


class EntryBody(serializers.Serializer[Any]):
    """A filled-in template."""

    file = serializers.FileField(label=gettext_lazy("填好的表"))
    told_by = serializers.ChoiceField(
        choices=ToldBy.choices, default=ToldBy.PAPER, label=gettext_lazy("居民是怎么说的")
    )


class EntryRowSerializer(serializers.ModelSerializer[EntryRow]):
    """What is wrong with one line, or what became of it."""

    number = serializers.CharField(source="wish.number", default="", read_only=True, label=gettext_lazy("编号"))
    problems = serializers.SerializerMethodField(label=gettext_lazy("要改的地方：列和说明"))

    class Meta:
        model = EntryRow
        fields = ["line", "state", "title", "problems", "number"]
        read_only_fields = fields

    def get_problems(self, row: EntryRow) -> list[list[str]]:
        """Pairs of column and sentence."""
        return [list(pair) for pair in row.problems]


class EntryBatchSerializer(serializers.ModelSerializer[EntryBatch]):
    """A file with its lines."""

    rows = EntryRowSerializer(many=True, read_only=True)

    class Meta:
        model = EntryBatch
        fields = ["id", "state", "created_at", "rows"]
        read_only_fields = fields


class EntryView(DeskView):
    """Base of entering from a spreadsheet."""

    serializer_class: type[serializers.BaseSerializer[Any]] = EntryBatchSerializer

    def own(self, pk: int) -> EntryBatch:
        """The caller's file. Raises Http404."""
        return get_object_or_404(EntryBatch.objects.prefetch_related("rows__wish"), pk=pk, actor=self.person)


class Entry(EntryView):
    """Uploading."""

    parser_classes = (MultiPartParser,)
    throttle_scope = "upload"

    @extend_schema(
        operation_id="desk_entry_check",
        summary=gettext_lazy("上传批量代录表，先看一遍"),
        description=gettext_lazy("什么都还没录。rows 里写明哪一行哪里要改。"),
        tags=TAGS,
        request=EntryBody,
        responses={201: EntryBatchSerializer},
    )
    @once
    def post(self, request: Request) -> Response:
        """Looked over, nothing entered."""
        body = self.read_body(EntryBody)
        file: Any = body["file"]
        batch = check_file(actor=self.person, file=file, size=file.size, told_by=body["told_by"])
        return Response(self.get_serializer(self.own(batch.pk)).data, status=status.HTTP_201_CREATED)


class EntryResult(EntryView):
    """One file."""

    @extend_schema(operation_id="desk_entry_read", summary=gettext_lazy("批量代录的结果"), tags=TAGS)
    def get(self, request: Request, pk: int) -> Response:
        """Line by line."""
        return Response(self.get_serializer(self.own(pk)).data)


class EntryBegin(EntryView):
    """Having it entered."""

    serializer_class = JobSerializer

    @extend_schema(
        operation_id="desk_entry_begin",
        summary=gettext_lazy("开始录入"),
        description=gettext_lazy("没有错的行由后台任务一行一行录入；录过的行不会再录一遍。"),
        tags=TAGS,
        request=None,
        responses={202: JobSerializer},
    )
    @once
    def post(self, request: Request, pk: int) -> Response:
        """The job that enters the lines without mistakes."""
        job = begin_entry(actor=self.person, batch=self.own(pk))
        return Response(self.get_serializer(job).data, status=status.HTTP_202_ACCEPTED)


urlpatterns = [
    *photo_routes,
    path("export/", Export.as_view(), name="api_desk_export"),
    path("entry/", Entry.as_view(), name="api_desk_entry"),
    path("entry/<int:pk>/", EntryResult.as_view(), name="api_desk_entry_batch"),
    path("entry/<int:pk>/begin/", EntryBegin.as_view(), name="api_desk_entry_begin"),
    path("views/", Views.as_view(), name="api_desk_views"),
    path("views/<int:pk>/remove/", ForgetView.as_view(), name="api_desk_view_remove"),
    path("bulk/", Bulk.as_view(), name="api_desk_bulk"),
    path("bulk/<uuid:uuid>/", BulkResult.as_view(), name="api_desk_bulk_run"),
]
