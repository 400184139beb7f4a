"""What a person chose before signing in goes with them into the account."""

from typing import Any

from allauth.account.signals import user_signed_up
from django.conf import settings
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils.translation import get_language

from portal.accounts.models import User
from portal.site.preferences import ELDER_COOKIE


@receiver(user_signed_up)
def keep_language(request: HttpRequest, user: User, **_: Any) -> None:
    """A new account speaks the language in which it was opened."""
    language = get_language()
    if language in dict(settings.LANGUAGES) and user.language != language:
        user.language = language
        user.save(update_fields=["language"])


@receiver(user_logged_in)
def keep_elder_mode(request: HttpRequest, user: User, **_: Any) -> None:
    """Who turned on elder mode before signing in does not lose it by signing in."""
    if request is not None and request.COOKIES.get(ELDER_COOKIE) == "1" and not user.elder_mode:
        user.elder_mode = True
        user.save(update_fields=["elder_mode"])
