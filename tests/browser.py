"""Chromium for journeys: pages with or without JavaScript, at any width, watched for errors and checked by axe.

With CI=true a missing Chromium is a failure. Elsewhere these tests are skipped and one line says how to get it.
"""

import os
import shutil
import time
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Dialog, Error, Page, Response, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
PHONE = (375, 812)
DESKTOP = (1280, 900)
# The first is the same engine without the windows that nobody looks at here, and takes a fifth less time.
PROGRAMS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
HOW_TO_GET = "apt install chromium-headless-shell fonts-noto-cjk, or set CHROMIUM to the program"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def find_chromium() -> str | None:
    """The program, or None."""
    named = os.environ.get("CHROMIUM")
    return named or next((found for program in PROGRAMS if (found := shutil.which(program))), None)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    skipped = terminalreporter.stats.get("skipped", [])
    if any(HOW_TO_GET in str(report.longrepr) for report in skipped):
        terminalreporter.write_line(f"Browser journeys were not run: there is no Chromium here ({HOW_TO_GET}).")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all journeys of this test process."""
    program = find_chromium()
    if program is None:
        message = f"no Chromium: {HOW_TO_GET}"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    # Playwright keeps an event loop in this thread, which Django takes for an asynchronous caller.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield chromium
        chromium.close()


class Watch:
    """What went wrong on a page: uncaught errors, words on the console's error channel, dialogs nobody asked for."""

    def __init__(self, page: Page) -> None:
        self.problems: list[str] = []
        self._documents: set[str] = set()
        page.on("pageerror", lambda error: self.problems.append(f"uncaught: {error}"))
        page.on("response", self._note_document)
        page.on("console", self._note_console)
        page.on("dialog", self._note_dialog)

    def forget(self) -> None:
        """Begin anew, on another page."""
        self.problems.clear()
        self._documents.clear()

    def _note_document(self, response: Response) -> None:
        # A page that answers 4xx is something a journey looks at itself, and Chromium complains of it here too.
        if response.request.resource_type in ("document", "xhr", "fetch") and response.status >= 400:
            self._documents.add(response.url)

    def _note_console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.problems.append(f"{message.location.get('url', '')}: {message.text}")

    def _note_dialog(self, dialog: Dialog) -> None:
        self.problems.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def found(self) -> list[str]:
        """The problems that are not answers of the portal itself."""
        return [
            problem
            for problem in self.problems
            if not ("Failed to load resource" in problem and any(problem.startswith(url) for url in self._documents))
        ]


OpenPage = Callable[..., Page]


@pytest.fixture
def open_page(browser: Browser) -> Iterator[OpenPage]:
    """Opens pages, each in a browser of its own as far as cookies go; errors on any of them fail the test.

    ``open_page(base_url, javascript=True, size=PHONE, cookies=[…])``; `base_url` makes ``page.goto("/wishes/")``
    work. Further keyword arguments go to Playwright's ``new_context``.
    """
    contexts = []
    watches: list[Watch] = []

    def opening(
        base_url: str,
        *,
        javascript: bool = True,
        size: tuple[int, int] = PHONE,
        cookies: list[dict[str, str]] | None = None,
        **more: Any,
    ) -> Page:
        context = browser.new_context(
            base_url=base_url,
            java_script_enabled=javascript,
            viewport={"width": size[0], "height": size[1]},
            locale=more.pop("locale", "zh-CN"),
            timezone_id="Asia/Shanghai",
            **more,
        )
        context.set_default_timeout(15_000)
        contexts.append(context)
        if cookies:
            context.add_cookies([{"url": base_url, **cookie} for cookie in cookies])  # type: ignore[typeddict-item]
        page = context.new_page()
        watches.append(Watch(page))
        return page

    yield opening
    for context in contexts:
        context.close()
    problems = [problem for watch in watches for problem in watch.found()]
    assert not problems, "\n".join(problems)


def until(page: Page, expression: str, seconds: float = 15) -> None:
    """Wait until the expression is true on the page, or fail.

    Playwright's own ``wait_for_function`` asks again from within the page, where the portal's content security policy
    forbids to evaluate a text: it works only while the first question is answered with yes.
    """
    end = time.monotonic() + seconds
    while True:
        try:
            if page.evaluate(expression):
                return
        except Error as error:
            # The page asked has made room for the next one.
            if "Execution context was destroyed" not in str(error):
                raise
        assert time.monotonic() < end, f"not within {seconds} s: {expression}"
        page.wait_for_timeout(30)


ASK_AXE = """wanted => window.axe
    ? axe.run(document, {runOnly: wanted, resultTypes: ['violations']}).then(result => result.violations)
    : null"""


def axe_violations(page: Page, rules: tuple[str, ...] = ()) -> list[str]:
    """What axe finds on the page as it stands, one sentence each; by these rules alone where some are named."""
    wanted = {"type": "rule", "values": list(rules)} if rules else {"type": "tag", "values": AXE_TAGS}
    violations = page.evaluate(ASK_AXE, wanted)
    if violations is None:
        page.evaluate(axe_source())
        violations = page.evaluate(ASK_AXE, wanted)
    return [
        f"{page.url}: {violation['id']} ({violation['impact']}): {violation['help']}: "
        + "; ".join(f"{' '.join(map(str, node['target']))} [{node['html'][:120]}]" for node in violation["nodes"][:5])
        for violation in violations
    ]


@cache
def axe_source() -> str:
    return (ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text()


def assert_no_axe_violations(page: Page) -> None:
    """Fail with all that axe finds; the page needs JavaScript for it."""
    found = axe_violations(page)
    assert not found, "\n".join(found)
