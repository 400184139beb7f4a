"""The small script of every page, on pages made up for it: what it adds, and what it leaves alone."""

from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import FilePayload, Page, Request, Route

from tests.browser import ROOT, OpenPage
from tests.portal.photos.corpus import jpeg_from_a_phone

SITE = "http://portal.test"
SCRIPT = (ROOT / "static" / "portal" / "app.js").read_text(encoding="utf-8")
SHELL = '<!doctype html><html lang="zh-hans"><title>x</title><script src="/app.js" defer></script><main>{}</main>'


class FakeSite:
    """Answers for every address with one page, and keeps what was posted."""

    def __init__(self, page: Page, body: str) -> None:
        self.posted: list[Request] = []
        self.body = SHELL.format(body)
        page.route("**/*", self.answer)

    def answer(self, route: Route) -> None:
        request = route.request
        if request.method == "POST":
            self.posted.append(request)
            if urlsplit(request.url).path == "/stay/":
                route.fulfill(status=204)  # the browser stays on the page, as while it waits for an answer
                return
        if urlsplit(request.url).path == "/app.js":
            route.fulfill(body=SCRIPT, content_type="text/javascript; charset=utf-8")
        else:
            route.fulfill(body=self.body, content_type="text/html; charset=utf-8")


def test_a_form_is_sent_once(open_page: OpenPage) -> None:
    page = open_page(SITE)
    site = FakeSite(page, '<form method="post" action="/stay/"><button>继续</button></form>')
    page.goto("/")
    page.evaluate("for (const n of [1, 2, 3]) document.querySelector('button').click()")
    page.wait_for_timeout(300)
    assert len(site.posted) == 1
    assert page.get_attribute("button", "aria-disabled") == "true"


def test_a_search_can_be_sent_as_often_as_wanted(open_page: OpenPage) -> None:
    page = open_page(SITE)
    FakeSite(page, '<form method="get" action="/find/"><button>找</button></form>')
    page.goto("/")
    page.click("button")
    page.wait_for_url("**/find/*")
    assert page.get_attribute("button", "aria-disabled") is None


def test_what_is_typed_is_kept_while_typing_pauses(open_page: OpenPage) -> None:
    page = open_page(SITE)
    site = FakeSite(
        page,
        '<form method="post" data-draft="/draft/"><input name="title"><input type="file" name="photo"></form>',
    )
    page.goto("/")
    page.set_input_files("[name=photo]", {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": jpeg_from_a_phone()})
    page.type("[name=title]", "水管漏水")
    page.wait_for_timeout(2600)
    assert [urlsplit(request.url).path for request in site.posted] == ["/draft/"]
    sent = site.posted[0].post_data_buffer or b""
    assert "水管漏水".encode() in sent
    assert b"photo" not in sent, "photos are not part of a draft that is sent again and again"


# What is sent while a page is being left is not seen by Playwright, so the page notes it down itself.
NOTED = """
  navigator.sendBeacon = (url, data) => {
    localStorage.setItem('sent', (localStorage.getItem('sent') || '') + url + data.get('title') + ';');
    return true;
  };
"""


@pytest.mark.parametrize(("typed", "sent"), [("还没写完", "/draft/还没写完;"), ("", None)])
def test_what_is_typed_is_kept_when_the_page_is_left(open_page: OpenPage, typed: str, sent: str | None) -> None:
    page = open_page(SITE)
    FakeSite(page, '<form method="post" data-draft="/draft/"><input name="title"></form>')
    page.add_init_script(NOTED)
    page.goto("/")
    page.type("[name=title]", typed)
    page.goto("/elsewhere/")
    assert page.evaluate("localStorage.getItem('sent')") == sent


def test_chosen_photos_are_shown_before_they_are_sent(open_page: OpenPage, tmp_path: Path) -> None:
    page = open_page(SITE)
    FakeSite(page, '<input type="file" multiple data-preview="shown"><div class="photos" id="shown"></div>')
    page.goto("/")
    photo: FilePayload = {"name": "厨房.jpg", "mimeType": "image/jpeg", "buffer": jpeg_from_a_phone()}
    words: FilePayload = {"name": "b.txt", "mimeType": "text/plain", "buffer": b"x"}
    page.set_input_files("input", [photo, photo, words])
    assert page.locator("#shown img").count() == 2
    assert page.locator("#shown img").first.get_attribute("alt") == "厨房.jpg"
    page.set_input_files("input", [photo])
    assert page.locator("#shown img").count() == 1, "a new choice takes the place of the old one"


READ_ALOUD = """
  <h1>王阿姨，您好</h1><p>有人来帮您了</p><p class="no-read">138 0000 0000</p>
  <form method="post"><button type="button">别读我</button></form>
  <button type="button" data-read-aloud data-stop="停下来" hidden>读给我听</button>
"""
FAKE_SPEECH = """
  window.said = [];
  Object.defineProperty(window, 'speechSynthesis', {value: {speak: s => said.push(s), cancel: () => {}}});
  window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
"""


def test_the_page_is_read_aloud_and_stops(open_page: OpenPage) -> None:
    page = open_page(SITE)
    FakeSite(page, READ_ALOUD)
    page.add_init_script(FAKE_SPEECH)
    page.goto("/")
    page.click("[data-read-aloud]")
    said = page.evaluate("said[0].text")
    assert "王阿姨，您好" in said
    assert "有人来帮您了" in said
    assert "138" not in said
    assert "别读我" not in said
    assert page.evaluate("said[0].lang") == "zh-CN"
    assert page.inner_text("[data-read-aloud]") == "停下来"
    page.click("[data-read-aloud]")
    assert page.inner_text("[data-read-aloud]") == "读给我听"


def test_reading_aloud_is_not_offered_where_the_browser_cannot_speak(open_page: OpenPage) -> None:
    page = open_page(SITE)
    FakeSite(page, READ_ALOUD)
    page.add_init_script("delete window.speechSynthesis; delete Window.prototype.speechSynthesis")
    page.goto("/")
    assert not page.is_visible("[data-read-aloud]")


@pytest.mark.parametrize("javascript", [True, False])
def test_printing_is_offered_where_it_can_be_done(open_page: OpenPage, javascript: bool) -> None:
    page = open_page(SITE, javascript=javascript)
    FakeSite(page, '<button type="button" data-print hidden>打印</button>')
    page.goto("/")
    assert page.is_visible("[data-print]") is javascript
