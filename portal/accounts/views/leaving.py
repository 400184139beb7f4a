"""Signing out: nothing of the person stays on the device."""

from typing import cast

from allauth.account import views as account
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache


def left_clean(response: HttpResponse) -> HttpResponse:
    """Asks the browser to forget what pages have kept: what waited for a network, kept pages and photos.

    Cookies stay: the session is over by itself, and the language and large type belong to the device.
    """
    response["Clear-Site-Data"] = '"cache", "storage"'
    return response


@never_cache
def leave(request: HttpRequest) -> HttpResponse:
    """退出登录: asked first, done by POST."""
    response = cast(HttpResponse, account.logout(request))
    return left_clean(response) if request.method == "POST" else response
