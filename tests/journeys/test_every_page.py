"""Every page of the portal, on a phone and on a desktop. See `tour.py`."""

import pytest

from tests.browser import DESKTOP, Watch
from tests.journeys.tour import Stop, Tour, flaws, look, tour


@pytest.mark.parametrize("stop", tour(), ids=str)
def test_the_page_is_sound(guide: Tour, stop: Stop) -> None:
    look(guide, stop)


BROKEN = """<!doctype html><style>@media (min-width: 1000px) { h1 { width: 1400px } }</style><h1>A</h1>
<img src="data:image/gif;base64,"><script>console.error("gone")</script>"""


def test_a_broken_page_is_noticed(guide: Tour) -> None:
    guide.page.goto("about:blank")
    watch = Watch(guide.page)
    guide.page.set_content(BROKEN)
    guide.page.set_viewport_size({"width": DESKTOP[0], "height": DESKTOP[1]})
    found = "\n".join([*flaws(guide.page), *watch.found()])
    for flaw in ("html-has-lang", "document-title", "image-alt", "sideways", "gone"):
        assert flaw in found
