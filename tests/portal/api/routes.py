"""Routes that exist only in tests: one for each way in which the API can answer."""

from typing import Any

from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import transaction
from django.http import Http404, HttpResponse
from django.urls import path
from rest_framework import serializers
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from portal.accounts.models import User
from portal.api.base import ApiView
from portal.api.idempotency import once
from portal.api.pagination import KeysetPagination
from portal.errors import Conflict, Invalid, NotAllowed
from portal.urls import handler400, handler403, handler404, handler500
from portal.urls import urlpatterns as portal_urls

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

RAISED: dict[str, Exception] = {
    "conflict": Conflict("已经有人先认领了。", code="already_claimed"),
    "not_allowed": NotAllowed("您登记的服务范围不包括这里。"),
    "invalid": Invalid("请写明原因。", field="reason"),
    "django_404": Http404("secret words"),
    "django_403": PermissionDenied("这里只给工作人员看。"),
    "suspicious": SuspiciousOperation("secret words"),
    "fault": RuntimeError("secret words"),
}


class Item(serializers.Serializer[Any]):
    """Part of a body."""

    quantity = serializers.IntegerField(min_value=1)


class Body(serializers.Serializer[Any]):
    """A nested body."""

    title = serializers.CharField(max_length=5)
    items = Item(many=True, required=False)


class Raising(ApiView):
    """Raises what is asked for."""

    permission_classes = [AllowAny]

    def get(self, request: Request, what: str) -> Response:
        raise RAISED[what]


class Checking(ApiView):
    """Takes a body."""

    permission_classes = [AllowAny]

    def post(self, request: Request) -> Response:
        return Response(self.read_body(Body))


class Registering(ApiView):
    """Has an effect that can be counted: somebody more."""

    parser_classes = [JSONParser, MultiPartParser]

    @once
    def post(self, request: Request) -> Response:
        with transaction.atomic():
            created = User.objects.create(username=None, assisted_by=self.person, display_name="test")
            asked: Any = request.data
            if asked.get("refuse"):
                raise Conflict("现在不行。", code="not_now")
            if asked.get("break"):
                raise RuntimeError("broken")
        return Response({"id": created.pk}, status=201)


class RegisteringUnguarded(Registering):
    """The same without the guard: the positive control."""

    def post(self, request: Request) -> HttpResponse:
        return Registering.post.__wrapped__(self, request)  # type: ignore[attr-defined,no-any-return]


class People(ApiView):
    """A list by key."""

    pagination_class = KeysetPagination
    permission_classes = [AllowAny]

    def get(self, request: Request) -> Response:
        page = self.paginate_queryset(User.objects.filter(display_name="listed"))
        assert page is not None
        return self.get_paginated_response([user.pk for user in page])


urlpatterns = [
    path("api/v1/test/raise/<slug:what>/", Raising.as_view()),
    path("api/v1/test/check/", Checking.as_view()),
    path("api/v1/test/register/", Registering.as_view()),
    path("api/v1/test/register-unguarded/", RegisteringUnguarded.as_view()),
    path("api/v1/test/people/", People.as_view()),
    *portal_urls,
]
