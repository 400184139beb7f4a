"""What `script/bring-in` does: two administrators bring a whole district in, in Chromium, on a portal of its own.

A workbook with mistakes is refused, the mended one goes in, and the import is taken back. Times are those that somebody
waits in front of the page; memory is what web and worker hold at most. `--pictures FOLDER` keeps what was seen.
"""

import argparse
import io
import os
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
from openpyxl import load_workbook
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.test")

import django  # noqa: E402 (the checkout is not an installed package)

django.setup()

from grids.districts.domain import Sheet  # noqa: E402
from grids.districts.workbook import SHEETS  # noqa: E402
from tests.browser import ARGUMENTS, DESKTOP, HOW_TO_GET, find_chromium  # noqa: E402
from tests.portal_server import PortalServer  # noqa: E402

DISTRICT = "120101"
ADMINISTRATORS = """
from django.test import Client
from grids.roles.domain import Role
from grids.territory.models import Territory
from portal.accounts.consents import give_consent
from portal.accounts.models import ConsentText
from tests.grids.roles.factories import make_staff
from tests.portal.accounts.factories import enter_as_staff

district = Territory.objects.get(code="{code}")
for role in (Role.SYSTEM_ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR):
    person = make_staff(role, district)
    give_consent(actor=person, user=person, kind=ConsentText.Kind.PRIVACY)
    print(enter_as_staff(Client(), person).cookies["sessionid"].value)
"""
# What people get wrong among the staff: the column, and what stands in one of its cells instead.
MISTAKES = {"phone": "1990000", "role": "总网格长", "community": "120101999999", "legal_name": ""}
WAIT = 120_000  # milliseconds


class Memory:
    """What each part of the portal holds at most, in MB, looked at ten times a second."""

    def __init__(self, server: PortalServer) -> None:
        self.server = server
        self.most: dict[str, float] = {}
        self._over = threading.Event()
        self._watching = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> "Memory":
        self._watching.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._over.set()
        self._watching.join()

    def _watch(self) -> None:
        while not self._over.wait(0.1):
            for name, process in list(self.server.processes.items()):
                with suppress(psutil.Error):
                    main = psutil.Process(process.pid)
                    held = sum(one.memory_full_info().pss for one in (main, *main.children(recursive=True)))
                    self.most[name] = max(self.most.get(name, 0), held / 1_000_000)


class Sitting:
    """The two administrators in their browsers, with a clock beside them."""

    def __init__(self, browser: Browser, server: PortalServer, pictures: Path | None) -> None:
        self.pictures = pictures
        sessions = server.python(ADMINISTRATORS.format(code=DISTRICT)).split()
        self.system, self.security = (self._open(browser, server, session) for session in sessions)
        self.seconds: dict[str, float] = {}

    def _open(self, browser: Browser, server: PortalServer, session: str) -> Page:
        context = browser.new_context(
            base_url=server.url,
            viewport={"width": DESKTOP[0], "height": DESKTOP[1]},
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
        )
        context.set_default_timeout(WAIT)
        context.add_cookies([{"name": "sessionid", "value": session, "url": server.url}])
        return context.new_page()

    @contextmanager
    def timed(self, what: str) -> Iterator[None]:
        began = time.perf_counter()
        yield
        self.seconds[what] = time.perf_counter() - began
        print(f"{what:<44}{self.seconds[what]:7.1f} s", flush=True)

    def look(self, page: Page, name: str) -> None:
        if self.pictures:
            page.screenshot(path=self.pictures / f"bring-in-{name}.png")

    def upload(self, content: bytes) -> None:
        self.system.locator("input[type=file]").set_input_files(
            {"name": "和平区.xlsx", "mimeType": "application/octet-stream", "buffer": content}
        )
        with self.system.expect_navigation():
            self.system.get_by_role("button", name="上传，先检查").click()

    def finish(self, page: Page, press: Callable[[], None], name: str) -> None:
        """Begin a job, and watch its progress until it leads to its result."""
        press()
        result = page.get_by_role("link", name="看结果")
        steps: list[str] = []
        while not result.is_visible():
            with suppress(Exception):
                told = page.locator("[data-job-state] p").first.inner_text(timeout=500)
                if told not in steps:
                    steps.append(told)
                    self.look(page, f"{name}-{len(steps)}")
            time.sleep(0.05)
        print(f"    the page said: {' → '.join(steps)}", flush=True)
        with page.expect_navigation():
            result.click()
        self.look(page, f"{name}-done")


def with_mistakes(content: bytes) -> bytes:
    """The same workbook with one mistake of each kind."""
    book = load_workbook(io.BytesIO(content))
    sheet = book[str(Sheet.STAFF.label)]
    keys = [column.key for column in SHEETS[Sheet.STAFF]]
    for row, (key, wrong) in enumerate(MISTAKES.items(), start=100):
        sheet.cell(row=row, column=keys.index(key) + 1).value = wrong
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def sit(sitting: Sitting, content: bytes) -> None:
    """The whole way, from the template to an empty net again."""
    system, security = sitting.system, sitting.security
    system.goto("/admin/grids/districtimport/add/")
    with system.expect_download() as template, sitting.timed("template downloaded"):
        system.get_by_role("link", name="下载模板（Excel）").click()
    print(f"    {template.value.suggested_filename}")
    with sitting.timed("a workbook with mistakes looked over"):
        sitting.upload(with_mistakes(content))
    sitting.look(system, "mistakes")
    for line in system.locator("#content tbody tr").all_inner_texts():
        print("    " + " · ".join(line.split("\t")))
    system.get_by_role("link", name="再传一次").click()
    with sitting.timed("the mended workbook looked over"):
        sitting.upload(content)
    sitting.look(system, "ready")
    button = system.get_by_role("button", name="导入网格和楼栋")
    with sitting.timed("grids brought in"):
        sitting.finish(system, button.click, "grids")
    security.goto(system.url)
    button = security.get_by_role("button", name="导入人员和任职")
    with sitting.timed("people appointed"):
        sitting.finish(security, button.click, "people")
    print(f"{'altogether, template to working net':<44}{sum(sitting.seconds.values()):7.1f} s", flush=True)
    with security.expect_navigation(), sitting.timed("what undoing would leave, shown"):
        security.get_by_role("link", name="撤销这次导入").click()
    sitting.look(security, "undo")
    button = security.get_by_role("button", name="撤销", exact=True)
    with sitting.timed("undone"):
        sitting.finish(security, button.click, "undone")


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="script/bring-in", description=(__doc__ or "").split("\n\n")[1])
    parser.add_argument("--pictures", type=Path, help="a folder for pictures of what was seen")
    pictures: Path | None = parser.parse_args(arguments).pictures
    program = find_chromium()
    if program is None:
        print(f"There is no Chromium here: {HOW_TO_GET}.", file=sys.stderr)
        return 1
    folder = Path(tempfile.mkdtemp(prefix=f"wuwei-test-{os.getpid()}-"))
    server = PortalServer(folder)
    try:
        server.start()
        server.manage("import_divisions", DISTRICT)
        server.wait_until_revived()
        file = folder / "district.xlsx"
        server.manage("measure_district_import", DISTRICT, "--write", str(file))
        with sync_playwright() as playwright, Memory(server) as memory:
            browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
            sit(Sitting(browser, server, pictures), file.read_bytes())
            browser.close()
        for name, most in sorted(memory.most.items()):
            print(f"{name + ' at its peak (all its processes)':<44}{most:7.0f} MB")
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
