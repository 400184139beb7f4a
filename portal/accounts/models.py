"""Models of identity: who a person is to the portal, and nothing of where or what they are."""

import datetime as dt
import uuid
from typing import Any, ClassVar

import pgtrigger
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from portal.accounts.querysets import ConsentQuerySet, ConsentTextQuerySet
from portal.hant import to_traditional
from portal.masking import mask_name

__all__ = ["Consent", "ConsentText", "PhoneCode", "User"]


class UserManager(BaseUserManager["User"]):
    """Creates users by phone (residents) or by user name (staff)."""

    def create_user(
        self, *, phone: str | None = None, username: str | None = None, password: str | None = None, **fields: Any
    ) -> "User":
        user = self.model(phone=phone, username=username, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, username: str, password: str, **fields: Any) -> "User":
        return self.create_user(username=username, password=password, is_staff=True, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """A person with an account (用户): residents enter by phone code, staff by password and second factor.

    `legal_name` is held by the site and shown to nobody but those who must know; `display_name` is the person's
    own choice (docs/domain.md §7). A person without a phone is registered by staff, kept in `assisted_by`; a child
    under 14 has a `guardian` who consented. An erased person keeps the row, emptied, so that what others did with
    them still has two ends.
    """

    username = models.CharField(_("用户名"), max_length=60, unique=True, null=True, blank=True)
    phone = models.CharField(_("手机号"), max_length=20, unique=True, null=True, blank=True, help_text="E.164, +86…")
    phone_verified_at = models.DateTimeField(_("手机号验证时间"), null=True, blank=True)
    email = models.EmailField(_("邮箱"), blank=True)
    legal_name = models.CharField(_("真实姓名"), max_length=60, blank=True)
    display_name = models.CharField(_("显示名"), max_length=60, blank=True)
    language = models.CharField(_("语言"), max_length=10, default="zh-hans")
    elder_mode = models.BooleanField(_("长辈版"), default=False)
    is_active = models.BooleanField(_("启用"), default=True)
    is_staff = models.BooleanField(_("工作人员（须两步登录）"), default=False)
    date_joined = models.DateTimeField(_("注册时间"), default=timezone.now)
    assisted_by = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="assisted", verbose_name=_("代为登记的人")
    )
    under_14 = models.BooleanField(_("未满14周岁"), default=False)
    guardian = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="wards", verbose_name=_("监护人")
    )
    session_epoch = models.PositiveIntegerField(
        _("登录代次"), default=0, editable=False, help_text=_("加一，此前所有登录立即失效。")
    )
    erased_at = models.DateTimeField(_("注销时间"), null=True, blank=True)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("用户")
        verbose_name_plural = _("用户")
        constraints = [
            models.CheckConstraint(
                name="user_has_a_way_in",
                condition=Q(phone__isnull=False)
                | Q(username__isnull=False)
                | Q(assisted_by__isnull=False)
                | Q(erased_at__isnull=False),
            ),
            models.CheckConstraint(
                name="user_phone_is_e164", condition=Q(phone__isnull=True) | Q(phone__regex=r"^\+[1-9][0-9]{6,14}$")
            ),
            models.CheckConstraint(
                name="user_child_has_guardian",
                condition=Q(under_14=False) | Q(guardian__isnull=False) | Q(erased_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.public_name

    # What others are told of a person is made of these columns, for statements that read no more of an account.
    NAMED_BY: ClassVar[tuple[str, ...]] = ("id", "username", "legal_name", "display_name", "erased_at")

    @property
    def public_name(self) -> str:
        """The name others may read: the one chosen, else the masked real name."""
        return self.display_name or mask_name(self.legal_name) or self.username or str(_("居民"))

    @property
    def is_erased(self) -> bool:
        return self.erased_at is not None

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Ties every session to the password and to `session_epoch`, so that raising the epoch ends them all at
        once, whatever store they are kept in."""
        key_salt = "portal.accounts.models.User.get_session_auth_hash"
        value = f"{self.password}:{self.session_epoch}"
        return salted_hmac(key_salt, value, secret=secret, algorithm="sha256").hexdigest()


class PhoneCode(models.Model):
    """A code sent by text message (验证码): six digits, five minutes, one use, five guesses (docs/quality.md).

    Only its digest is stored. Kept in a row and not in the session, because guesses must be counted one by one
    even when they arrive at the same moment.
    """

    class Purpose(models.TextChoices):
        ENTER = "enter", _("登录")
        CHANGE = "change", _("更换手机号")
        CONFIRM = "confirm", _("确认是本人")

    LIFETIME = dt.timedelta(minutes=5)
    GUESSES = 5

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    phone = models.CharField(_("手机号"), max_length=20)
    purpose = models.CharField(_("用途"), max_length=10, choices=Purpose.choices)
    digest = models.CharField(max_length=64)
    created_at = models.DateTimeField(_("发出时间"))
    wrong_guesses = models.PositiveSmallIntegerField(_("输错次数"), default=0)
    used_at = models.DateTimeField(_("使用时间"), null=True)

    class Meta:
        verbose_name = _("验证码")
        verbose_name_plural = _("验证码")
        indexes = [models.Index(fields=["phone"]), models.Index(fields=["created_at"])]
        constraints = [
            models.CheckConstraint(name="phone_code_guesses_are_counted", condition=Q(wrong_guesses__lte=5)),
        ]

    def __str__(self) -> str:
        return f"{self.get_purpose_display()} {self.created_at:%Y-%m-%d %H:%M}"

    @property
    def expires_at(self) -> dt.datetime:
        return self.created_at + self.LIFETIME


def in_readers_language(text: str, english: str) -> str:
    """A text in simplified Chinese as the reader gets it: in English where there is any, converted to traditional."""
    language = get_language()
    if language == "en" and english:
        return english
    return to_traditional(text) if language == "zh-hant" else text


class ConsentText(models.Model):
    """One version of what people are asked to agree to (同意书), in plain words.

    Once in force a text is frozen: whoever agreed must be able to read what they agreed to.
    """

    class Kind(models.TextChoices):
        PRIVACY = "privacy", _("个人信息保护说明")
        PUBLICATION = "publication", _("公开心愿的单独同意")
        PARTY = "party", _("使用党员信息的单独同意")

    REQUIRED: ClassVar[tuple[str, ...]] = (Kind.PRIVACY,)
    # Asked only of whom it concerns, where it does: it stands among one's consents once it was given.
    ASKED_WHERE_NEEDED: ClassVar[tuple[str, ...]] = (Kind.PARTY,)

    kind = models.CharField(_("种类"), max_length=20, choices=Kind.choices)
    version = models.PositiveIntegerField(_("版本"))
    title = models.CharField(_("标题"), max_length=100)
    body = models.TextField(_("正文"), help_text=_("简体中文，一段一行；繁体自动转换。"))
    title_en = models.CharField(_("英文标题"), max_length=200, blank=True)
    body_en = models.TextField(_("英文正文"), blank=True)
    effective_at = models.DateTimeField(_("生效时间"))

    objects: ClassVar[ConsentTextQuerySet] = ConsentTextQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("同意书文本")
        verbose_name_plural = _("同意书文本")
        ordering = ["kind", "-version"]
        constraints = [models.UniqueConstraint(fields=["kind", "version"], name="consent_text_version_once")]
        triggers = [
            pgtrigger.Protect(
                name="consent_text_in_force_is_frozen",
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Condition("OLD.effective_at <= now()"),
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.version}"

    @property
    def is_in_force(self) -> bool:
        """Whether it has taken effect, after which it is frozen."""
        return self.effective_at <= timezone.now()

    @property
    def shown_title(self) -> str:
        """The title in the reader's language."""
        return in_readers_language(self.title, self.title_en)

    @property
    def paragraphs(self) -> list[str]:
        """The body in the reader's language, one paragraph an item."""
        body = in_readers_language(self.body, self.body_en)
        return [line.strip() for line in body.splitlines() if line.strip()]


class Consent(models.Model):
    """A person agreed to one version of a text (同意), until withdrawn. `given_by` is whoever did it for them."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="consents", verbose_name=_("用户"))
    text = models.ForeignKey(ConsentText, on_delete=models.PROTECT, verbose_name=_("文本"))
    given_at = models.DateTimeField(_("同意时间"))
    given_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("代为同意的人")
    )
    withdrawn_at = models.DateTimeField(_("撤回时间"), null=True, blank=True)

    objects: ClassVar[ConsentQuerySet] = ConsentQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("同意记录")
        verbose_name_plural = _("同意记录")
        ordering = ["-given_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "text"], condition=Q(withdrawn_at__isnull=True), name="consent_given_once"
            ),
            models.CheckConstraint(
                name="consent_withdrawn_after_given",
                condition=Q(withdrawn_at__isnull=True) | Q(withdrawn_at__gte=F("given_at")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.text}"
