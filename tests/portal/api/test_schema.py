"""The OpenAPI document is valid, complete, free of warnings, and can be read as a page."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.validation import validate_schema
from rest_framework.views import APIView

from portal.api.views import schema_in

pytestmark = pytest.mark.django_db
UNDOCUMENTED = {"api_schema", "api_docs", "api_docs_operation", "api_nothing_here"}
HEAVIEST_PAGE = 30 * 1024
# The list of operations is as long as the portal is wide.
METHODS = ("get", "post", "put", "patch", "delete")


def routes(resolver: URLResolver) -> list[URLPattern]:
    """Every route below a resolver."""
    found: list[URLPattern] = []
    for each in resolver.url_patterns:
        found += routes(each) if isinstance(each, URLResolver) else [each]
    return found


def api_routes() -> list[URLPattern]:
    mounted = next(each for each in get_resolver("portal.urls").url_patterns if str(each.pattern) == "api/v1/")
    assert isinstance(mounted, URLResolver)
    return [route for route in routes(mounted) if route.name not in UNDOCUMENTED]


def views() -> list[type[APIView]]:
    return [getattr(route.callback, "view_class") for route in api_routes()]  # noqa: B009 - the stubs know no view_class


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    schema_in.cache_clear()
    GENERATOR_STATS.reset()
    return schema_in("zh-hans")


def test_it_is_valid_openapi_and_made_without_warnings(schema: dict[str, Any]) -> None:
    validate_schema(schema)  # type: ignore[no-untyped-call]
    complaints = {**GENERATOR_STATS._warn_cache, **GENERATOR_STATS._error_cache}
    assert not complaints


def test_every_route_and_method_stands_in_it_with_words_and_errors(schema: dict[str, Any]) -> None:
    offered = sum(hasattr(view, method) for view in views() for method in METHODS)
    documented = [(path, method, op) for path, ops in schema["paths"].items() for method, op in ops.items()]
    assert len(documented) == offered
    for path, method, operation in documented:
        where = f"{method} {path}"
        assert operation.get("summary"), where
        assert "429" in operation["responses"], where
        assert any(status.startswith("2") for status in operation["responses"]), where
        assert "{" not in path or "404" in operation["responses"], where
        assert method == "get" or {"400", "401", "403", "409"} <= set(operation["responses"]), where


def test_every_post_honours_idempotency_key_or_says_why_not() -> None:
    for view in views():
        if hasattr(view, "post"):
            assert getattr(view.post, "takes_idempotency_key", False) or getattr(view, "repeats_on_purpose", ""), view


def test_no_route_offers_put_patch_or_delete_unguarded_by_a_service() -> None:
    """Changes are verbs: each is a POST that calls one service."""
    assert not [view for view in views() if any(hasattr(view, method) for method in ("put", "delete"))]


@pytest.mark.parametrize("language", ["zh-hans", "zh-hant", "en"])
def test_it_is_served_and_readable(client: Client, language: str) -> None:
    served = client.get("/api/v1/schema/", headers={"Accept-Language": language})
    assert served.json()["openapi"].startswith("3.")
    page = client.get("/api/v1/docs/", headers={"Accept-Language": language})
    about = [f"/api/v1/docs/?about={group.name}" for group in page.context["groups"]]
    assert "/api/v1/docs/?about=wishes" in about
    for address in ("/api/v1/docs/", "/api/v1/docs/wishes_claim/", *about):
        shown = client.get(address, headers={"Accept-Language": language})
        assert shown.status_code == 200, address
        assert len(shown.content) < HEAVIEST_PAGE, address
    assert "/api/v1/wishes/" in client.get("/api/v1/docs/?about=wishes").content.decode()
    for nothing in ("no_such_operation/", "?about=nothing"):
        assert client.get(f"/api/v1/docs/{nothing}").status_code == 404


def test_readers_meet_no_words_meant_for_those_who_work_on_the_code(schema: dict[str, Any]) -> None:
    operations = [operation for methods in schema["paths"].values() for operation in methods.values()]
    for words in (operation.get("description", "") for operation in operations):
        assert not words or re.search("[\u4e00-\u9fff]", words), words
