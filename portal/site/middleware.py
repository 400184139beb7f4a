"""What happens around every request of the site."""

import logging
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.response import SimpleTemplateResponse
from django.utils import translation

from portal.errors import DomainError
from portal.site.errors import domain_error
from portal.site.request_id import new_request_id, set_request_id

GetResponse = Callable[[HttpRequest], HttpResponse]
logger = logging.getLogger("portal.requests")


class RequestIdMiddleware:
    """Numbers the request: `request.id`, in each log line, in the X-Request-ID header and on error pages."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        number = new_request_id()
        request.id = number  # type: ignore[attr-defined]
        set_request_id(number)
        response = self.get_response(request)
        response["X-Request-ID"] = number
        return response


class AccountLanguageMiddleware:
    """On a device that has chosen no language, the language kept with the account holds (after authentication)."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # Without a session there is nobody to ask, and a first visit costs no query.
        chosen = settings.LANGUAGE_COOKIE_NAME in request.COOKIES
        if not chosen and settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated:
            translation.activate(request.user.language)
            request.LANGUAGE_CODE = translation.get_language()
        return self.get_response(request)


class DomainErrorMiddleware:
    """A rule that said no and was not shown in place by its page becomes a clear page with the rule's status."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, DomainError):
            return None
        logger.info("%s %s: %s (%s)", request.method, request.path, type(exception).__name__, exception.code)
        return domain_error(request, exception)


class RefusedFormMiddleware:
    """A form that a library's page shows again with errors answers 400, as our own pages do, and not 200."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_template_response(
        self, request: HttpRequest, response: SimpleTemplateResponse
    ) -> SimpleTemplateResponse:
        form = (response.context_data or {}).get("form")
        if request.method == "POST" and response.status_code == 200 and getattr(form, "errors", None):
            response.status_code = 400
        return response
