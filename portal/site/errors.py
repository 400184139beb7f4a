"""Pages shown when something does not go on: what happened, why, and what to do next."""

import logging
from http import HTTPStatus

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template import loader
from django.templatetags.static import static
from django.utils.translation import gettext as _

from portal.errors import DomainError

logger = logging.getLogger("portal.requests")


def _page(request: HttpRequest, template: str, status: int, **context: object) -> HttpResponse:
    if request.path.startswith("/api/"):
        return _problem(request, status, str(context.get("reason") or HTTPStatus(status).phrase))
    return render(request, template, {"request_id": getattr(request, "id", ""), **context}, status=status)


def _problem(request: HttpRequest, status: int, detail: str) -> HttpResponse:
    """The same refusal for programs (RFC 9457), where no API view was reached to say it."""
    body = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "instance": request.path,
        "request_id": getattr(request, "id", ""),
    }
    return JsonResponse(body, status=status, content_type="application/problem+json")


def domain_error(request: HttpRequest, error: DomainError) -> HttpResponse:
    """A rule said no, and the page it was asked from has nowhere to show it."""
    return _page(request, "site/errors/domain.html", error.status, reason=error.message)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400; 413 when more was sent than is taken."""
    if isinstance(exception, RequestDataTooBig):
        return _page(request, "413.html", 413)
    return _page(request, "400.html", 400)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403 with the reason that was given."""
    return _page(request, "403.html", 403, reason=str(exception))


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404, the same for what is not there and for what is not shown to this person."""
    return _page(request, "404.html", 404)


def too_many_requests(request: HttpRequest) -> HttpResponse:
    """429: too often in too short a time."""
    return _page(request, "429.html", 429, reason=_("您刚才试得太勤了，歇一会儿再来。"))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 when a form comes without its token: an old page, or cookies switched off."""
    logger.warning("CSRF: %s %s", request.path, reason)
    return _page(request, "403_csrf.html", 403, reason=_("这个页面放得太久了。"))


def server_error(request: HttpRequest) -> HttpResponse:
    """500, with the number to quote. Asks nothing of the database, the session or the person's account."""
    if request.path.startswith("/api/"):
        return _problem(request, 500, _("这边出了点问题，我们会查。"))
    try:
        sheets = [static("portal/tokens.css"), static("portal/app.css")]
    except ValueError:  # no manifest of static files: the page is plain, but it is there
        sheets = []
    body = loader.get_template("500.html").render({"request_id": getattr(request, "id", ""), "sheets": sheets})
    return HttpResponse(body, status=500)
