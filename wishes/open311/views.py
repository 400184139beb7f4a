"""The six methods of GeoReport v2 and its discovery (https://wiki.open311.org/GeoReport_v2).

They know no session: whoever asks is anybody, or the source whose `api_key` is given. Errors are 404 for what does not
exist, 403 for a key and 400 for anything else, with a body that names the reason, as the specification has it.
"""

import re
from collections.abc import Callable
from typing import Any, cast

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.http.request import UnreadablePostError
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.csrf import csrf_exempt

from portal.api.throttling import ApiThrottle
from portal.errors import DomainError
from wishes.open311 import answers
from wishes.open311.domain import MOST_ROWS, STATUSES, Fault, Span, attributes_of, parse_moment, span_of
from wishes.open311.receiving import Submission, receive
from wishes.open311.rendering import JSON, XML, render
from wishes.open311.services import OverQuota, source_of
from wishes.wishes.domain import State
from wishes.wishes.models import Category, Source

CODE = re.compile(r"^[0-9A-Za-z_-]{1,40}$")
NUMBER = re.compile(r"^[0-9]{4}-[0-9]{4}-[0-9]{4,8}$")
# Nothing sent at all has no type.
FORM_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data", "")
# Pages are read by leaving rows out, which costs more the further back one goes.
FURTHEST_ROW = 50_000


@method_decorator(csrf_exempt, name="dispatch")
class Endpoint(View):
    """Base of the methods: format, jurisdiction, errors. Without a suffix they answer in XML unless asked for JSON."""

    http_method_names = ["get", "head", "options"]
    root = "service_requests"
    throttle_scope = ""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.form = str(kwargs.pop("form", "") or _asked_form(request))
        try:
            response = self._answer(request, *args, **kwargs)
        except Fault as fault:
            response = _error(fault, self.form)
        except OverQuota as error:
            response = _error(Fault(400, str(error.message), code=429, retry_after=3600), self.form)
        except DomainError as error:
            response = _error(Fault(400, str(error.message)), self.form)
        except RequestDataTooBig:
            response = _error(Fault(400, _("发来的内容太大了。"), code=413), self.form)
        except (SuspiciousOperation, MultiPartParserError, UnreadablePostError):
            response = _error(Fault(400, _("这个请求有问题，不能处理。")), self.form)
        response["Access-Control-Allow-Origin"] = "*"
        return response

    def _answer(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        throttle = ApiThrottle()
        if not throttle.allow_request(cast(Any, request), cast(Any, self)):
            seconds = int(throttle.wait()) + 1
            words = _("请求太多了，请过 {seconds} 秒再试。").format(seconds=seconds)
            raise Fault(400, words, code=429, retry_after=seconds)
        handler: Callable[..., HttpResponse] | None = getattr(self, (request.method or "").lower(), None)
        if handler is None or (request.method or "").lower() not in self.http_method_names:
            response = _error(Fault(405, _("这个地址不能用这种方法。")), self.form)
            response["Allow"] = ", ".join(name.upper() for name in self.http_method_names)
            return response
        jurisdiction = self.argument("jurisdiction_id")
        if settings.OPEN311_JURISDICTION_ID and jurisdiction not in ("", settings.OPEN311_JURISDICTION_ID):
            raise Fault(404, _("没有这个 jurisdiction_id。"))
        return handler(request, *args, **kwargs)

    def argument(self, name: str) -> str:
        """An argument of the request; an empty one is none."""
        given = self.request.POST.get(name) if self.request.method == "POST" else None
        return (given or self.request.GET.get(name, "")).strip()

    def source(self) -> Source | None:
        """Whose key is given; None without one. Raises Fault for a key that opens nothing."""
        text = self.argument("api_key")
        if not text:
            return None
        source = source_of(text, timezone.now())
        if source is None:
            raise Fault(403, _("api_key 不对，或者已经停用。"))
        return source

    def render(self, content: Any) -> HttpResponse:
        """The answer in the format asked for."""
        return render(self.root, content, self.form)


class Discovery(Endpoint):
    """GET Service Discovery."""

    root = "discovery"

    def get(self, request: HttpRequest) -> HttpResponse:
        """Where the interface is."""
        return self.render(answers.discovery(request))


class ServiceList(Endpoint):
    """GET Service List."""

    root = "services"

    def get(self, request: HttpRequest) -> HttpResponse:
        """Categories in use."""
        return self.render([answers.service(category) for category in answers.services()])


class ServiceDefinition(Endpoint):
    """GET Service Definition."""

    root = "service_definition"

    def get(self, request: HttpRequest, service_code: str) -> HttpResponse:
        """Further questions of one category."""
        return self.render(answers.definition(_category(service_code)))


class ServiceRequests(Endpoint):
    """GET Service Requests and POST Service Request."""

    http_method_names = ["get", "head", "options", "post"]

    def get(self, request: HttpRequest) -> HttpResponse:
        """The newest first: by their numbers, or of at most 90 days and 1,000 of them."""
        wishes = answers.readable(self.source())
        if numbers := _list(self.argument("service_request_id")):
            if len(numbers) > MOST_ROWS:
                raise Fault(400, _("一次最多查 {most} 个编号。").format(most=MOST_ROWS))
            found = wishes.filter(number__in=[number for number in numbers if NUMBER.match(number)])
            return self.render(answers.requests(found.order_by("-submitted_at", "-pk"), request))
        span = self._span()
        found = wishes.filter(self._condition(), submitted_at__gte=span.start, submitted_at__lte=span.end)
        first, last = self._rows()
        return self.render(answers.requests(found.order_by("-submitted_at", "-pk")[first:last], request))

    def post(self, request: HttpRequest) -> HttpResponse:
        """A new wish, in the name of the source."""
        if request.content_type not in FORM_TYPES:
            raise Fault(400, _("请用 application/x-www-form-urlencoded 发送。"))
        source = self.source()
        if source is None:
            raise Fault(403, _("没有 api_key。密钥由系统管理员发放。"))
        if not (code := self.argument("service_code")):
            raise Fault(400, _("没有写 service_code。"))
        names = ("lat", "long", "address_string", "address_id", "first_name", "last_name", "phone", "description")
        submission = Submission(
            category=_category(code),
            media_url=self.argument("media_url"),
            attributes=attributes_of(request.POST.lists()),
            request_key=_request_key(request),
            **{name: self.argument(name) for name in names},
        )
        wish, is_new = receive(source=source, submission=submission)
        response = self.render([answers.received(wish)])
        if not is_new:
            response["Idempotency-Replayed"] = "true"
        return response

    def _condition(self) -> Q:
        condition = Q()
        if codes := _list(self.argument("service_code")):
            condition &= Q(category__code__in=[code for code in codes if CODE.match(code)])
        statuses = set(_list(self.argument("status")))
        if statuses - set(STATUSES):
            raise Fault(400, _("status 只能是 open 或 closed。"))
        if len(statuses) == 1:
            condition &= ~Q(state=State.CLOSED) if "open" in statuses else Q(state=State.CLOSED)
        return condition

    def _span(self) -> Span:
        start, end = self.argument("start_date"), self.argument("end_date")
        try:
            return span_of(
                parse_moment(start) if start else None, parse_moment(end) if end else None, now=timezone.now()
            )
        except ValueError:
            words = _("start_date 和 end_date 请写成 2026-01-01T00:00:00Z，相隔最多 90 天。")
            raise Fault(400, words) from None

    def _rows(self) -> tuple[int, int]:
        """From which row to which: `page` and `page_size`, an extension many clients know."""
        size, page = self._number("page_size", MOST_ROWS), self._number("page", 1)
        first = (page - 1) * min(size, MOST_ROWS)
        if first > FURTHEST_ROW:
            raise Fault(400, _("页数太大了，请把 start_date 和 end_date 缩短一些。"))
        return first, first + min(size, MOST_ROWS)

    def _number(self, name: str, default: int) -> int:
        text = self.argument(name)
        if not text:
            return default
        if not (text.isascii() and text.isdigit() and len(text) <= 6 and int(text) > 0):
            raise Fault(400, _("{name} 请写正整数。").format(name=name))
        return int(text)


class ServiceRequest(Endpoint):
    """GET Service Request."""

    def get(self, request: HttpRequest, number: str) -> HttpResponse:
        """One wish by its number."""
        wishes = answers.readable(self.source())
        found = wishes.filter(number=number).first() if NUMBER.match(number) else None
        if found is None:
            raise Fault(404, _("没有这个 service_request_id，或者还没有公开。"))
        return self.render(answers.requests([found], request))


class Token(Endpoint):
    """GET service_request_id from a token. Requests get their number at once, so that it serves as the token too."""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        """The number for a token."""
        wishes = answers.readable(self.source())
        if not NUMBER.match(token) or not wishes.filter(number=token).exists():
            raise Fault(404, _("没有这个 token。"))
        return self.render([{"service_request_id": token, "token": token}])


class NothingHere(Endpoint):
    """Any other address of the interface."""

    http_method_names = ["get", "head", "options", "post", "put", "patch", "delete"]

    def get(self, request: HttpRequest, **_parts: str) -> HttpResponse:
        """Nothing."""
        raise Fault(404, _("这里没有您要找的内容。"))

    post = put = patch = delete = get


def _category(code: str) -> Category:
    found = answers.services().filter(code=code).first() if CODE.match(code) else None
    if found is None:
        raise Fault(404, _("没有这个 service_code。"))
    return found


def _list(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _request_key(request: HttpRequest) -> str:
    key = request.headers.get("Idempotency-Key", "").strip()
    if len(key) > 200 or not key.isascii() or (key and not key.isprintable()):
        raise Fault(400, _("Idempotency-Key 要是 1 到 200 个英文字符。"))
    return key


def _asked_form(request: HttpRequest) -> str:
    preferred = request.get_preferred_type(["text/xml", "application/json", "application/xml"])
    return JSON if preferred == "application/json" else XML


def _error(fault: Fault, form: str) -> HttpResponse:
    body = [{"code": fault.code, "description": str(fault.description)}]
    response = render("errors", body, form, status=fault.status)
    if fault.retry_after:
        response["Retry-After"] = str(fault.retry_after)
    return response
