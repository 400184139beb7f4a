"""Every page of the portal in Chromium, on a phone, on a desktop and in elder mode (docs/quality.md).

The tour is read from the permission table, in which every route stands: whatever somebody gets with 200 is visited
by the person who sees most of it. An answer that is not a page has to be named in `NO_PAGES`.
"""

import re
from dataclasses import dataclass
from urllib.request import Request, urlopen

from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from django.conf import settings
from playwright.sync_api import Browser, Page, Response

from portal.accounts.consents import give_consent
from portal.accounts.models import ConsentText, User
from portal.outbox.services import drain
from portal.site.preferences import ELDER_COOKIE
from tests.browser import DESKTOP, PHONE, Watch, axe_source, axe_violations, until
from tests.permissions.addresses import address
from tests.permissions.rows import Row, rows
from tests.permissions.world import VIEWERS, World, build
from tests.portal_server import PortalServer

HEAVIEST_PAGE = 30_000  # bytes of HTML before compression
# Lists of everything there is to choose or call, in one page to be searched through: as long as the portal is wide.
LONG_LISTS = {"notifications:preferences": 50_000}
# Programs' answers, photos, and files that are saved instead of shown.
NO_PAGES = frozenset({"healthz", "photo", "jobs:file", "api_schema", "mfa_download_recovery_codes", "admin:jsi18n"}) | {
    "admin:grids_districtimport_template",
    "desk_entry_template",
    "frame_icons",
    "community_atom",
    "gathering_file",
    "gathering_minutes_paper",
    "gatherings_file",
    "community_rss",
    "open311_definition",
    "open311_discovery",
    "open311_request",
    "open311_requests",
    "open311_root",
    "open311_services",
    "open311_token",
    "overview_file",
    "overview_shapes",
    "pairing_shapes",
    "open311_v2_discovery",
    "statistics_csv",
    "statistics_work_csv",
    "statistics_digest_paper",
    "visit_state",
    "visit_worker",
    "wish_map_shapes",
    "wish_slip",
}
API_PAGES = frozenset({"api_docs", "api_docs_operation"})
# What the admin site's own libraries do in markup that is not ours: Django's date and time fields and search box
# (label, label-title-only), select2 in its autocomplete (aria-input-field-name), Leaflet's drawing tools (link-name).
RULES_OF_LIBRARIES = ("label", "label-title-only", "aria-input-field-name", "link-name")
# What elder mode can spoil: it is the same markup with other sizes and colours.
RULES_OF_SIGHT = ("color-contrast", "target-size")
# What a wider window can spoil, where it shows nothing that was hidden before.
RULES_OF_PLACE = ("target-size",)
TURN_ELDER = "document.documentElement.toggleAttribute('data-elder')"
# What differs from one answer to the next, and what the frame around a page shows otherwise in elder mode.
OF_THE_FRAME = re.compile(
    r'nonce="[^"]*"|name="csrfmiddlewaretoken" value="[^"]*"|"X-CSRFToken": "[^"]*"'
    r'|<html [^>]*>|<span class="brand-place">[^<]*</span>|<button [^>]*name="elder"[^<]*</button>|\s'
)
# Who sees most of a page comes first; some pages are another page to each kind of person.
WHO_SEES_MOST = ("worker", "system_administrator", "security_administrator", "audit_administrator", "author")
DIFFERENT_TO_EACH = {
    "home": ("anonymous", "author", "worker", "system_administrator"),
    "wish_detail": ("author", "worker"),
}


@dataclass(frozen=True)
class Stop:
    """One page of the tour, as one viewer sees it."""

    name: str
    viewer: str
    # The page asks something and, by the permission table, refuses an empty answer of this viewer.
    refuses: bool = False

    def __str__(self) -> str:
        return f"{self.name} as {self.viewer}"

    @property
    def is_admin(self) -> bool:
        return self.name.startswith("admin:")


def is_page(row: Row) -> bool:
    return row.route not in NO_PAGES and (not row.route.startswith("api_") or row.route in API_PAGES)


def welcome(row: Row) -> list[str]:
    """Who gets the page, those who see most of it first."""
    got = [viewer for viewer, status in row.statuses("GET").items() if status == 200]
    return sorted(got, key=[*WHO_SEES_MOST, *(viewer for viewer in VIEWERS if viewer not in WHO_SEES_MOST)].index)


# Their first form asks nothing; or they say no to the whole: a second factor is needed, or a script has to answer.
NO_FIELDS = frozenset({"desk_views", "mfa_add_webauthn", "mfa_deactivate_totp", "mfa_generate_recovery_codes"})


def tour() -> list[Stop]:
    """Every page, as the person who sees most of it; where it refuses an empty answer, as one whom it refuses."""
    stops = []
    for row in filter(is_page, rows()):
        got = welcome(row)
        viewers = [viewer for viewer in DIFFERENT_TO_EACH.get(row.route, ()) if viewer in got] or got[:1]
        refused = refused_by(row, got)
        if refused and refused not in viewers:
            viewers.append(refused)
        stops += [Stop(row.name, viewer, refuses=viewer == refused) for viewer in viewers]
    return stops


def refused_by(row: Row, got: list[str]) -> str | None:
    """Whom of those who get the page it asks something that they may not leave out."""
    # The admin site's own forms, and Django's words in them; that they answer 400 is the portal's doing.
    if row.route in NO_FIELDS or row.is_admin:
        return None
    answers = row.statuses("POST")
    return next((viewer for viewer in got if answers[viewer] == 400), None)


# Empties every field of the page's own form and sends it, past what the browser itself would have refused.
EMPTY_AND_SEND = """() => {
    const form = document.querySelector('main form[method=post]');
    for (const field of form.querySelectorAll('input:not([type=hidden]), textarea, select')) {
        if (field.type === 'checkbox' || field.type === 'radio') field.checked = false; else field.value = '';
    }
    window.isBefore = true;
    HTMLFormElement.prototype.submit.call(form);
}"""


def stay_signed_in(world: World) -> None:
    """Nobody is asked who they are once more on a tour that takes long on a slow machine."""
    for client in world.clients.values():
        if settings.SESSION_COOKIE_NAME in client.cookies:
            session = client.session
            for record in session[AUTHENTICATION_METHODS_SESSION_KEY]:
                record["at"] += 24 * 3600
            session.save()


class Tour:
    """One browser tab that goes from page to page as one person after the other."""

    def __init__(self, browser: Browser, server: PortalServer) -> None:
        self.server = server
        with server.database():
            self.world = build()
            for person in User.objects.all():
                give_consent(actor=person, user=person, kind=ConsentText.Kind.PRIVACY)
            stay_signed_in(self.world)
            # What handlers and the worker make of it belongs to the tour too: inboxes, clocks, deliveries.
            drain()
            self.addresses = {stop.name: address(self.world, stop.name) for stop in tour()}
        self.context = browser.new_context(base_url=server.url, locale="zh-CN", timezone_id="Asia/Shanghai")
        # Brought into each page by the browser itself: to send it there each time takes longer than reading the page.
        self.context.add_init_script(axe_source())
        self.page = self.context.new_page()
        self.watch = Watch(self.page)
        self.elder = False
        self.admin_seen: set[tuple[str, str]] = set()
        self.frames_seen: set[tuple[str, bool]] = set()
        # Whom a page has refused an empty answer. The list of mistakes is one component: in elder mode one page of
        # each person stands for the others.
        self.refused: set[str] = set()

    def set_elder(self, elder: bool) -> None:
        """Elder mode belongs to the account, and to the device of who has none."""
        with self.server.database(wake=False):
            User.objects.update(elder_mode=elder)
        self.elder = elder

    def rules(self) -> tuple[str, ...]:
        """What axe is asked on a phone: all but where elder mode shows the markup that standard mode showed."""
        has_more = self.page.evaluate("document.querySelector('[data-read-aloud]') !== null")
        return RULES_OF_SIGHT if self.elder and not has_more else ()

    def knows(self, stop: Stop) -> bool:
        """Whether axe has been asked of another page of the admin site with the same form or the same few words.

        A model is added with the form it is changed with; deletions and histories differ by names.
        """
        model, _, kind = stop.name.split(" ")[0].rpartition("_")
        place = {"add": model, "change": model, "delete": "", "history": ""}.get(kind)
        if place is None:
            return False
        mark = (place, kind if not place else "form")
        known = mark in self.admin_seen
        self.admin_seen.add(mark)
        return known

    def cookies(self, viewer: str) -> dict[str, str]:
        cookies = {name: morsel.value for name, morsel in self.world.clients[viewer].cookies.items()}
        return {**cookies, ELDER_COOKIE: str(int(self.elder))}

    def within_the_frame(self, stop: Stop) -> str:
        """The HTML of a page without what the frame around each page shows otherwise in elder mode."""
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies(stop.viewer).items())
        asked = Request(self.server.url + self.addresses[stop.name], headers={"Cookie": cookies})
        with urlopen(asked, timeout=60) as answer:
            return OF_THE_FRAME.sub("", answer.read().decode())

    def visit(self, path: str, viewer: str) -> Response:
        """Open a page as this viewer on a phone."""
        cookies = self.cookies(viewer)
        self.context.clear_cookies()
        self.context.add_cookies([{"name": n, "value": v, "url": self.server.url} for n, v in cookies.items()])
        self.page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
        self.watch.forget()
        response = self.page.goto(path)
        assert response is not None
        assert self.page.url == self.server.url + path, "led elsewhere"
        return response


def flaws(page: Page, *, is_admin: bool = False, rules: tuple[str, ...] = ()) -> list[str]:
    """What is wrong with a page as it stands at its width, for axe by these rules or by all."""
    width = page.viewport_size["width"] if page.viewport_size else 0
    found = [
        f"{width} px: {violation}"
        for violation in axe_violations(page, rules)
        if not (is_admin and any(f": {rule} (" in violation for rule in RULES_OF_LIBRARIES))
    ]
    return found + sideways(page)


def sideways(page: Page) -> list[str]:
    """How far the page is wider than its window."""
    pixels = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return [f"{page.url} scrolls {pixels} px sideways"] if pixels > 0 else []


# How many elements of the content are laid out; a window that shows more of them than another has to be read again.
LAID_OUT = "[...document.querySelectorAll('main *')].filter(e => e.getClientRects().length).length"


def flaws_on_desktop(tour: Tour, stop: Stop) -> list[str]:
    """What is wrong with the page that was just looked at on a phone when it is laid out on a desktop.

    The markup is the same. All of axe is asked where the content shows what the phone hid, and once for each viewer's
    frame around it, which has its navigation elsewhere.
    """
    page, before = tour.page, tour.page.evaluate(LAID_OUT)
    page.set_viewport_size({"width": DESKTOP[0], "height": DESKTOP[1]})
    is_known = (stop.viewer, stop.is_admin) in tour.frames_seen and page.evaluate(LAID_OUT) <= before
    tour.frames_seen.add((stop.viewer, stop.is_admin))
    return flaws(page, rules=RULES_OF_PLACE if is_known else ())


# Asked in one go: what Playwright brings into each page to look around in it takes as long as drawing the page.
FACTS = """() => ({
    title: document.title,
    headings: [...document.querySelectorAll('h1')].filter(h1 => h1.checkVisibility({visibilityProperty: true})).length,
    elder: document.documentElement.hasAttribute('data-elder'),
})"""
SUMMARY = """() => [...document.querySelectorAll('.error-summary a[href]')].map(link => link.getAttribute('href'))
    .map(target => [target, document.querySelector(target) !== null])"""


def look(standing: Tour, stop: Stop) -> None:
    """Opens a page of the tour and says everything that is wrong with it, also where it refuses an empty answer."""
    response = standing.visit(standing.addresses[stop.name], stop.viewer)
    assert response.status == 200
    assert response.headers["content-type"].startswith("text/html"), "no page: it belongs into NO_PAGES"
    page = standing.page
    # Read before axe comes: it probes style sheets in ways that our policy refuses.
    found = standing.watch.found()
    if stop.is_admin:  # Made for desktops: on a phone it need only stay within its window.
        found += sideways(page)
        page.set_viewport_size({"width": DESKTOP[0], "height": DESKTOP[1]})
        found += sideways(page) if standing.knows(stop) else flaws(page, is_admin=True)
    else:
        found += flaws(page, rules=standing.rules())
        if not standing.elder:
            found += flaws_in_elder_sizes(page)
    facts = page.evaluate(FACTS)
    if facts["title"].strip() == "":
        found.append("no title")
    if facts["headings"] != 1:
        found.append(f"{facts['headings']} h1")
    # Lists of the admin site are as long as their pages of rows, and are read on desktops.
    if (weight := len(response.body())) >= LONG_LISTS.get(stop.name, HEAVIEST_PAGE) and not stop.is_admin:
        found.append(f"{weight} bytes of HTML")
    if standing.elder:
        assert facts["elder"]
    elif not stop.is_admin:
        found += flaws_on_desktop(standing, stop)
    if stop.refuses and not (standing.elder and stop.viewer in standing.refused):
        standing.refused.add(stop.viewer)
        found += flaws_when_empty(standing)
    assert not found, "\n".join(found)


def flaws_in_elder_sizes(page: Page) -> list[str]:
    """What is wrong with the page that was just looked at on a phone when it has the sizes and colours of elder mode.

    Where elder mode shows anything else but those, the page is visited in elder mode as well.
    """
    page.evaluate(TURN_ELDER)
    found = flaws(page, rules=RULES_OF_SIGHT)
    page.evaluate(TURN_ELDER)
    return [f"elder: {flaw}" for flaw in found]


def flaws_when_empty(standing: Tour) -> list[str]:
    """Sends the form of the page that stands open empty and says what is wrong with the page that comes back."""
    page = standing.page
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    standing.watch.forget()
    with page.expect_response(lambda response: response.request.method == "POST") as answered:
        page.evaluate(EMPTY_AND_SEND)
    assert answered.value.status == 400
    until(page, "!window.isBefore && document.readyState === 'complete'")
    found = [*standing.watch.found(), *flaws(page, rules=standing.rules())]
    if not page.title().startswith("错误："):
        found.append(f"title {page.title()!r}")
    targets = page.evaluate(SUMMARY)
    if not targets or not all(is_there for _, is_there in targets):
        found.append(f"the summary does not lead to the field: {targets}")
    return [f"sent empty: {flaw}" for flaw in found]
