"""Subscriptions of other systems and what became of each message, for system administrators.

It stands here because only from here upward it is known which places an administrator answers for.
"""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from grids.configuration.forms import ServiceForm
from grids.configuration.pages import ServiceAdmin, actor_of
from grids.roles.domain import Role
from grids.roles.powers import give_admin_permissions, model_permissions
from grids.roles.queries import held_by, holds
from grids.territory.models import Territory
from portal.accounts.models import User
from portal.errors import DomainError
from portal.outbox.admin import ReadOnlyAdmin
from portal.webhooks import services
from portal.webhooks.models import HookDelivery, Subscription
from portal.webhooks.registry import offered_hooks

ADMINISTRATORS = frozenset({Role.SYSTEM_ADMINISTRATOR})
give_admin_permissions(
    Role.SYSTEM_ADMINISTRATOR,
    *model_permissions("portal", "subscription", ("view", "add", "change")),
    *model_permissions("portal", "hookdelivery", ("view", "change")),
)


def _mine(request: HttpRequest, field: str) -> Q:
    """Rows of the places the administrator answers for, by the code at their beginning."""
    person = request.user
    if not isinstance(person, User):
        return Q(pk__in=[])
    if person.is_superuser:
        return Q()
    ids = [held.territory_id for held in held_by(person) if held.role in ADMINISTRATORS]
    condition = Q(pk__in=[])
    for code in Territory.objects.filter(pk__in=ids).values_list("code", flat=True):
        condition |= Q(**{f"{field}__startswith": code})
    return condition


class SubscriptionForm(ServiceForm):
    """Whom to tell of what, and where."""

    events = forms.MultipleChoiceField(
        label=_("推送哪些事"), choices=offered_hooks, widget=forms.CheckboxSelectMultiple
    )
    # The administrator who fills the form in; set for each request.
    person: User | None = None

    class Meta:
        model = Subscription
        fields = ["name", "url", "territory_code", "events", "is_active"]

    def clean_territory_code(self) -> str:
        code = str(self.cleaned_data["territory_code"])
        place = Territory.objects.defer("boundary").filter(code=code).first()
        if place is None:
            raise forms.ValidationError(_("没有找到代码是 %(code)s 的地方，请核对。") % {"code": code})
        if self.person is not None and not (self.person.is_superuser or holds(self.person, ADMINISTRATORS, place)):
            raise forms.ValidationError(_("这个地方不归您管。"))
        return code


@admin.register(Subscription)
class SubscriptionAdmin(ServiceAdmin):
    """Addresses that are told what happens. The secret is shown once, when it is made."""

    form = SubscriptionForm
    list_display = ("name", "url", "territory_code", "last_success_at", "is_active")
    list_filter = ("is_active",)
    search_fields = ("name", "url")
    actions = ("change_secret", "send_test")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Subscription]:
        return Subscription.objects.filter(_mine(request, "territory_code"))

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        form.person = actor_of(request)
        return form

    def save_model(self, request: HttpRequest, obj: Subscription, form: Any, change: bool) -> None:
        actor, fields = actor_of(request), form.cleaned_data
        if change:
            services.change_subscription(actor=actor, subscription=Subscription.objects.get(pk=obj.pk), **fields)
        else:
            opened = services.open_subscription(actor=actor, **fields)
            obj.pk, obj.salt = opened.pk, opened.salt

    def response_add(
        self, request: HttpRequest, obj: Subscription, post_url_continue: str | None = None
    ) -> HttpResponse:
        return self._secret_page(request, obj, obj.secret)

    @admin.action(description=_("换一个签名密钥"), permissions=["change"])
    def change_secret(self, request: HttpRequest, queryset: QuerySet[Subscription]) -> HttpResponse | None:
        """One at a time, so that nobody mixes secrets up."""
        found = list(queryset[:2])
        if len(found) != 1:
            self.message_user(request, _("请只选一个推送地址。"), messages.WARNING)
            return None
        secret = services.change_secret(actor=actor_of(request), subscription=found[0])
        return self._secret_page(request, found[0], secret)

    @admin.action(description=_("试发一条"), permissions=["change"])
    def send_test(self, request: HttpRequest, queryset: QuerySet[Subscription]) -> None:
        for subscription in queryset:
            services.send_test(actor=actor_of(request), subscription=subscription)
        self.message_user(request, _("已经发出，结果看“推送记录”。"))

    def _secret_page(self, request: HttpRequest, subscription: Subscription, secret: str) -> HttpResponse:
        context = {**self.admin_site.each_context(request), "subscription": subscription, "text": secret}
        response = TemplateResponse(request, "open311/admin/secret.html", context)
        response["Cache-Control"] = "no-store"
        return response


@admin.register(HookDelivery)
class HookDeliveryAdmin(ReadOnlyAdmin):
    """The log of messages; those that stopped, or that the other side has lost, can be sent again."""

    list_display = ["created_at", "subscription", "kind", "state", "attempts", "status_code", "milliseconds", "detail"]
    list_filter = ["state", "subscription"]
    list_select_related = ["subscription"]
    search_fields = ["=id"]
    search_help_text = _("推送编号，在 Wuwei-Delivery 里")
    ordering = ["-created_at"]
    fields = [
        "id",
        "subscription",
        "event",
        "kind",
        "body",
        "state",
        "attempts",
        "next_attempt_at",
        "status_code",
        "milliseconds",
        "detail",
        "created_at",
        "settled_at",
    ]
    actions = ["send_again"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[HookDelivery]:
        return super().get_queryset(request).filter(_mine(request, "subscription__territory_code"))

    def has_send_again_permission(self, request: HttpRequest) -> bool:
        """Who may change a message may have it sent again."""
        return request.user.has_perm("portal.change_hookdelivery")

    @admin.action(description=_("重新发送"), permissions=["send_again"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[HookDelivery]) -> None:
        count = 0
        for delivery in queryset:
            try:
                services.resend(actor=actor_of(request), delivery=delivery)
                count += 1
            except DomainError as error:
                self.message_user(request, f"{delivery}: {error.message}", messages.WARNING)
        if count:
            words = ngettext("{count} 条推送马上重发。", "{count} 条推送马上重发。", count)
            self.message_user(request, words.format(count=count))
