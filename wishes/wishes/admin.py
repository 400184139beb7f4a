"""Configuring categories and answer templates; looking at wishes without touching them."""

from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from grids.roles.domain import Role
from grids.roles.powers import give_admin_permissions, model_permissions
from grids.roles.queries import paths_of
from portal.accounts.models import User
from wishes.wishes.domain import OPEN_STATES
from wishes.wishes.models import AnswerTemplate, Category, OutsideBody, Wish
from wishes.wishes.querysets import under_paths
from wishes.wishes.services import redispatch_wish
from wishes.wishes.tasks import index_category

give_admin_permissions(
    Role.SYSTEM_ADMINISTRATOR,
    *model_permissions("wishes", "category"),
    *model_permissions("wishes", "answertemplate"),
    *model_permissions("wishes", "outsidebody"),
    *model_permissions("wishes", "wish", ("view",)),
)


@admin.register(Category)
class CategoryAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """What wishes are about, how soon they are done and who answers for them."""

    list_display = (
        "name",
        "parent",
        "kind",
        "urgency",
        "responsible_role",
        "needs_verification",
        "needs_moderation",
        "position",
        "is_active",
    )
    list_editable = ("position", "is_active")
    list_filter = ("is_active", "kind", "is_gift", "urgency", "needs_verification", "needs_moderation")
    list_select_related = ("parent",)
    search_fields = ("name", "code")
    prepopulated_fields = {"code": ("name",)}
    fieldsets = (
        (None, {"fields": ("name", "code", "parent", "kind", "is_gift", "hint", "icon", "position", "is_active")}),
        (_("怎么办"), {"fields": ("urgency", "responsible_role", "needs_verification", "needs_moderation")}),
        (_("紧急情况"), {"fields": ("emergency_advice",)}),
    )

    def save_model(self, request: HttpRequest, obj: Category, form: Any, change: bool) -> None:
        """Wishes are found by the name of their category as well."""
        super().save_model(request, obj, form, change)
        if change and "name" in form.changed_data:
            transaction.on_commit(partial(index_category.delay, obj.pk), robust=True)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "parent":
            kwargs["queryset"] = Category.objects.filter(parent=None)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


@admin.register(AnswerTemplate)
class AnswerTemplateAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Wording for public reasons, for everybody or for one place and all below it."""

    list_display = ("title", "purpose", "territory", "position", "is_active")
    list_editable = ("position", "is_active")
    list_filter = ("purpose", "is_active")
    list_select_related = ("territory",)
    search_fields = ("title", "text")
    autocomplete_fields = ("territory",)


@admin.register(OutsideBody)
class OutsideBodyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Bodies that matters are referred to, and how to reach them."""

    list_display = ("name", "phone", "territory", "position", "is_active")
    list_editable = ("position", "is_active")
    list_filter = ("is_active",)
    list_select_related = ("territory",)
    search_fields = ("name", "phone")
    autocomplete_fields = ("territory",)


class WaitingFilter(admin.SimpleListFilter):
    """Open wishes that need an administrator's eye."""

    title = _("要留意的")
    parameter_name = "attention"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("nobody", _("没有人负责")), ("overdue", _("超过时限")), ("waiting", _("等居民回答"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Wish]) -> QuerySet[Wish]:
        open_ones = queryset.filter(state__in=[str(state) for state in OPEN_STATES])
        if self.value() == "nobody":
            return open_ones.filter(responsible=None)
        if self.value() == "overdue":
            return open_ones.filter(escalation__gt=0)
        if self.value() == "waiting":
            return open_ones.filter(waiting_since__isnull=False)
        return queryset


@admin.register(Wish)
class WishAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Wishes as the public sees them, with who answers for them. Every change of a wish is a service's."""

    list_display = ("number", "title", "state", "end", "category", "community", "responsible", "due_at", "escalation")
    list_display_links = ("number", "title")
    list_filter = (
        WaitingFilter,
        "state",
        "end",
        "kind",
        "urgency",
        ("category", admin.RelatedOnlyFieldListFilter),
        ("source", admin.RelatedOnlyFieldListFilter),
    )
    list_select_related = ("category", "community", "responsible")
    search_fields = ("=number", "title")
    search_help_text = _("编号或心愿里的字")
    ordering = ("-id",)
    list_per_page = 50
    show_full_result_count = False
    actions = ("dispatch_again",)
    fields = readonly_fields = (
        "number",
        "title",
        "masked_author",
        "source",
        "category",
        "kind",
        "urgency",
        "quantity",
        "claimed_quantity",
        "unit",
        "estimated_value",
        "territory",
        "place",
        "responsible",
        "responsible_territory",
        "claimant",
        "state",
        "end",
        "end_reason",
        "referred_to",
        "duplicate_of",
        "reopen_count",
        "escalation",
        "due_at",
        "waiting_since",
        "submitted_at",
        "published_at",
        "claimed_at",
        "fulfilled_at",
        "closed_at",
    )

    @admin.display(description=_("许愿人"))
    def masked_author(self, wish: Wish) -> str:
        return wish.author_name

    def get_queryset(self, request: HttpRequest) -> QuerySet[Wish]:
        """Submitted wishes of the administrator's places."""
        wishes: QuerySet[Wish] = super().get_queryset(request).exclude(number="")
        person = request.user
        if not isinstance(person, User) or person.is_superuser:
            return wishes
        return wishes.filter(under_paths(paths_of(person, {Role.SYSTEM_ADMINISTRATOR})))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Wish | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Wish | None = None) -> bool:
        return False

    @admin.action(description=_("没有人负责的，重新派单"), permissions=["view"])
    def dispatch_again(self, request: HttpRequest, queryset: QuerySet[Wish]) -> None:
        person = request.user if isinstance(request.user, User) else None
        done = sum(redispatch_wish(wish=wish, actor=person) for wish in queryset.order_by("pk"))
        if done:
            words = ngettext("%(count)d 个心愿派到了新的负责人。", "%(count)d 个心愿派到了新的负责人。", done)
            self.message_user(request, words % {"count": done}, messages.SUCCESS)
        else:
            self.message_user(request, _t("这些心愿都有人负责，或者那里还没有任命工作人员。"), messages.INFO)
