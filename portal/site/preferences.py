"""What a person prefers to see: language and elder mode (长辈版), remembered by account, else by cookie."""

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import check_for_language

ELDER_COOKIE = "elder"
YEAR = 365 * 24 * 3600


def wants_elder_mode(request: HttpRequest) -> bool:
    """Whether this page is drawn in elder mode: the account's own choice, else this device's."""
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated:
        return bool(user.elder_mode)
    return request.COOKIES.get(ELDER_COOKIE) == "1"


def remember_elder_mode(request: HttpRequest, response: HttpResponseBase, *, elder: bool) -> None:
    """Keeps the choice on this device and, for who is signed in, with the account."""
    if request.user.is_authenticated and request.user.elder_mode != elder:
        request.user.elder_mode = elder
        request.user.save(update_fields=["elder_mode"])
    response.set_cookie(
        ELDER_COOKIE,
        "1" if elder else "0",
        max_age=YEAR,
        samesite="Lax",
        httponly=True,
        secure=request.is_secure(),
    )


def remember_language(request: HttpRequest, response: HttpResponseBase, *, language: str) -> None:
    """Keeps the language on this device and with the account, whose messages are then written in it.

    An unknown language is ignored.
    """
    if language not in dict(settings.LANGUAGES) or not check_for_language(language):
        return
    if request.user.is_authenticated and request.user.language != language:
        request.user.language = language
        request.user.save(update_fields=["language"])
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=YEAR,
        samesite="Lax",
        secure=request.is_secure(),
    )
