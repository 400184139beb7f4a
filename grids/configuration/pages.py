"""What all admin pages of the wing share: scope, services instead of saving, spreadsheets."""

from copy import deepcopy
from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import ValidationError
from django.db.models import Field, QuerySet
from django.http import HttpRequest, HttpResponse
from import_export.admin import ImportExportMixin
from import_export.formats.base_formats import CSV, XLSX

from grids.configuration.scope import inside, paths_in_scope
from grids.roles.domain import Role
from grids.territory.domain import Level
from grids.territory.models import Territory
from portal.accounts.models import User
from portal.errors import DomainError, Invalid


def actor_of(request: HttpRequest) -> User:
    """The administrator who works here."""
    assert isinstance(request.user, User)
    return request.user


def whereabouts_of(place: Territory) -> str:
    """Street and community of a place, the wider first."""
    return " · ".join(each.name for each in place.ancestors()[:-1] if each.level >= Level.STREET)


class ScopedAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Shows what lies in the administrator's own places; nothing is deleted here."""

    scope_roles: ClassVar[frozenset[Role]] = frozenset()
    scope_field: ClassVar[str] = "path"
    show_full_result_count = False
    list_per_page = 50

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        paths = paths_in_scope(request, self.scope_roles)
        return super().get_queryset(request).filter(inside(paths, self.scope_field))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ServiceAdmin(ScopedAdmin):
    """Saves through services. What a service refuses becomes an error of the form, which keeps what was typed."""

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except DomainError as error:
            refusal = error
        except ValidationError as error:
            refusal = Invalid("；".join(error.messages), field=next(iter(getattr(error, "message_dict", {})), ""))
        request.refusal = refusal  # type: ignore[attr-defined]
        return super().changeform_view(request, object_id, form_url, extra_context)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form: Any = super().get_form(request, obj, change=change, **kwargs)
        # Declared fields belong to the class and all its requests; what this request sets stays its own.
        form.base_fields = {name: deepcopy(field) for name, field in form.base_fields.items()}
        form.refusal = getattr(request, "refusal", None)
        return form

    def autocomplete(self, form: Any, name: str, source: "Field[Any, Any]", queryset: QuerySet[Any]) -> None:
        """Turns a choice of the form into a field that is searched while typing."""
        field = form.base_fields[name]
        field.widget = AutocompleteSelect(source, self.admin_site)
        field.queryset = queryset


class SpreadsheetAdmin(ImportExportMixin, ServiceAdmin):  # type: ignore[misc]
    """Import with a preview that finds every error first, and export, as XLSX or CSV."""

    formats: ClassVar[list[Any]] = [XLSX, CSV]
    from_encoding = "utf-8-sig"
    to_encoding = "utf-8-sig"
    show_change_form_export = False

    def get_import_resource_kwargs(self, request: HttpRequest, **kwargs: Any) -> dict[str, Any]:
        return {"actor": actor_of(request)}

    def get_export_resource_kwargs(self, request: HttpRequest, **kwargs: Any) -> dict[str, Any]:
        return {"actor": actor_of(request)}

    def has_import_permission(self, request: HttpRequest) -> bool:
        return self.has_add_permission(request) and self.has_change_permission(request)

    def has_export_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)
