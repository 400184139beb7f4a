"""What `script/screenshot` does: takes the README's pictures from a portal with the demo on a database of its own."""

import os
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.test")

import django  # noqa: E402 (the checkout is not an installed package)

django.setup()

from tests.browser import ARGUMENTS, DESKTOP, HOW_TO_GET, PHONE, find_chromium  # noqa: E402
from tests.portal_server import PortalServer  # noqa: E402

IMAGES = ROOT / "docs" / "images"


@dataclass(frozen=True)
class Picture:
    """One page as one person sees it. `who` narrows User.objects; empty for a visitor."""

    name: str
    path: str
    who: str = ""
    size: tuple[int, int] = PHONE


PICTURES = (
    Picture("visitor-phone", "/"),
    Picture("resident-phone", "/", who="legal_name='李婷'"),
    Picture("wishes-phone", "/wishes/", who="legal_name='林志强'"),
    Picture("elder-phone", "/", who="legal_name='钱桂芳'"),
    Picture("desk", "/wishes/desk/", who="username='demo-worker'", size=DESKTOP),
)


def session_of(server: PortalServer, who: str) -> str:
    """The key of a new session of this person."""
    return server.python(
        "from portal.accounts.models import User\n"
        "from tests.wishes.wishes.pages import client_of\n"
        f"person = User.objects.filter({who}).order_by('pk').first()\n"
        "print(client_of(person).cookies['sessionid'].value)\n"
    ).strip()


def take(browser: Browser, server: PortalServer, picture: Picture) -> None:
    context = browser.new_context(
        base_url=server.url,
        viewport={"width": picture.size[0], "height": picture.size[1]},
        device_scale_factor=2 if picture.size == PHONE else 1,
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
    )
    if picture.who:
        context.add_cookies([{"name": "sessionid", "value": session_of(server, picture.who), "url": server.url}])
    page = context.new_page()
    answer = page.goto(picture.path)
    if "/consent" in page.url:
        # Somebody who enters for the first time is asked once.
        page.get_by_role("button", name="我同意").click()
        answer = page.goto(picture.path)
    if answer is None or answer.status != 200 or not page.url.endswith(picture.path):
        raise SystemExit(f"{picture.name}: {page.url} answers {answer and answer.status}")
    page.wait_for_load_state("networkidle")
    page.screenshot(path=IMAGES / f"{picture.name}.png")
    print(f"docs/images/{picture.name}.png", flush=True)
    context.close()


def main(wanted: list[str]) -> int:
    program = find_chromium()
    if program is None:
        print(f"There is no Chromium here: {HOW_TO_GET}.", file=sys.stderr)
        return 1
    IMAGES.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=f"wuwei-test-{os.getpid()}-"))
    server = PortalServer(folder)
    try:
        server.start()
        server.manage("load_demo")
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
            for picture in PICTURES:
                if not wanted or picture.name in wanted:
                    take(browser, server, picture)
            browser.close()
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
