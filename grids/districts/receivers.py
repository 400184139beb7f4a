"""What imports keep of a person goes when the person does."""

from typing import Any

from django.dispatch import receiver

from grids.districts.services import forget_person
from portal.accounts.erasure import ErasedIdentity
from portal.accounts.models import User
from portal.accounts.signals import user_erased


@receiver(user_erased, dispatch_uid="grids.districts.forget")
def forget_erased(*, user: User, was: ErasedIdentity, **_kwargs: Any) -> None:
    """Waiting lists that speak of an erased person speak of them no more."""
    forget_person(user=user, words=was.words)
