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
from grids.districts.models import IMPORTERS, DistrictImport
from grids.districts.pages import UploadForm, context_of, preview_of
from grids.districts.services import bring_in, check_workbooks, undo_import
from grids.districts.standing import what_remains
from grids.districts.workbook import SHEETS, explanation, template
from portal.errors import DomainError, Invalid
from portal.sheets import XLSX_TYPE


@admin.register(DistrictImport)
class DistrictImportAdmin(ScopedAdmin):
    """A district's grids, buildings, people and offices from spreadsheets."""

    scope_roles = IMPORTERS
    scope_field = "territory__path"
    list_display = ("created_at", "territory", "files", "uploaded_by", "state")
    list_select_related = ("territory", "uploaded_by")
    list_filter = ("state",)
    ordering = ("-pk",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        jobs = ("net_job", "staff_job", "undo_job")
        return super().get_queryset(request).select_related(*jobs).defer("territory__boundary")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request) and policies.may_upload(actor_of(request))

    def has_change_permission(self, request: HttpRequest, obj: DistrictImport | None = None) -> bool:
        """Nothing of an import is edited; what is done with it has buttons of its own."""
        return False

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        own = [
            path("template/", view(self.template_file), name="grids_districtimport_template"),
            path("<int:object_id>/begin/", view(self.begin), name="grids_districtimport_begin"),
            path("<int:object_id>/undo/", view(self.undo), name="grids_districtimport_undo"),
        ]
        return [*own, *super().get_urls()]

    def template_file(self, request: HttpRequest) -> HttpResponse:
        """The empty workbook."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        response = HttpResponse(template(), content_type=XLSX_TYPE)
        name = "%E5%8C%BA%E7%BA%A7%E5%AF%BC%E5%85%A5%E6%A8%A1%E6%9D%BF.xlsx"
        response["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
        return response

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
        return self._page(request, "upload", _("导入一个区"), more, status=400 if form.errors else 200)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """What the looking over found, what waits, what came of it."""
        batch = self._batch(request, object_id)
        context = context_of(actor_of(request), batch, request.GET.get("after", ""))
        return self._page(request, "import", str(batch), context)

    def begin(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Brings in what waits next."""
        batch = self._batch(request, str(object_id))
        if request.method != "POST":
            return redirect(batch)
        return self._work(request, batch, bring_in)

    def undo(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """What an undoing would do, and the button that does it."""
        batch = self._batch(request, str(object_id))
        if not policies.may_undo(actor_of(request), batch):
            raise PermissionDenied
        if request.method == "POST":
            return self._work(request, batch, undo_import)
        plan = preview_of(batch, what_remains(batch))
        return self._page(request, "undo", _("撤销导入"), {"batch": batch, "plan": plan})

    def _work(self, request: HttpRequest, batch: DistrictImport, begin: Any) -> HttpResponse:
        try:
            return redirect(begin(actor=actor_of(request), batch=batch))
        except DomainError as refused:
            messages.error(request, str(refused.message))
            context = context_of(actor_of(request), batch, "")
            return self._page(request, "import", str(batch), context, status=refused.status)

    def _batch(self, request: HttpRequest, object_id: str) -> DistrictImport:
        if not self.has_view_permission(request):
            raise PermissionDenied
        found = self.get_object(request, object_id)
        if found is None:
            raise Http404
        return found  # type: ignore[no-any-return]

    def _page(
        self, request: HttpRequest, name: str, title: str, more: dict[str, Any], *, status: int = 200
    ) -> HttpResponse:
        context = {**self.admin_site.each_context(request), "title": title, "opts": self.opts, **more}
        return TemplateResponse(request, f"admin/grids/districts/{name}.html", context, status=status)
