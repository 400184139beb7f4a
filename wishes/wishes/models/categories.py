"""What a wish can be about (心愿类别) and the wording ready for its answers (答复模板)."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from grids.roles.domain import HANDLER_ROLES, Role
from wishes.wishes.domain import Kind, Urgency

__all__ = ["AnswerTemplate", "Category"]


class Category(models.Model):
    """What a wish is about (心愿类别): a tree of two levels, the same everywhere; wishes hang on the leaves."""

    code = models.SlugField(_("代码"), max_length=40, unique=True)
    name = models.CharField(_("名称"), max_length=40)
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("上级类别")
    )
    kind = models.CharField(_("心愿类型"), max_length=20, choices=Kind.choices, default=Kind.SERVICE)
    urgency = models.CharField(_("办理时限"), max_length=20, choices=Urgency.choices, default=Urgency.WEEK)
    responsible_role = models.CharField(
        _("负责岗位"),
        max_length=40,
        choices=[(role.value, role.label) for role in Role if role in HANDLER_ROLES],
        blank=True,
        help_text=_("留空时先找网格，没有网格再找社区、街道"),
    )
    is_gift = models.BooleanField(
        _("是礼物"), default=False, db_default=False, help_text=_("一户同时只能有一个礼物心愿，并写明参考价值")
    )
    needs_verification = models.BooleanField(_("都要先核实"), default=False)
    needs_moderation = models.BooleanField(_("先看过再公开"), default=False)
    emergency_advice = models.CharField(
        _("紧急情况找谁"), max_length=200, blank=True, help_text=_("例如：燃气泄漏请先拨打119")
    )
    hint = models.CharField(_("一句话说明"), max_length=120, blank=True)
    icon = models.CharField(_("图标"), max_length=40, blank=True, help_text=_("bootstrap-icons 里的名字"))
    position = models.PositiveSmallIntegerField(_("顺序"), default=0)
    is_active = models.BooleanField(_("使用中"), default=True)

    class Meta:
        verbose_name = _("心愿类别")
        verbose_name_plural = _("心愿类别")
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(name="category_not_its_own_parent", condition=~Q(parent=F("id"))),
        ]

    def __str__(self) -> str:
        return self.name


class AnswerTemplate(models.Model):
    """Wording ready for a public reason (答复模板), for one territory's subtree or for everybody."""

    class Purpose(models.TextChoices):
        """The step the wording is for."""

        DECLINE = "decline", _("不予受理")
        CANNOT_BE_DONE = "close_cannot_be_done", _("办不了")
        NOT_OURS = "close_not_ours", _("转请别处办理")
        DUPLICATE = "close_duplicate", _("和另一个相同")
        REJECT_VERIFICATION = "reject_verification", _("退回补充")
        EXTEND = "extend", _("延长时限")
        ASK = "ask", _("问一问居民")

    purpose = models.CharField(_("用途"), max_length=30, choices=Purpose.choices)
    title = models.CharField(_("标题"), max_length=40)
    text = models.TextField(_("正文"), max_length=500)
    territory = models.ForeignKey(
        "grids.Territory",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("适用地区"),
        help_text=_("留空则各地通用"),
    )
    position = models.PositiveSmallIntegerField(_("顺序"), default=0)
    is_active = models.BooleanField(_("使用中"), default=True)

    class Meta:
        verbose_name = _("答复模板")
        verbose_name_plural = _("答复模板")
        ordering = ["purpose", "position", "id"]

    def __str__(self) -> str:
        return self.title
