"""Every error of the API as problem+json (RFC 9457), with a sentence in the caller's language.

`type` is "urn:wuwei:problem:" and the code; `code` is stable for programs; `detail` is for people; `errors` names
the fields, nested ones by dots ("items.0.quantity").
"""

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.http import Http404
from django.utils.encoding import force_str
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response

from portal.errors import DomainError

MEDIA_TYPE = "application/problem+json"
TYPE_PREFIX = "urn:wuwei:problem:"
NON_FIELD = "non_field_errors"


class ProblemRenderer(JSONRenderer):
    """JSON under the media type of problems."""

    media_type = MEDIA_TYPE


class UnknownParameter(exceptions.APIException):
    """A query parameter that this route does not know."""

    status_code = 400
    default_code = "unknown_parameter"


def handle_problem(exception: Exception, context: dict[str, Any]) -> Response | None:
    """Turn an exception of an API view into its answer; None for a fault of ours, which becomes a 500."""
    found = _problem_of(exception)
    if found is None:
        return None
    status, code, detail, errors = found
    request = context.get("request")
    body: dict[str, Any] = {
        "type": f"{TYPE_PREFIX}{code}",
        "title": title_of(status),
        "status": status,
        "detail": detail,
        "code": code,
        "instance": request.path if request is not None else "",
    }
    if errors:
        body["errors"] = errors
    if request_id := getattr(request, "id", ""):
        body["request_id"] = request_id
    response = Response(body, status=status, content_type=MEDIA_TYPE)
    if isinstance(exception, exceptions.APIException):
        if header := getattr(exception, "auth_header", None):
            response["WWW-Authenticate"] = header
        if wait := getattr(exception, "wait", None):
            response["Retry-After"] = str(int(wait) + 1)
    return response


def title_of(status: int) -> str:
    """What a status means, in a few words."""
    titles = {
        400: _("内容要改一改"),
        401: _("请先登录"),
        403: _("不能这样做"),
        404: _("没有找到"),
        405: _("这里不能用这种方法"),
        406: _("只提供 JSON"),
        409: _("现在不能这样做"),
        413: _("内容太大了"),
        415: _("看不懂这种格式"),
        422: _("编号用过了"),
        429: _("请求太多了"),
    }
    return titles.get(status, _("出错了"))


def _problem_of(exception: Exception) -> tuple[int, str, str, dict[str, list[str]]] | None:
    """Status, code, detail and errors by field."""
    if isinstance(exception, DomainError):
        message = force_str(exception.message)
        return exception.status, exception.code, message, {exception.field: [message]} if exception.field else {}
    if isinstance(exception, exceptions.ValidationError):
        errors: dict[str, list[str]] = {}
        for field, message in _flat(exception.detail):
            errors.setdefault(field, []).append(message)
        return 400, "invalid", _("有几处要改一改，改好再发。"), errors
    if isinstance(exception, Http404 | exceptions.NotFound):
        return 404, "not_found", _("这里没有您要找的内容，或者您还不能看。"), {}
    if isinstance(exception, RequestDataTooBig):
        return 413, "too_large", _("发来的内容太大了。"), {}
    if isinstance(exception, SuspiciousOperation):
        return 400, "bad_request", _("这个请求有问题，不能处理。"), {}
    if isinstance(exception, PermissionDenied):
        return 403, "not_allowed", str(exception) or _("您没有这个权限。"), {}
    if isinstance(exception, exceptions.APIException):
        return exception.status_code, _code_of(exception), _detail_of(exception), {}
    return None


def _code_of(exception: exceptions.APIException) -> str:
    code = exception.get_codes()
    return {"permission_denied": "not_allowed"}.get(code, code) if isinstance(code, str) else exception.default_code


def _detail_of(exception: exceptions.APIException) -> str:
    """Our own words where the framework's are for programmers."""
    if isinstance(exception, exceptions.ParseError):
        return _("内容读不懂：请检查 JSON 或表单的格式。")
    if isinstance(exception, exceptions.NotAuthenticated):
        return _("请先登录，或带上应用令牌。")
    if isinstance(exception, exceptions.MethodNotAllowed):
        return _("这个地址不能用这种方法。")
    if isinstance(exception, exceptions.UnsupportedMediaType):
        return _("请用 application/json 发送；传照片用 multipart/form-data。")
    if isinstance(exception, exceptions.NotAcceptable):
        return _("这里只提供 application/json。")
    if isinstance(exception, exceptions.Throttled):
        seconds = int(getattr(exception, "wait", None) or 0) + 1
        return _("请求太多了，请过 {seconds} 秒再试。").format(seconds=seconds)
    if isinstance(exception, exceptions.PermissionDenied) and force_str(exception.detail).startswith("CSRF"):
        return _("页面开得太久，验证已过期，请刷新页面再试。")
    return force_str(exception.detail)


def _flat(detail: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Nested errors as (dotted field, message)."""
    if isinstance(detail, dict):
        for key, inner in detail.items():
            here = path if key == NON_FIELD else f"{path}.{key}" if path else str(key)
            yield from _flat(inner, here)
    elif isinstance(detail, list):
        for index, inner in enumerate(detail):
            nested = isinstance(inner, dict | list)
            yield from _flat(inner, f"{path}.{index}" if nested and path else path)
    else:
        yield path or NON_FIELD, force_str(detail)
