"""What happens to long work when whoever asked for it leaves."""

from typing import Any

from django.dispatch import receiver

from portal.accounts.models import User
from portal.accounts.signals import user_erased
from portal.jobs.keeping import forget


@receiver(user_erased, dispatch_uid="portal.jobs.forget")
def forget_erased(*, user: User, **_kwargs: Any) -> None:
    """No result of an erased person remains."""
    forget(user=user)
