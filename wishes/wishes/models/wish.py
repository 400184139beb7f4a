"""The wish (微心愿) itself and its number."""

from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce, Left, Right
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from grids.territory.domain import STEP, Level
from portal.masking import mask_name
from wishes.wishes.domain import NEVER, UNDER_WAY, End, Kind, SpecialGroup, State, Urgency
from wishes.wishes.models.categories import Category
from wishes.wishes.models.guards import GUARDS
from wishes.wishes.models.sources import ToldBy
from wishes.wishes.querysets import WishQuerySet

__all__ = ["Wish", "WishNumber"]


RUNNING = [State.PUBLISHED, State.CLAIMED, State.FULFILLED]


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
    told_by = models.CharField(
        _("怎么说的"), max_length=8, choices=ToldBy, blank=True, default="", db_default="", help_text=_("代录的才有")
    )
    source = models.ForeignKey(
        "wishes.Source", on_delete=models.PROTECT, null=True, blank=True, related_name="wishes", verbose_name=_("来源")
    )
    title = models.CharField(_("心愿"), max_length=60, blank=True)
    details = models.TextField(_("详细情况"), max_length=4000, blank=True)
    category = models.ForeignKey(
        Category, on_delete=models.PROTECT, null=True, blank=True, related_name="wishes", verbose_name=_("类别")
    )
    kind = models.CharField(_("类型"), max_length=20, choices=Kind.choices, blank=True)
    urgency = models.CharField(_("时限"), max_length=20, choices=Urgency.choices, blank=True)
    quantity = models.PositiveIntegerField(
        _("数量"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(1_000_000)]
    )
    unit = models.CharField(_("单位"), max_length=10, blank=True)
    estimated_value = models.PositiveIntegerField(
        _("估计价值（元）"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(100_000)]
    )
    # A gift (礼物心愿) as its category said at submission, and which household it is for: a keyed digest of community
    # and address, kept only while the wish is open. One open gift wish per author and per household.
    is_gift = models.BooleanField(_("礼物心愿"), default=False, db_default=False, editable=False)
    household = models.CharField(
        _("家庭（摘要）"), max_length=64, blank=True, default="", db_default="", editable=False
    )
    # The sum of all claims on a part that are live or done. The database itself moves it with every change of a claim
    # and takes no other value, so that its constraint holds however many claim at once.
    claimed_quantity = models.PositiveIntegerField(_("已认领数量"), default=0, db_default=0, editable=False)
    enough_at = models.DateTimeField(_("够了，不再认领，自"), null=True, blank=True)

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
    # Whoever holds or last held the one claim of a service; kept equal to the LIVE or DONE claim by the services.
    # Goods have several claims and nobody here.
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
            models.UniqueConstraint(
                fields=["author"],
                name="wish_one_open_gift_per_author",
                condition=Q(is_gift=True, state__in=[str(state) for state in UNDER_WAY]),
            ),
            models.UniqueConstraint(
                fields=["household"],
                name="wish_one_open_gift_per_household",
                condition=Q(state__in=[str(state) for state in UNDER_WAY]) & ~Q(household=""),
            ),
            models.CheckConstraint(
                name="wish_never_claimed_beyond",
                condition=Q(claimed_quantity=0) | Q(quantity__isnull=False, claimed_quantity__lte=F("quantity")),
            ),
        ]
        indexes = [
            # Lists run newest first by id (keyset), within a community or a category, public ones only.
            # All of them together are read by the primary key, a grid by wish_path_newest.
            models.Index(
                Left("path", STEP * Level.COMMUNITY),
                F("id").desc(),
                name="wish_community_list",
                condition=Q(published_at__isnull=False),
            ),
            models.Index(
                Left("path", STEP * Level.STREET),
                F("id").desc(),
                name="wish_street_list",
                condition=Q(published_at__isnull=False),
            ),
            models.Index(
                fields=["category", "-id"], name="wish_category_list", condition=Q(published_at__isnull=False)
            ),
            # What a new wish is compared with: open ones of the same community and category.
            models.Index(
                fields=["community", "category", "-id"],
                name="wish_similar",
                condition=Q(state__in=[State.PUBLISHED, State.CLAIMED]),
            ),
            # Lists within dates, and programs that ask for a span of time.
            models.Index(
                fields=["-submitted_at", "-id"],
                name="wish_public_by_time",
                condition=Q(published_at__isnull=False),
            ),
            models.Index(fields=["source", "-id"], name="wish_source_list", condition=Q(source__isnull=False)),
            # Those still on their way are few among many; a list of them would have to look for them far back.
            models.Index(fields=["state", "-id"], name="wish_running_list", condition=Q(state__in=RUNNING)),
            models.Index(
                Left("path", STEP * Level.COMMUNITY),
                "state",
                F("id").desc(),
                name="wish_community_running",
                condition=Q(state__in=RUNNING),
            ),
            models.Index(
                Left("path", STEP * Level.STREET),
                "state",
                F("id").desc(),
                name="wish_street_running",
                condition=Q(state__in=RUNNING),
            ),
            # Found by the last four digits of the number.
            models.Index(Right("number", 4), F("id").desc(), name="wish_number_tail", condition=~Q(number="")),
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
            # A wide place's work list is read in order of its due times, a narrow one's by its place.
            models.Index(
                Coalesce("due_at", Value(NEVER), output_field=models.DateTimeField()),
                "id",
                name="wish_open_by_due",
                condition=Q(state__in=[State.SUBMITTED, State.VERIFYING, State.PUBLISHED, State.CLAIMED]),
            ),
            models.Index(fields=["path", "-id"], name="wish_path_newest"),
            models.Index(fields=["fulfilled_at"], name="wish_auto_confirm", condition=Q(state=State.FULFILLED)),
        ]
        triggers = GUARDS

    def __str__(self) -> str:
        return f"{self.number} {self.title}".strip() or str(_("草稿"))

    def get_absolute_url(self) -> str:
        return reverse("wish_detail", args=[self.number]) if self.number else reverse("wish_new")

    # Django's own, which the type stubs know of, go through all choices, in the reader's language, each time.
    def get_state_display(self) -> str:  # type: ignore[no-redef]
        """The state in words."""
        return str(State(self.state).label)

    def get_end_display(self) -> str:  # type: ignore[no-redef]
        """How a closed wish ended, in words; empty for others."""
        return str(End(self.end).label) if self.end else ""

    def get_kind_display(self) -> str:  # type: ignore[no-redef]
        """Services, goods, visits or public matters, in words."""
        return str(Kind(self.kind).label) if self.kind else ""

    @property
    def is_special(self) -> bool:
        """Whether the wish belongs to a special group, so that facts are verified and the name stays masked."""
        return self.special_group != SpecialGroup.NONE

    @property
    def is_shared(self) -> bool:
        """Whether several people meet it together, each a part of its quantity: goods do."""
        return self.kind == Kind.GOODS

    @property
    def missing(self) -> int:
        """How much of the goods nobody has taken on yet."""
        return max((self.quantity or 0) - self.claimed_quantity, 0)

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
