"""What the outbox does when a person erases their data: events stay, words go."""

from typing import Any

from django.db.models import Q
from django.dispatch import receiver

from portal.accounts.erasure import ErasedIdentity
from portal.accounts.models import User
from portal.accounts.signals import user_erased
from portal.outbox.models import Event, EventText, subject_type
from portal.outbox.services import erase_texts

# Shorter names stand inside of ordinary words.
SHORTEST_NAME = 2


@receiver(user_erased, dispatch_uid="portal.outbox.forget")
def forget_erased(*, user: User, was: ErasedIdentity, **_kwargs: Any) -> None:
    """Erase the words a person gave, those given about them or in their name, and any that repeat who they were."""
    about = Q(subject_type=subject_type(user), subject_id=user.pk)
    erase_texts(Event.objects.filter(Q(actor=user) | Q(on_behalf_of=user) | about))
    for word in was.words:
        if len(word) >= SHORTEST_NAME:
            EventText.objects.filter(text__contains=word).delete()
