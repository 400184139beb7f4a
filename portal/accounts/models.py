"""Models of identity: who a person is to the portal, and nothing of where or what they are."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

__all__ = ["User"]


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
    """A person with an account (用户): residents enter by phone code, staff by password and second factor."""

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
                condition=Q(phone__isnull=False) | Q(username__isnull=False) | Q(erased_at__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return self.display_name or self.username or _("居民")
