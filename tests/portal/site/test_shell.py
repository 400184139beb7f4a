"""What surrounds every page: landmarks, languages, elder mode, headers, and what a first visit weighs."""

import gzip
import re
from pathlib import Path

import pytest
from allauth.account.signals import user_signed_up
from django.conf import settings
from django.contrib.auth.signals import user_logged_in
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import translation

from portal.accounts.models import User
from tests.grids.roles.factories import PersonFactory
from tests.portal.site.factories import page, signed_in

pytestmark = pytest.mark.django_db
OWN_PAGES = ("home", "secretary", "about", "help", "privacy", "accessibility")


@pytest.fixture(scope="module", autouse=True)
def _catalogues() -> None:
    call_command("translations", "--compile")


@pytest.mark.parametrize("name", OWN_PAGES)
def test_every_page_has_its_landmarks(client: Client, name: str) -> None:
    html = page(client, reverse(name))
    assert html.count("<h1") == 1
    assert html.count("<main") == html.count("<header") == html.count("<footer") == 1
    assert 'href="#main"' in html
    assert re.search(r"<title>[^<·]+ · 五微</title>", html)


@pytest.mark.parametrize("name", OWN_PAGES)
def test_no_page_needs_what_the_policy_forbids(client: Client, name: str) -> None:
    response = client.get(reverse(name))
    html = response.content.decode()
    assert not re.search(r"\s(style|on\w+)=", html)
    assert not re.search(r'(src|href)="(https?:)?//', html)
    assert "script-src 'self'" in response["Content-Security-Policy"]


def test_a_first_visit_is_light(client: Client) -> None:
    """HTML under 30 KB, and all it needs under 200 KB on the wire (both as the browser gets them, gzipped)."""
    html = page(client, "/")
    assert len(html.encode()) < 30_000
    files = set(re.findall(rf'(?:src|href)="{re.escape(settings.STATIC_URL)}([^"?]+)"', html))
    assert files
    weight = len(gzip.compress(html.encode()))
    for name in files:
        found = finders.find(name)
        assert found, name
        weight += len(gzip.compress(Path(str(found)).read_bytes()))
    assert weight < 100_000, "half of what is allowed, so that photos have room"


def test_the_stylesheet_stays_small() -> None:
    sheets = [finders.find(f"portal/{name}") for name in ("app.css", "tokens.css")]
    assert sum(len(Path(str(sheet)).read_bytes()) for sheet in sheets) < 40_000


def test_elder_mode_is_one_tap_and_remembered(client: Client) -> None:
    assert "data-elder" not in page(client, "/about/")
    response = client.post(reverse("site_elder"), {"elder": "1", "next": "/about/"})
    assert response.headers["Location"] == "/about/"
    assert "data-elder" in page(client, "/about/")
    client.post(reverse("site_elder"), {"elder": "0"})
    assert "data-elder" not in page(client, "/about/")


def test_elder_mode_follows_the_account_to_another_device() -> None:
    user: User = PersonFactory()
    signed_in(user).post(reverse("site_elder"), {"elder": "1"})
    assert "data-elder" in page(signed_in(User.objects.get(pk=user.pk)), "/about/")


def test_elder_mode_chosen_before_signing_in_is_kept() -> None:
    user: User = PersonFactory()
    request = RequestFactory().get("/")
    request.COOKIES["elder"] = "1"
    user_logged_in.send(sender=User, request=request, user=user)
    user.refresh_from_db()
    assert user.elder_mode


def test_a_new_account_speaks_the_language_it_was_opened_in() -> None:
    user: User = PersonFactory()
    with translation.override("zh-hant"):
        user_signed_up.send(sender=User, request=RequestFactory().get("/"), user=user)
    user.refresh_from_db()
    assert user.language == "zh-hant"


@pytest.mark.parametrize("address", ["https://evil.example/", "//evil.example", "javascript:alert(1)", ""])
@pytest.mark.parametrize("name", ["site_elder", "site_language"])
def test_a_choice_never_leads_to_another_site(client: Client, name: str, address: str) -> None:
    response = client.post(reverse(name), {"elder": "1", "language": "en", "next": address})
    assert response.headers["Location"] == "/"


@pytest.mark.parametrize("name", ["site_elder", "site_language"])
def test_reading_changes_no_preference(client: Client, name: str) -> None:
    assert client.get(reverse(name)).status_code == 405
    assert Client(enforce_csrf_checks=True).post(reverse(name), {"elder": "1"}).status_code == 403


@pytest.mark.parametrize(("language", "words"), [("zh-hans", "长辈版"), ("zh-hant", "長輩版"), ("en", 'lang="en"')])
def test_pages_speak_the_chosen_language(client: Client, language: str, words: str) -> None:
    client.post(reverse("site_language"), {"language": language, "next": "/about/"})
    html = page(client, "/about/")
    assert words in html
    assert f'<html lang="{language}"' in html


def test_an_unknown_language_changes_nothing(client: Client) -> None:
    client.post(reverse("site_language"), {"language": "../../etc", "next": "/about/"})
    assert '<html lang="zh-hans"' in page(client, "/about/")


def test_the_language_is_kept_with_the_account() -> None:
    user: User = PersonFactory()
    signed_in(user).post(reverse("site_language"), {"language": "zh-hant"})
    user.refresh_from_db()
    assert user.language == "zh-hant"
    assert "長輩版" in page(signed_in(user), "/about/"), "on a device that never chose, the account's language holds"


def test_the_devices_choice_wins_over_the_accounts() -> None:
    user: User = PersonFactory(language="zh-hant")
    client = signed_in(user)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "zh-hans"
    assert "长辈版" in page(client, "/about/")


def test_the_tab_of_the_page_is_marked(client: Client) -> None:
    marked = re.findall(r'class="tab-(\w+)"[^>]*aria-current="page"', page(client, reverse("wish_list")))
    assert marked == ["wishes"]
    assert re.findall(r'class="tab-(\w+)"[^>]*aria-current="page"', page(client, "/about/")) == []


def test_the_title_of_a_page_with_errors_begins_with_it(client: Client) -> None:
    login = reverse("account_login")
    html = client.post(login, {"phone": ""}).content.decode()
    assert "<title>错误：" in html
    assert html.index("error-summary") < html.index("<h1")
