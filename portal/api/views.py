"""The schema, its page for readers, the answer where nothing is, and a person's own app tokens."""

from functools import cache
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone, translation
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from portal.accounts.views.confirming import current_user, proof_required
from portal.api.forms import TokenForm
from portal.api.models import AppToken
from portal.api.reading import operation_called, operations_by_tag
from portal.api.tokens import create_token, revoke_token
from portal.errors import DomainError


@cache
def schema_in(language: str) -> dict[str, Any]:
    """The OpenAPI document in one language. It follows from the code, so it is made once in each process."""
    with translation.override(language):
        found: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return found


class SchemaView(APIView):
    """The OpenAPI 3 document."""

    permission_classes = [AllowAny]

    @extend_schema(exclude=True)
    def get(self, request: Request) -> Response:
        return Response(schema_in(translation.get_language() or ""))


class NothingHere(APIView):
    """Any address of the API that is none, answered as a problem instead of a page."""

    permission_classes = [AllowAny]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        raise NotFound


@require_GET
def docs(request: HttpRequest) -> HttpResponse:
    """The schema as pages for people: what there is about, and with `?about=` the operations of that."""
    schema = schema_in(translation.get_language() or "")
    groups = operations_by_tag(schema)
    name = request.GET.get("about")
    group = next((each for each in groups if each.name == name), None)
    if name is not None and group is None:
        raise Http404
    return render(request, "api/docs.html", {"groups": groups, "group": group, "info": schema["info"]})


@require_GET
def operation(request: HttpRequest, identifier: str) -> HttpResponse:
    """One operation of the API for people."""
    found = operation_called(schema_in(translation.get_language() or ""), identifier)
    if found is None:
        raise Http404
    return render(request, "api/operation.html", {"operation": found})


@never_cache
@require_http_methods(["GET", "POST"])
@proof_required
def my_tokens(request: HttpRequest) -> HttpResponse:
    """A person's app tokens, and a form for a new one, whose text is shown this once."""
    user, form, text = current_user(request), TokenForm(), ""
    if request.method == "POST":
        form = TokenForm(request.POST)
        if form.is_valid():
            try:
                _token, text = create_token(actor=user, **form.cleaned_data)
                form = TokenForm()
            except DomainError as error:
                form.add_error(error.field or None, str(error.message))
    now = timezone.now()
    tokens = [(token, token.is_live(now)) for token in AppToken.objects.filter(user=user).select_related("user")]
    status = 400 if form.errors else 200
    return render(request, "api/tokens.html", {"tokens": tokens, "form": form, "text": text}, status=status)


@require_POST
@proof_required
def revoke(request: HttpRequest, token_id: int) -> HttpResponse:
    """End one of one's own tokens."""
    user = current_user(request)
    revoke_token(actor=user, token=get_object_or_404(AppToken, pk=token_id, user=user))
    return redirect("my_tokens")
