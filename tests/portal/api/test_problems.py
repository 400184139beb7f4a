"""Every error of the API is application/problem+json with a sentence for people and a code for programs."""

import json
from typing import Any

import pytest
from django.test import Client

from portal.accounts.models import User
from tests.portal.api.factories import PersonFactory, client_of

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.portal.api.routes")]


def problem(response: Any, status: int, code: str) -> dict[str, Any]:
    """The problem of an answer, after checking that it is one."""
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/problem+json"
    found: dict[str, Any] = json.loads(response.content)
    assert found["status"] == status
    assert found["code"] == code
    assert found["type"] == f"urn:wuwei:problem:{code}"
    assert found["title"]
    assert found["detail"]
    assert found["request_id"] == response["X-Request-ID"]
    assert "secret words" not in response.content.decode()
    return found


@pytest.mark.parametrize(
    ("what", "status", "code", "detail"),
    [
        ("conflict", 409, "already_claimed", "已经有人先认领了。"),
        ("not_allowed", 403, "not_allowed", "您登记的服务范围不包括这里。"),
        ("invalid", 400, "invalid", "请写明原因。"),
        ("django_404", 404, "not_found", "这里没有您要找的内容，或者您还不能看。"),
        ("django_403", 403, "not_allowed", "这里只给工作人员看。"),
        ("suspicious", 400, "bad_request", "这个请求有问题，不能处理。"),
    ],
)
def test_what_a_view_raises(client: Client, what: str, status: int, code: str, detail: str) -> None:
    found = problem(client.get(f"/api/v1/test/raise/{what}/"), status, code)
    assert found["detail"] == detail
    assert found["instance"] == f"/api/v1/test/raise/{what}/"
    assert found.get("errors") == ({"reason": [detail]} if what == "invalid" else None)


def test_a_fault_of_ours_says_nothing_of_its_cause(client: Client) -> None:
    client.raise_request_exception = False
    response = client.get("/api/v1/test/raise/fault/")
    assert response.status_code == 500
    assert response["Content-Type"] == "application/problem+json"
    assert b"secret words" not in response.content


def test_nested_fields_are_named_by_dots(client: Client) -> None:
    body = {"title": "太长了的标题", "items": [{"quantity": 1}, {"quantity": 0}]}
    found = problem(client.post("/api/v1/test/check/", body, content_type="application/json"), 400, "invalid")
    assert set(found["errors"]) == {"title", "items.1.quantity"}


def _unknown_address(client: Client) -> Any:
    return client.get("/api/v1/nothing/here/")


def _unknown_parameter(client: Client) -> Any:
    return client.get("/api/v1/test/people/?sort=phone")


def _method(client: Client) -> Any:
    return client.delete("/api/v1/test/people/")


def _media_type(client: Client) -> Any:
    return client.post("/api/v1/test/check/", "<a/>", content_type="application/xml")


def _broken_json(client: Client) -> Any:
    return client.post("/api/v1/test/check/", '{"title": ', content_type="application/json")


def _not_json(client: Client) -> Any:
    return client.get("/api/v1/test/people/", headers={"Accept": "text/csv"})


def _nobody(client: Client) -> Any:
    return client.post("/api/v1/test/register/", {}, content_type="application/json")


def _bad_token(client: Client) -> Any:
    return client.get("/api/v1/test/people/", headers={"Authorization": "Bearer wuwei_x"})


def _too_large(client: Client) -> Any:
    body = json.dumps({"title": "x" * 3_000_000})
    return client.post("/api/v1/test/check/", body, content_type="application/json")


@pytest.mark.parametrize(
    ("ask", "status", "code"),
    [
        (_unknown_address, 404, "not_found"),
        (_unknown_parameter, 400, "unknown_parameter"),
        (_method, 405, "method_not_allowed"),
        (_media_type, 415, "unsupported_media_type"),
        (_broken_json, 400, "parse_error"),
        (_not_json, 406, "not_acceptable"),
        (_nobody, 401, "not_authenticated"),
        (_bad_token, 401, "bad_token"),
        (_too_large, 413, "too_large"),
    ],
    ids=lambda value: value.__name__.strip("_") if callable(value) else None,
)
def test_what_the_framework_refuses(client: Client, ask: Any, status: int, code: str) -> None:
    response = ask(client)
    problem(response, status, code)
    if status == 401:
        assert response["WWW-Authenticate"].startswith("Bearer")


def test_a_session_needs_the_csrf_token() -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(PersonFactory())
    problem(strict.post("/api/v1/test/register/", {}, content_type="application/json"), 403, "not_allowed")
    assert User.objects.count() == 1
    # The positive control: the same call passes where CSRF is not checked.
    lax = Client()
    lax.force_login(User.objects.get())
    assert lax.post("/api/v1/test/register/", {}, content_type="application/json").status_code == 201


def test_words_are_in_the_language_asked_for(client: Client) -> None:
    response = client.get("/api/v1/nothing/", headers={"Accept-Language": "en"})
    assert response["Content-Language"] == "en"
    english = PersonFactory(language="en")
    assert client_of(english).get("/api/v1/nothing/")["Content-Language"] == "en"
    assert client_of(english, **{"Accept-Language": "zh-hans"}).get("/api/v1/nothing/")["Content-Language"] == "zh-hans"
