"""Configuration of identity: people (masked), consent texts, and who agreed to them."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import BaseUserCreationForm
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from portal.accounts import signals
from portal.accounts.forms import ReplacePhoneForm
from portal.accounts.models import Consent, ConsentText, User
from portal.accounts.phones import shown_phone
from portal.accounts.services import end_sessions, replace_lost_phone
from portal.accounts.views.my_data import tell_old_phone
from portal.errors import DomainError
from portal.masking import mask_name, mask_phone

# allauth registers pages that would show seeds, addresses and session keys; groups are not how roles work here.
for model in (Authenticator, EmailAddress, UserSession, Group):
    if admin.site.is_registered(model):
        admin.site.unregister(model)


class StaffCreationForm(BaseUserCreationForm):  # type: ignore[type-arg]
    """A staff account: user name and first password; residents register by phone."""

    class Meta:
        model = User
        fields = ("username", "legal_name", "display_name")


class PersonForm(forms.ModelForm):  # type: ignore[type-arg]
    """What an administrator may change of a person. Names and numbers are corrected by the person."""

    class Meta:
        model = User
        fields = ("is_active", "is_staff")


@admin.register(User)
class PersonAdmin(UserAdmin):  # type: ignore[type-arg]
    """People (用户): names and numbers masked, but for those who must see them."""

    form = PersonForm
    add_form = StaffCreationForm
    list_display = ("id", "public_name", "masked_phone", "username", "is_staff", "is_active", "date_joined")
    list_display_links = ("id", "public_name")
    list_filter = ("is_staff", "is_active", "elder_mode", "under_14")
    search_fields = ("username", "display_name", "=phone")
    ordering = ("-date_joined",)
    date_hierarchy = "date_joined"
    list_per_page = 50
    filter_horizontal = ()
    actions = ("sign_out_everywhere",)
    add_fieldsets = ((None, {"fields": ("username", "legal_name", "display_name", "password1", "password2")}),)
    change_form_template = "accounts/admin/person_change.html"

    @admin.display(description=_("称呼"), ordering="display_name")
    def public_name(self, person: User) -> str:
        return person.public_name

    @admin.display(description=_("手机号"))
    def masked_phone(self, person: User) -> str:
        return mask_phone(person.phone) if person.phone else "—"

    @admin.display(description=_("手机号"))
    def whole_phone(self, person: User) -> str:
        return shown_phone(person.phone) or "—"

    @admin.display(description=_("真实姓名"))
    def masked_legal_name(self, person: User) -> str:
        return mask_name(person.legal_name) or "—"

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        if obj is None:
            return self.add_fieldsets
        sees = request.user.has_perm("accounts.see_legal_name", obj)
        names = ("legal_name", "whole_phone") if sees else ("masked_legal_name", "masked_phone")
        return (
            (_("这个人"), {"fields": ("public_name", *names, "username", "assisted_by", "under_14", "guardian")}),
            (_("登录"), {"fields": ("is_active", "is_staff", "phone_verified_at", "date_joined", "last_login")}),
            (_("注销"), {"fields": ("erased_at",)}),
        )

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        if obj is None:
            return ()
        fields = [field for _name, options in self.get_fieldsets(request, obj) for field in options["fields"]]
        return [field for field in fields if field not in ("is_active", "is_staff")]

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        if not change:
            obj.is_staff = True
        super().save_model(request, obj, form, change)
        if change and {"is_active", "is_staff"} & set(form.changed_data):
            end_sessions(user=obj, actor=_actor(request), reason="role_change")

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """People are erased by themselves, never deleted here."""
        return False

    def get_urls(self) -> list[URLPattern]:
        replace = path("<int:pk>/phone/", self.admin_site.admin_view(self.replace_phone), name="portal_user_phone")
        return [replace, *super().get_urls()]

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """Whoever sees a whole name and number leaves a trace that the person can read."""
        person, actor = kwargs.get("obj"), _actor(request)
        if person is not None and person.pk != actor.pk and actor.has_perm("accounts.see_legal_name", person):
            with transaction.atomic():
                signals.identity_revealed.send(sender=User, user=person, actor=actor)
        return super().render_change_form(request, context, *args, **kwargs)

    def replace_phone(self, request: HttpRequest, pk: int) -> HttpResponse:
        """补办手机号: the person was seen, the number is new."""
        person = self.get_object(request, str(pk))
        actor = _actor(request)
        if person is None or not actor.has_perm("accounts.replace_lost_phone", person):
            raise PermissionDenied(_t("您不能给这位居民补办手机号。"))
        form = ReplacePhoneForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            number, reason = form.cleaned_data["phone"], form.cleaned_data["reason"]
            try:
                old = replace_lost_phone(actor=actor, user=person, new_phone=number, reason=reason)
            except DomainError as error:
                form.add_error(error.field or None, str(error.message))
            else:
                tell_old_phone(old, number)
                messages.success(request, _t("新手机号已经登记，请居民用它收验证码登录。"))
                return redirect(reverse("admin:portal_user_change", args=[pk]))
        context = {**self.admin_site.each_context(request), "form": form, "person": person, "opts": self.opts}
        return TemplateResponse(request, "accounts/admin/replace_phone.html", {**context, "title": _t("补办手机号")})

    @admin.action(description=_("让选中的人退出所有设备"), permissions=["change"])
    def sign_out_everywhere(self, request: HttpRequest, people: QuerySet[User]) -> None:
        for person in people:
            end_sessions(user=person, actor=_actor(request), reason="administrator")
        messages.success(request, _t("已经退出。"))


@admin.register(ConsentText)
class ConsentTextAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Texts people agree to (同意书文本). A change is a new version; one in force is frozen."""

    list_display = ("title", "kind", "version", "effective_at")
    list_filter = ("kind",)
    search_fields = ("title", "body")
    date_hierarchy = "effective_at"

    def has_change_permission(self, request: HttpRequest, obj: ConsentText | None = None) -> bool:
        return super().has_change_permission(request, obj) and (obj is None or not obj.is_in_force)

    def has_delete_permission(self, request: HttpRequest, obj: ConsentText | None = None) -> bool:
        return super().has_delete_permission(request, obj) and (obj is None or not obj.is_in_force)


@admin.register(Consent)
class ConsentAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Who agreed to what (同意记录): to read only."""

    list_display = ("user", "text", "given_at", "given_by", "withdrawn_at")
    list_filter = ("text__kind", "text__version")
    list_select_related = ("user", "text", "given_by")
    search_fields = ("user__display_name", "=user__phone")
    date_hierarchy = "given_at"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Consent | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Consent | None = None) -> bool:
        return False


def _actor(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user
