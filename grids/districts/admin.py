"""Admin pages of imports: the template, the upload, what is wrong, the word to go on, the result, the undoing."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from grids.configuration.pages import ScopedAdmin, actor_of
from grids.districts import policies
from grids.districts.boundaries import picture, plan_boundaries, save_boundaries, upload_boundaries
from grids.districts.models import IMPORTERS, BoundaryUpload, DistrictImport
from grids.districts.pages import BoundaryForm, UploadForm, context_of, preview_of
from grids.districts.services import bring_in, check_workbooks, take_faults, undo_import
from grids.districts.standing import what_remains
from grids.districts.workbook import SHEETS, explanation, template
from grids.territory.drawing import in_words
from portal.accounts.models import User
from portal.errors import DomainError, Invalid
from portal.sheets import XLSX_TYPE

MOST_PICTURES = 4


class PagesAdmin(ScopedAdmin):
    """An admin whose pages are drawn by hand: what is listed there is made and used, never edited."""

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What is done with it has buttons of its own."""
        return False

    def found(self, request: HttpRequest, object_id: str) -> Any:
        """The row. Raises PermissionDenied, Http404."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        row = self.get_object(request, object_id)
        if row is None:
            raise Http404
        return row

    def page(
        self, request: HttpRequest, name: str, title: str, more: dict[str, Any], *, status: int = 200
    ) -> HttpResponse:
        """One of the feature's own templates in the frame of the admin site."""
        context = {**self.admin_site.each_context(request), "title": title, "opts": self.opts, **more}
        return TemplateResponse(request, f"admin/grids/districts/{name}.html", context, status=status)


@admin.register(DistrictImport)
class DistrictImportAdmin(PagesAdmin):
    """A district's grids, buildings, people and offices from spreadsheets."""

    scope_roles = IMPORTERS
    scope_field = "territory__path"
    # The state second: a phone shows the first columns without scrolling.
    list_display = ("created_at", "state", "territory", "files", "uploaded_by")
    list_select_related = ("territory", "uploaded_by")
    list_filter = ("state",)
    ordering = ("-pk",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        jobs = ("net_job", "staff_job", "undo_job")
        return super().get_queryset(request).select_related(*jobs).defer("territory__boundary")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request) and policies.may_upload(actor_of(request))

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        own = [
            path("template/", view(self.template_file), name="grids_districtimport_template"),
            path("<int:object_id>/faults/", view(self.faults), name="grids_districtimport_faults"),
            path("<int:object_id>/begin/", view(self.begin), name="grids_districtimport_begin"),
            path("<int:object_id>/undo/", view(self.undo), name="grids_districtimport_undo"),
        ]
        return [*own, *super().get_urls()]

    def template_file(self, request: HttpRequest) -> HttpResponse:
        """The empty workbook."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        return _workbook(template(), "%E5%8C%BA%E7%BA%A7%E5%AF%BC%E5%85%A5%E6%A8%A1%E6%9D%BF.xlsx")

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """The upload; what was uploaded is looked over at once."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
        if request.method == "POST" and form.is_valid():
            files = [(file.name, file, file.size) for file in form.cleaned_data["file"]]
            try:
                return redirect(check_workbooks(actor=actor_of(request), files=files))
            except Invalid as refused:
                form.add_error("file", str(refused.message))
        sheets = [(kind.label, columns) for kind, columns in SHEETS.items()]
        more = {"form": form, "sheets": sheets, "explanation": explanation(), "multipart": True}
        return self.page(request, "upload", _("导入一个区"), more, status=400 if form.errors else 200)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """What the looking over found, what waits, what came of it."""
        batch: DistrictImport = self.found(request, object_id)
        context = context_of(actor_of(request), batch, request.GET.get("after", ""))
        return self.page(request, "import", str(batch), context)

    def faults(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """The sheets with what is wrong in them. A POST, since taking the list is written down."""
        batch: DistrictImport = self.found(request, str(object_id))
        if request.method != "POST":
            return redirect(batch)
        try:
            content = take_faults(actor=actor_of(request), batch=batch)
        except DomainError as refused:
            return self._refused(request, batch, refused)
        return _workbook(content, "%E8%A6%81%E6%94%B9%E7%9A%84%E8%A1%A8.xlsx")

    def begin(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Brings in what waits next."""
        batch: DistrictImport = self.found(request, str(object_id))
        if request.method != "POST":
            return redirect(batch)
        return self._work(request, batch, bring_in)

    def undo(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """What an undoing would do, and the button that does it."""
        batch: DistrictImport = self.found(request, str(object_id))
        if not policies.may_undo(actor_of(request), batch):
            raise PermissionDenied
        if request.method == "POST":
            return self._work(request, batch, undo_import)
        plan = preview_of(batch, what_remains(batch))
        return self.page(request, "undo", _("撤销导入"), {"batch": batch, "plan": plan})

    def _work(self, request: HttpRequest, batch: DistrictImport, begin: Any) -> HttpResponse:
        try:
            return redirect(begin(actor=actor_of(request), batch=batch))
        except DomainError as refused:
            return self._refused(request, batch, refused)

    def _refused(self, request: HttpRequest, batch: DistrictImport, refused: DomainError) -> HttpResponse:
        messages.error(request, str(refused.message))
        context = context_of(actor_of(request), batch, "")
        return self.page(request, "import", str(batch), context, status=refused.status)


def _workbook(content: bytes, name: str) -> HttpResponse:
    """A file to save, under its name as an address writes it."""
    response = HttpResponse(content, content_type=XLSX_TYPE)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
    return response


@admin.register(BoundaryUpload)
class BoundaryUploadAdmin(PagesAdmin):
    """Boundaries of many grids from a shapefile, for who uploaded it."""

    list_display = ("created_at", "file_name", "datum", "saved_at")
    ordering = ("-pk",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        mine = BoundaryUpload.objects.filter(uploaded_by=actor_of(request))
        return mine.select_related("community").defer("community__boundary")

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """The upload."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = BoundaryForm(request.POST, request.FILES) if request.method == "POST" else BoundaryForm()
        if request.method == "POST" and form.is_valid():
            given = form.cleaned_data
            file = given.pop("file")
            try:
                return redirect(
                    upload_boundaries(actor=actor_of(request), file=file, name=file.name, size=file.size, **given)
                )
            except DomainError as refused:
                form.add_error(refused.field if refused.field in form.fields else None, str(refused.message))
        return self.page(
            request, "boundaries_upload", _("批量划界"), {"form": form}, status=400 if form.errors else 200
        )

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """What the file would draw, matched by a column; a POST draws it."""
        upload: BoundaryUpload = self.found(request, object_id)
        actor, status = actor_of(request), 200
        column = (request.POST if request.method == "POST" else request.GET).get("column", "")
        if request.method == "POST":
            try:
                changed = save_boundaries(actor=actor, upload=upload, column=column)
            except DomainError as refused:
                messages.error(request, str(refused.message))
                status = refused.status
            else:
                messages.success(request, _("划好了，%d 个网格有了新的边界。") % changed)
                return redirect("admin:grids_grid_changelist")
        return self.page(request, "boundaries", str(upload), self._context(actor, upload, column), status=status)

    def _context(self, actor: User, upload: BoundaryUpload, column: str) -> dict[str, Any]:
        if not upload.shapes:
            return {"upload": upload, "plan": None}
        plan = plan_boundaries(actor, upload, column if column in upload.columns else "")
        faulty = [each for each in plan.judgements if each.clashes or each.holes]
        return {
            "upload": upload,
            "plan": plan,
            "words": in_words(plan.judgements),
            "pictures": [picture(each) for each in faulty[:MOST_PICTURES]],
            "left_out": [row for row in plan.rows if row.problem],
        }
