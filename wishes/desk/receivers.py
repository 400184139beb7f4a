"""What the desk does when a person leaves."""

from typing import Any

from django.dispatch import receiver

from portal.accounts.erasure import ErasedIdentity
from portal.accounts.models import User
from portal.accounts.signals import user_erased
from wishes.desk.entering import forget_person
from wishes.desk.models import BulkRun, SavedView


@receiver(user_erased, dispatch_uid="wishes.desk.forget")
def forget(*, user: User, was: ErasedIdentity, **_kwargs: Any) -> None:
    """Views go; of runs only what was done remains, without the words given."""
    SavedView.objects.filter(owner=user).delete()
    BulkRun.objects.filter(actor=user).update(params={})
    forget_person(user=user, words=was.words)
