"""Admin pages of Party organisations and of their leaders' terms."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from grids.cells.domain import Rank
from grids.cells.models import LeadershipTerm, PartyOrganisation
from grids.cells.resources import OrganisationResource
from grids.cells.services import FIELDS, add_organisation, change_organisation, end_term, give_term
from grids.configuration.filters import PlaceDistrictFilter, StreetFilter
from grids.configuration.forms import PersonByPhoneForm, ServiceForm
from grids.configuration.pages import ServiceAdmin, SpreadsheetAdmin, actor_of
from grids.roles.domain import Role
from grids.roles.powers import give_admin_permissions, model_permissions

give_admin_permissions(
    Role.SYSTEM_ADMINISTRATOR,
    *model_permissions("grids", "partyorganisation", ("view", "add", "change")),
    *model_permissions("grids", "leadershipterm", ("view", "add", "change")),
)


class OrganisationForm(ServiceForm):
    """An organisation, and whether it takes on wishes."""

    acts = forms.BooleanField(
        label=_("认领心愿"), required=False, help_text=_("用它的名义认领心愿；同时登记在“组织和单位”里")
    )

    class Meta:
        model = PartyOrganisation
        fields = FIELDS

    field_order = (*FIELDS, "acts")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields["acts"].initial = self.instance.acts


class TermForm(PersonByPhoneForm):
    """Who holds which post until when. People are named by their phone: nobody browses Party members here."""

    phone = forms.CharField(label=_("任职人的手机号"), max_length=30)

    class Meta:
        model = LeadershipTerm
        fields = ("organisation", "post", "starts_on", "ends_on")

    field_order = ("organisation", "phone", "post", "starts_on", "ends_on")


@admin.register(PartyOrganisation)
class PartyOrganisationAdmin(SpreadsheetAdmin):
    """The tree of Party organisations, from the widest place down."""

    form = OrganisationForm
    resource_classes = (OrganisationResource,)
    scope_roles = frozenset({Role.SYSTEM_ADMINISTRATOR})
    scope_field = "territory__path"
    autocomplete_fields = ("territory", "parent")
    list_display = ("in_the_tree", "kind", "unit", "territory", "parent", "acting", "is_active")
    list_filter = ("rank", "kind", "is_active", PlaceDistrictFilter, StreetFilter)
    list_select_related = ("territory", "parent", "body")
    search_fields = ("name", "unit", "territory__name", "=territory__code")
    ordering = ("territory__path", "rank", "name", "id")

    @admin.display(description=_("党组织"), ordering="rank")
    def in_the_tree(self, row: PartyOrganisation) -> SafeString:
        """Moved in by rank, so that the list reads as the tree it is."""
        return format_html("{}{} <small>{}</small>", "　" * (row.rank - 1), row.name, Rank(row.rank).label)

    @admin.display(description=_("认领心愿"), boolean=True)
    def acting(self, row: PartyOrganisation) -> bool:
        return row.acts

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        found, repeats = super().get_search_results(request, queryset, search_term)
        return (found.filter(is_active=True) if request.path.endswith("/autocomplete/") else found), repeats

    def save_model(self, request: HttpRequest, obj: PartyOrganisation, form: Any, change: bool) -> None:
        given = {name: form.cleaned_data[name] for name in (*FIELDS, "acts")}
        if change:
            found = PartyOrganisation.objects.get(pk=obj.pk)
            change_organisation(actor=actor_of(request), organisation=found, **given)
        else:
            obj.pk = add_organisation(actor=actor_of(request), **given).pk


@admin.register(LeadershipTerm)
class LeadershipTermAdmin(ServiceAdmin):
    """Terms: given, ended or prolonged, never rewritten."""

    form = TermForm
    scope_roles = frozenset({Role.SYSTEM_ADMINISTRATOR})
    scope_field = "organisation__territory__path"
    autocomplete_fields = ("organisation",)
    list_display = ("person", "post", "organisation", "starts_on", "ends_on")
    list_filter = ("post",)
    list_select_related = ("user", "organisation")
    search_fields = ("organisation__name", "organisation__territory__name")

    @admin.display(description=_("任职人"), ordering="user")
    def person(self, row: LeadershipTerm) -> str:
        return row.user.public_name

    def get_fields(self, request: HttpRequest, obj: LeadershipTerm | None = None) -> tuple[str, ...]:
        return TermForm.field_order if obj is None else ("organisation", "person", "post", "starts_on", "ends_on")

    def get_readonly_fields(self, request: HttpRequest, obj: LeadershipTerm | None = None) -> tuple[str, ...]:
        return () if obj is None else ("organisation", "person", "post", "starts_on")

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        if obj is not None:
            form.base_fields.pop("phone", None)
        return form

    def save_model(self, request: HttpRequest, obj: LeadershipTerm, form: Any, change: bool) -> None:
        given = form.cleaned_data
        if not change:
            given["user"] = given.pop("phone")
            saved = give_term(actor=actor_of(request), **given)
            obj.pk, obj.user = saved.pk, saved.user
        elif "ends_on" in form.changed_data:
            end_term(actor=actor_of(request), term=LeadershipTerm.objects.get(pk=obj.pk), on=given["ends_on"])
