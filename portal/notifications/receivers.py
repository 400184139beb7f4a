"""What the notifications do when a person's account changes."""

from typing import Any

from django.dispatch import receiver

from portal.accounts.models import User
from portal.accounts.signals import user_erased
from portal.notifications.services import forget


@receiver(user_erased, dispatch_uid="portal.notifications.forget")
def forget_erased(*, user: User, **_kwargs: Any) -> None:
    """Nothing that was told to an erased person remains."""
    forget(user=user)
