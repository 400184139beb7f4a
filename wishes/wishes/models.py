"""Tables of the micro-wish (微心愿): the wish, its claims, ratings and everything written down along its way."""

from datetime import datetime
from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from grids.roles.domain import HANDLER_ROLES, Role
from portal.masking import mask_name
from wishes.wishes.domain import (
    ClaimState,
    End,
    Kind,
    PhotoRole,
    SpecialGroup,
    State,
    Urgency,
    allowed_state_pairs,
)
from wishes.wishes.querysets import WishQuerySet

__all__ = [
    "AnswerTemplate",
    "Category",
    "Claim",
    "Extension",
    "Question",
    "Rating",
    "Reopening",
    "Verification",
    "Wish",
    "WishNumber",
    "WishPhoto",
]


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


class WishNumber(models.Model):
    """The last number given out on a local day; one row a day, moved by one statement so that no two are alike."""

    day = models.DateField(_("日期"), unique=True)
    last = models.PositiveIntegerField(_("最后编号"), default=0)

    class Meta:
        verbose_name = _("心愿编号")
        verbose_name_plural = _("心愿编号")

    def __str__(self) -> str:
        return f"{self.day} {self.last}"


class Wish(models.Model):
    """A micro-wish (微心愿): what somebody asks of the neighbourhood, from the draft to its end.

    A draft without a number is the resident's own; one with a number was sent back for more facts and keeps it.
    `place` is public and coarse; `address`, `contact_name` and `contact_phone` are private and leave the table
    only through `services.contact.reveal_contact`. The exact position used to find the grid is never stored.
    """

    number = models.CharField(_("编号"), max_length=20, blank=True, default="")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="wishes", verbose_name=_("许愿人")
    )
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="wishes_entered",
        verbose_name=_("代录人"),
    )
    title = models.CharField(_("心愿"), max_length=60, blank=True)
    details = models.TextField(_("详细情况"), max_length=2000, blank=True)
    category = models.ForeignKey(
        Category, on_delete=models.PROTECT, null=True, blank=True, related_name="wishes", verbose_name=_("类别")
    )
    kind = models.CharField(_("类型"), max_length=20, choices=Kind.choices, blank=True)
    urgency = models.CharField(_("时限"), max_length=20, choices=Urgency.choices, blank=True)
    quantity = models.PositiveIntegerField(
        _("数量"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(1_000_000)]
    )
    unit = models.CharField(_("单位"), max_length=10, blank=True)

    territory = models.ForeignKey(
        "grids.Territory",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("所在网格或社区"),
    )
    community = models.ForeignKey(
        "grids.Territory", on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("社区")
    )
    # A copy of territory.path: one prefix condition scopes a list to a subtree without a join. Collation C lets an
    # ordinary index answer prefix conditions.
    path = models.CharField(_("地区路径"), max_length=255, blank=True, default="", db_collation="C", editable=False)
    place = models.CharField(_("大概位置"), max_length=80, blank=True, help_text=_("公开显示，不要写门牌号"))
    address = models.CharField(_("详细地址"), max_length=200, blank=True)
    contact_name = models.CharField(_("联系人"), max_length=60, blank=True)
    contact_phone = models.CharField(_("联系电话"), max_length=20, blank=True)
    show_name = models.BooleanField(_("公开显示我的名字"), default=False)
    special_group = models.CharField(
        _("特殊群体"), max_length=20, choices=SpecialGroup.choices, blank=True, default=SpecialGroup.NONE
    )

    responsible_territory = models.ForeignKey(
        "grids.Territory", on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("责任地区")
    )
    responsible = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="wishes_responsible",
        verbose_name=_("责任人"),
    )
    # Whoever holds or last held the claim that counts; kept equal to the LIVE or DONE claim by the services.
    claimant = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="wishes_claimed",
        verbose_name=_("认领人"),
    )

    state = models.CharField(_("状态"), max_length=20, choices=State.choices, default=State.DRAFT)
    end = models.CharField(_("结果"), max_length=20, choices=End.choices, blank=True, default="")
    end_reason = models.CharField(_("公开说明"), max_length=500, blank=True)
    duplicate_of = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="duplicates", verbose_name=_("相同心愿")
    )
    referred_to = models.CharField(_("转请谁办"), max_length=100, blank=True)
    reopen_count = models.PositiveSmallIntegerField(_("重新办理次数"), default=0)
    escalation = models.PositiveSmallIntegerField(_("升级层级"), default=0, help_text=_("1网格 2社区 3街道"))
    due_at = models.DateTimeField(_("应办结时间"), null=True, blank=True, help_text=_("暂停时为空"))
    waiting_since = models.DateTimeField(_("等居民回答，自"), null=True, blank=True)

    created_at = models.DateTimeField(_("起草时间"), default=timezone.now)
    submitted_at = models.DateTimeField(_("提交时间"), null=True, blank=True)
    responded_at = models.DateTimeField(_("首次响应时间"), null=True, blank=True)
    published_at = models.DateTimeField(_("公开时间"), null=True, blank=True)
    claimed_at = models.DateTimeField(_("认领时间"), null=True, blank=True)
    fulfilled_at = models.DateTimeField(_("办好时间"), null=True, blank=True)
    closed_at = models.DateTimeField(_("办结时间"), null=True, blank=True)
    version = models.PositiveIntegerField(_("版本"), default=1)
    draft_step = models.CharField(_("草稿写到哪一步"), max_length=20, blank=True)

    objects: ClassVar[WishQuerySet] = WishQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("微心愿")
        verbose_name_plural = _("微心愿")
        constraints = [
            models.UniqueConstraint(fields=["number"], name="wish_number_unique", condition=~Q(number="")),
            # The resident's own draft, and one for each cadre who writes for them: neither reads the other's words.
            models.UniqueConstraint(
                fields=["author", "entered_by"],
                name="wish_one_open_draft",
                condition=Q(state=State.DRAFT, number=""),
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="wish_closed_has_end",
                condition=(Q(state=State.CLOSED) & ~Q(end="") & Q(closed_at__isnull=False))
                | (~Q(state=State.CLOSED) & Q(end="")),
            ),
            models.CheckConstraint(
                name="wish_submitted_is_complete",
                condition=Q(state=State.DRAFT)
                | Q(state=State.CLOSED, end=End.WITHDRAWN)
                | (
                    ~Q(number="")
                    & ~Q(title="")
                    & ~Q(path="")
                    & Q(category__isnull=False, territory__isnull=False, community__isnull=False)
                    & Q(submitted_at__isnull=False)
                ),
            ),
            models.CheckConstraint(
                name="wish_duplicate_names_other",
                condition=~Q(end=End.DUPLICATE) | (Q(duplicate_of__isnull=False) & ~Q(duplicate_of=F("id"))),
            ),
            models.CheckConstraint(
                name="wish_referral_names_body", condition=~Q(end=End.NOT_OURS) | ~Q(referred_to="")
            ),
        ]
        indexes = [
            # Lists run newest first by id (keyset), within a community or a category, public ones only.
            models.Index(
                fields=["community", "state", "-id"],
                name="wish_community_list",
                condition=Q(published_at__isnull=False),
            ),
            models.Index(
                fields=["category", "-id"], name="wish_category_list", condition=Q(published_at__isnull=False)
            ),
            models.Index(fields=["-id"], name="wish_published_newest", condition=Q(state=State.PUBLISHED)),
            models.Index(fields=["author", "-id"], name="wish_author_list"),
            models.Index(fields=["claimant", "-id"], name="wish_claimant_list", condition=Q(claimant__isnull=False)),
            # Work lists run by due date and see open wishes only, which stay few while closed ones grow.
            models.Index(
                fields=["path", "due_at", "id"],
                name="wish_path_work",
                condition=Q(state__in=[State.SUBMITTED, State.VERIFYING, State.PUBLISHED, State.CLAIMED]),
            ),
            models.Index(
                fields=["responsible", "due_at", "id"],
                name="wish_responsible_work",
                condition=Q(state__in=[State.SUBMITTED, State.VERIFYING, State.PUBLISHED, State.CLAIMED]),
            ),
            models.Index(fields=["path", "-id"], name="wish_path_newest"),
            models.Index(fields=["fulfilled_at"], name="wish_auto_confirm", condition=Q(state=State.FULFILLED)),
        ]
        triggers = [
            # The table of domain.py, held by the database as well: no statement can skip a state.
            pgtrigger.FSM(name="wish_state", field="state", transitions=allowed_state_pairs()),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}".strip() or str(_("草稿"))

    def get_absolute_url(self) -> str:
        return reverse("wish_detail", args=[self.number]) if self.number else reverse("wish_new")

    @property
    def is_special(self) -> bool:
        """Whether the wish belongs to a special group, so that facts are verified and the name stays masked."""
        return self.special_group != SpecialGroup.NONE

    @property
    def was_returned(self) -> bool:
        """A draft that was submitted before and sent back for more facts."""
        return self.state == State.DRAFT and self.number != ""

    @property
    def author_name(self) -> str:
        """The author as the public sees them: the display name if they chose so, else 张*.

        Special groups are 张* whatever was chosen.
        """
        if self.author.erased_at is not None:
            return str(_("已注销用户"))
        if self.show_name and not self.is_special:
            return self.author.public_name
        return mask_name(self.contact_name or self.author.legal_name or self.author.display_name) or str(_("居民"))

    def ended_at(self) -> datetime | None:
        """When the resident's time to reopen began: at fulfilment, or at closing where that came later."""
        return self.closed_at or self.fulfilled_at


class Claim(models.Model):
    """Somebody's promise to meet a wish or a part of it (认领).

    `quantity` is None for the whole wish. A service, visit or public matter has exactly one live claim, which the
    partial unique constraint on `exclusive` claims holds; goods met by several people use claims that are not.
    """

    wish = models.ForeignKey(Wish, on_delete=models.PROTECT, related_name="claims", verbose_name=_("心愿"))
    claimant = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="claims", verbose_name=_("认领人")
    )
    quantity = models.PositiveIntegerField(_("数量"), null=True, blank=True)
    exclusive = models.BooleanField(_("独自认领"), default=True)
    state = models.CharField(_("状态"), max_length=20, choices=ClaimState.choices, default=ClaimState.LIVE)
    message = models.CharField(_("对许愿人说"), max_length=200, blank=True)
    claimed_at = models.DateTimeField(_("认领时间"))
    ended_at = models.DateTimeField(_("结束时间"), null=True, blank=True)
    end_reason = models.CharField(_("放弃原因"), max_length=500, blank=True)
    note = models.TextField(_("完成说明或感谢信"), max_length=2000, blank=True)

    class Meta:
        verbose_name = _("认领")
        verbose_name_plural = _("认领")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["wish"],
                name="claim_one_live_per_service",
                condition=Q(state=ClaimState.LIVE, exclusive=True),
            ),
            models.UniqueConstraint(
                fields=["wish", "claimant"], name="claim_one_live_per_person", condition=Q(state=ClaimState.LIVE)
            ),
            models.CheckConstraint(
                name="claim_given_up_has_reason", condition=~Q(state=ClaimState.GIVEN_UP) | ~Q(end_reason="")
            ),
            models.CheckConstraint(
                name="claim_quantity_positive", condition=Q(quantity__isnull=True) | Q(quantity__gt=0)
            ),
        ]
        indexes = [models.Index(fields=["claimant", "-id"], name="claim_claimant_list")]

    def __str__(self) -> str:
        return f"{self.wish_id}: {self.get_state_display()}"


class Rating(models.Model):
    """The resident's rating (评单). A reopened wish is rated again; `round` counts, the last one stands."""

    wish = models.ForeignKey(Wish, on_delete=models.PROTECT, related_name="ratings", verbose_name=_("心愿"))
    round = models.PositiveSmallIntegerField(_("第几次办理"), default=0)
    speed = models.PositiveSmallIntegerField(_("速度"))
    attitude = models.PositiveSmallIntegerField(_("态度"))
    result = models.PositiveSmallIntegerField(_("结果"))
    comment = models.TextField(_("想说的话"), max_length=500, blank=True)
    rated_at = models.DateTimeField(_("评价时间"))

    class Meta:
        verbose_name = _("评价")
        verbose_name_plural = _("评价")
        ordering = ["-round"]
        constraints = [
            models.UniqueConstraint(fields=["wish", "round"], name="rating_once_a_round"),
            models.CheckConstraint(
                name="rating_one_to_five",
                condition=Q(speed__range=(1, 5), attitude__range=(1, 5), result__range=(1, 5)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.speed}/{self.attitude}/{self.result}"


class Verification(models.Model):
    """What grid staff found on the spot before a special group's wish is published (核实). Its note is private."""

    wish = models.ForeignKey(Wish, on_delete=models.PROTECT, related_name="verifications", verbose_name=_("心愿"))
    verified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("核实人")
    )
    passed = models.BooleanField(_("属实"))
    note = models.TextField(_("核实情况"), max_length=2000, blank=True)
    reason = models.CharField(_("退回原因"), max_length=500, blank=True)
    verified_at = models.DateTimeField(_("核实时间"))

    class Meta:
        verbose_name = _("核实")
        verbose_name_plural = _("核实")
        ordering = ["id"]

    def __str__(self) -> str:
        return str(_("属实") if self.passed else _("退回补充"))


class Extension(models.Model):
    """A longer limit with the reason told to the resident (延期)."""

    wish = models.ForeignKey(Wish, on_delete=models.PROTECT, related_name="extensions", verbose_name=_("心愿"))
    extended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("经办人")
    )
    limit = models.CharField(_("延长"), max_length=8, help_text="24h, 3d")
    reason = models.CharField(_("原因"), max_length=500)
    due_before = models.DateTimeField(_("原定时间"), null=True)
    due_after = models.DateTimeField(_("延后时间"), null=True)
    extended_at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = _("延期")
        verbose_name_plural = _("延期")
        ordering = ["id"]

    def __str__(self) -> str:
        return self.limit


class Question(models.Model):
    """What a handler or claimant asks the resident; the clock rests until the answer (问一问)."""

    wish = models.ForeignKey(Wish, on_delete=models.PROTECT, related_name="questions", verbose_name=_("心愿"))
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("提问人")
    )
    text = models.CharField(_("问题"), max_length=500)
    asked_at = models.DateTimeField(_("提问时间"))
    answer = models.TextField(_("回答"), max_length=1000, blank=True)
    answered_at = models.DateTimeField(_("回答时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("询问")
        verbose_name_plural = _("询问")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["wish"], name="question_one_open", condition=Q(answered_at__isnull=True))
        ]

    def __str__(self) -> str:
        return self.text


class Reopening(models.Model):
    """Why the resident said that it was not done yet (重新办理)."""

    wish = models.ForeignKey(Wish, on_delete=models.PROTECT, related_name="reopenings", verbose_name=_("心愿"))
    reason = models.CharField(_("哪里还没办好"), max_length=500, blank=True)
    reopened_at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = _("重新办理")
        verbose_name_plural = _("重新办理")
        ordering = ["id"]

    def __str__(self) -> str:
        return self.reason


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


class WishPhoto(models.Model):
    """A photo of the matter as posted, or of the matter done (心愿照片)."""

    wish = models.ForeignKey(Wish, on_delete=models.CASCADE, related_name="photos", verbose_name=_("心愿"))
    photo = models.OneToOneField(
        "portal.Photo", on_delete=models.CASCADE, related_name="wish_photo", verbose_name=_("照片")
    )
    role = models.CharField(_("用途"), max_length=20, choices=PhotoRole.choices, default=PhotoRole.REQUEST)
    claim = models.ForeignKey(
        Claim, on_delete=models.PROTECT, null=True, blank=True, related_name="photos", verbose_name=_("认领")
    )
    round = models.PositiveSmallIntegerField(_("第几次办理"), default=0)
    position = models.PositiveSmallIntegerField(_("顺序"), default=0)
    added_at = models.DateTimeField(_("添加时间"), default=timezone.now)

    class Meta:
        verbose_name = _("心愿照片")
        verbose_name_plural = _("心愿照片")
        ordering = ["role", "round", "position", "id"]
        constraints = [
            models.CheckConstraint(
                name="wish_photo_claim_role", condition=Q(claim__isnull=True) | Q(role=PhotoRole.FULFILMENT)
            )
        ]

    def __str__(self) -> str:
        return f"{self.wish_id} {self.get_role_display()}"
