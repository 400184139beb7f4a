"""What the API does when a person leaves, and what it holds on them."""

from typing import Any

from django.dispatch import receiver
from django.utils.translation import gettext_lazy

from portal.accounts.export import register_data_section
from portal.accounts.models import User
from portal.accounts.signals import user_erased
from portal.api.models import AppToken, IdempotencyKey


@receiver(user_erased, dispatch_uid="api.forget_erased_user")
def _forget(sender: type[User], *, user: User, **_kwargs: Any) -> None:
    """Tokens and kept answers of a person go with the person."""
    AppToken.objects.filter(user=user).delete()
    IdempotencyKey.objects.filter(user=user).delete()


def _copy_for(user: User) -> list[dict[str, Any]]:
    fields = ("name", "hint", "created_at", "last_used_at", "expires_at", "revoked_at")
    return list(AppToken.objects.filter(user=user).values(*fields))


register_data_section("app_tokens", label=gettext_lazy("应用令牌"), data=_copy_for)
