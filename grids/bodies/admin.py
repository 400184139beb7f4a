"""Admin pages of bodies and of the people who act for them."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from grids.bodies.models import Body, BodyMember
from grids.bodies.resources import BodyResource
from grids.bodies.services import FIELDS, add_body, add_member, change_body, end_member
from grids.configuration.filters import PlaceDistrictFilter
from grids.configuration.forms import PersonByPhoneForm, ServiceForm
from grids.configuration.pages import ServiceAdmin, SpreadsheetAdmin, actor_of
from grids.roles.domain import Role
from grids.roles.powers import give_admin_permissions, model_permissions
from portal.masking import mask_name, mask_phone

give_admin_permissions(
    Role.SYSTEM_ADMINISTRATOR,
    *model_permissions("grids", "body", ("view", "add", "change")),
    *model_permissions("grids", "bodymember", ("view", "add", "change")),
)


class BodyForm(ServiceForm):
    """A body as it is registered."""

    class Meta:
        model = Body
        fields = FIELDS


class BodyMemberForm(PersonByPhoneForm):
    """Who acts for a body, and until when. People are named by their phone: nobody browses them here."""

    phone = forms.CharField(label=_("经办人的手机号"), max_length=30)

    class Meta:
        model = BodyMember
        fields = ("body", "starts_on", "ends_on")

    field_order = ("body", "phone", "starts_on", "ends_on")


@admin.register(Body)
class BodyAdmin(SpreadsheetAdmin):
    """Teams, social organisations, co-building units and Party organisations."""

    form = BodyForm
    resource_classes = (BodyResource,)
    scope_roles = frozenset({Role.SYSTEM_ADMINISTRATOR})
    scope_field = "territory__path"
    autocomplete_fields = ("territory",)
    list_display = ("name", "kind", "territory", "masked_contact", "is_active")
    list_filter = ("kind", "is_active", PlaceDistrictFilter)
    list_select_related = ("territory",)
    search_fields = ("name", "territory__name", "territory__code")

    @admin.display(description=_("联系人"))
    def masked_contact(self, body: Body) -> str:
        phone = mask_phone(body.contact_phone) if body.contact_phone else ""
        return " ".join(part for part in (mask_name(body.contact_name), phone) if part) or "—"

    def save_model(self, request: HttpRequest, obj: Body, form: Any, change: bool) -> None:
        given = {name: form.cleaned_data[name] for name in FIELDS}
        if change:
            change_body(actor=actor_of(request), body=obj, **given)
        else:
            obj.pk = add_body(actor=actor_of(request), **given).pk


@admin.register(BodyMember)
class BodyMemberAdmin(ServiceAdmin):
    """Those who may act for a body: added and ended, never rewritten."""

    form = BodyMemberForm
    scope_roles = frozenset({Role.SYSTEM_ADMINISTRATOR})
    scope_field = "body__territory__path"
    autocomplete_fields = ("body",)
    list_display = ("person", "body", "starts_on", "ends_on")
    list_filter = ("body__kind",)
    list_select_related = ("user", "body")
    search_fields = ("body__name", "user__display_name")

    @admin.display(description=_("经办人"), ordering="user")
    def person(self, row: BodyMember) -> str:
        return row.user.public_name

    def get_fields(self, request: HttpRequest, obj: BodyMember | None = None) -> tuple[str, ...]:
        return BodyMemberForm.field_order if obj is None else ("body", "person", "starts_on", "ends_on")

    def get_readonly_fields(self, request: HttpRequest, obj: BodyMember | None = None) -> tuple[str, ...]:
        return () if obj is None else ("body", "person", "starts_on")

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        if obj is not None:
            form.base_fields.pop("phone", None)
        return form

    def save_model(self, request: HttpRequest, obj: BodyMember, form: Any, change: bool) -> None:
        given = form.cleaned_data
        if not change:
            given["user"] = given.pop("phone")
            saved = add_member(actor=actor_of(request), **given)
            obj.pk, obj.user = saved.pk, saved.user
        elif "ends_on" in form.changed_data and given["ends_on"] is not None:
            end_member(actor=actor_of(request), member=BodyMember.objects.get(pk=obj.pk), on=given["ends_on"])
