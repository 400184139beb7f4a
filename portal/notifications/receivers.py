"""What the notifications do when a person's account changes."""

from typing import Any

from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast
from django.dispatch import receiver

from portal.accounts.erasure import ErasedIdentity
from portal.accounts.models import User
from portal.accounts.signals import user_erased
from portal.notifications.models import FanOut, Notice
from portal.notifications.services import forget

# Shorter names stand inside of ordinary words.
SHORTEST_NAME = 2
BLANK = "···"


@receiver(user_erased, dispatch_uid="portal.notifications.forget")
def forget_erased(*, user: User, was: ErasedIdentity, **_kwargs: Any) -> None:
    """Nothing that was told to an erased person remains, and nobody else's notices name them any more."""
    forget(user=user)
    words = [word for word in was.words if len(word) >= SHORTEST_NAME]
    for model in (Notice, FanOut):
        for word in words:
            _blank(model, word)


def _blank(model: type[Notice] | type[FanOut], word: str) -> None:
    written: QuerySet[Any] = model._default_manager.annotate(written=Cast("params", TextField()))
    for row in written.filter(written__contains=word).iterator():
        row.params = {name: value.replace(word, BLANK) for name, value in row.params.items()}
        row.save(update_fields=["params"])
