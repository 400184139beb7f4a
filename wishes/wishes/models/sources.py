"""Where a wish comes in from, when nobody posted it on the portal's own pages."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class ToldBy(models.TextChoices):
    """How a resident told a wish to whoever wrote it down for them (怎么说的)."""

    PHONE = "phone", _("电话")
    VISIT = "visit", _("当面说的")
    PAPER = "paper", _("纸条")


class Source(models.Model):
    """A hotline, mailbox or app that sends wishes in (来源), such as the city's hotline 12345.

    Its wishes belong to `account`, an account nobody can enter; who telephoned stands in the wish's private contact.
    It may send wishes for `territory` and below, `per_day` of them on one day at most.
    """

    name = models.CharField(
        _("名称"), max_length=40, unique=True, help_text=_("公开显示在心愿上，例如：12345 政务热线")
    )
    contact = models.CharField(_("联系人"), max_length=60, help_text=_("有问题时找谁"))
    phone = models.CharField(_("联系电话"), max_length=20, help_text=_("来件没有留电话时，打这个电话"))
    territory = models.ForeignKey(
        "grids.Territory",
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("范围"),
        help_text=_("只能转来这个地方和它下面的心愿"),
    )
    account = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="wish_source", verbose_name=_("账号")
    )
    per_day = models.PositiveIntegerField(
        _("每天最多"), default=500, validators=[MinValueValidator(1), MaxValueValidator(100_000)]
    )
    is_active = models.BooleanField(_("启用"), default=True)
    created_at = models.DateTimeField(_("登记时间"), default=timezone.now)

    class Meta:
        verbose_name = _("心愿来源")
        verbose_name_plural = _("心愿来源")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
