"""What the portal's API views share: signed-in callers for changes, query parameters from an allow-list."""

from typing import Any, ClassVar

from django.http import HttpResponse
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.serializers import BaseSerializer, Serializer

from portal.accounts.models import User
from portal.api.problems import UnknownParameter


class ApiView(GenericAPIView[Any]):
    """Base of API views. `query_serializer_class` names and checks the query parameters; others are refused."""

    query_serializer_class: ClassVar[type[Serializer[Any]] | None] = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        self.query: dict[str, Any] = self._checked_query(request)

    def finalize_response(self, request: Request, response: HttpResponse, *args: Any, **kwargs: Any) -> HttpResponse:  # type: ignore[override]
        """What one person was told is kept by no cache."""
        response = super().finalize_response(request, response, *args, **kwargs)  # type: ignore[arg-type]
        if getattr(request, "auth", None) is not None or getattr(request.user, "is_authenticated", False):
            add_never_cache_headers(response)
        return response

    @property
    def person(self) -> User:
        """The caller of a view that only signed-in people reach."""
        assert isinstance(self.request.user, User)
        return self.request.user

    def read_body(self, serializer_class: type[BaseSerializer[Any]]) -> dict[str, Any]:
        """The checked content of the request. Raises ValidationError."""
        serializer = serializer_class(data=self.request.data, context=self.get_serializer_context())
        serializer.is_valid(raise_exception=True)
        found: dict[str, Any] = serializer.validated_data
        return found

    def _checked_query(self, request: Request) -> dict[str, Any]:
        known = {"cursor", "limit"} if self.pagination_class and request.method == "GET" else set()
        serializer = self.query_serializer_class(data=request.query_params) if self.query_serializer_class else None
        known |= set(serializer.fields) if serializer else set()
        if unknown := sorted(set(request.query_params) - known):
            raise UnknownParameter(_("这个地址没有参数 {names}。").format(names=", ".join(unknown)[:200]))
        if serializer is None:
            return {}
        serializer.is_valid(raise_exception=True)
        checked: dict[str, Any] = serializer.validated_data
        return checked
