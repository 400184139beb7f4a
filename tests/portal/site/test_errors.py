"""Pages for when something does not go on: the status, the reason, and a number to quote."""

import logging
import re

import pytest
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import include, path, reverse

from portal.errors import Conflict, Invalid, NotAllowed
from portal.site import request_id

pytestmark = pytest.mark.django_db

RAISED: dict[str, Exception] = {
    "conflict": Conflict("已经有人认领了，谢谢您。"),
    "not-allowed": NotAllowed("只有网格员可以核实。"),
    "invalid": Invalid("数量 <1> 不对。"),
    "forbidden": PermissionDenied("这里是工作人员的工作台。"),
    "silent": PermissionDenied(),
    "suspicious": SuspiciousOperation("inner detail"),
    "too-big": RequestDataTooBig("inner detail"),
    "broken": RuntimeError("inner detail"),
}


def failing(request: HttpRequest, how: str) -> HttpResponse:
    raise RAISED[how]


urlpatterns = [
    path("fail/<slug:how>/", failing),
    path("api/v1/fail/<slug:how>/", failing),
    path("", include("portal.urls")),
]
handler400 = "portal.site.errors.bad_request"
handler403 = "portal.site.errors.permission_denied"
handler404 = "portal.site.errors.page_not_found"
handler500 = "portal.site.errors.server_error"


@pytest.fixture
def browser() -> Client:
    return Client(raise_request_exception=False)


@pytest.mark.urls(__name__)
@pytest.mark.parametrize(
    ("how", "status", "words"),
    [
        ("conflict", 409, "已经有人认领了，谢谢您。"),
        ("not-allowed", 403, "只有网格员可以核实。"),
        ("invalid", 400, "数量 &lt;1&gt; 不对。"),
        ("forbidden", 403, "这里是工作人员的工作台。"),
        ("silent", 403, "它只给负责这件事的人看"),
        ("suspicious", 400, "这个网址打不开"),
        ("too-big", 413, "10 MB"),
        ("broken", 500, "这边出了点问题"),
    ],
)
def test_an_error_page_says_what_and_why(browser: Client, how: str, status: int, words: str) -> None:
    response = browser.get(f"/fail/{how}/")
    html = response.content.decode()
    assert response.status_code == status
    assert words in html
    assert "inner detail" not in html
    assert response["X-Request-ID"] in html, "the number on the page is the one in the log"
    assert html.count("<h1") == 1


@pytest.mark.urls(__name__)
@pytest.mark.parametrize(("how", "status"), [("conflict", 409), ("forbidden", 403), ("broken", 500)])
def test_programs_get_the_same_as_problem_json(browser: Client, how: str, status: int) -> None:
    response = browser.get(f"/api/v1/fail/{how}/")
    assert response.status_code == status
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["request_id"] == response["X-Request-ID"]


def test_a_page_that_is_not_there(client: Client) -> None:
    response = client.get("/no/such/page/")
    assert response.status_code == 404
    assert "没有找到这一页" in response.content.decode()
    assert client.get("/api/v1/no-such-thing/")["Content-Type"] == "application/problem+json"


def test_a_form_that_waited_too_long_is_explained() -> None:
    response = Client(enforce_csrf_checks=True).post(reverse("site_elder"), {"elder": "1"})
    assert response.status_code == 403
    assert "刷新页面后再送一次" in response.content.decode()


@pytest.mark.urls(__name__)
def test_the_page_for_500_needs_neither_database_nor_session(browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*args: object, **kwargs: object) -> None:
        raise RuntimeError("the database is away")

    monkeypatch.setattr("portal.accounts.sessions.SessionStore.load", gone)
    monkeypatch.setattr("portal.site.shell.Shell.__init__", gone)
    browser.cookies["sessionid"] = "x" * 32
    response = browser.get("/fail/broken/")
    assert response.status_code == 500
    assert "这边出了点问题" in response.content.decode()


@pytest.mark.urls(__name__)
def test_the_page_for_500_comes_without_its_stylesheet_rather_than_not_at_all(browser: Client) -> None:
    storages = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"}}
    with override_settings(STORAGES=storages, STATIC_ROOT="/nowhere"):
        response = browser.get("/fail/broken/")
    assert response.status_code == 500
    assert "这边出了点问题" in response.content.decode()


def test_each_request_has_a_number_of_its_own(client: Client) -> None:
    first, second = (client.get("/about/", headers={"X-Request-ID": "mine"})["X-Request-ID"] for _ in range(2))
    assert first != second
    assert re.fullmatch(r"[2-9A-Z]{4}-[2-9A-Z]{4}", first), "what comes from outside is not taken over"


def test_log_lines_carry_the_number() -> None:
    request_id.set_request_id("K7QM-2F4X")
    record = logging.LogRecord("portal", logging.INFO, __file__, 1, "words", None, None)
    assert request_id.RequestIdFilter().filter(record)
    assert record.request_id == "K7QM-2F4X"  # type: ignore[attr-defined]
