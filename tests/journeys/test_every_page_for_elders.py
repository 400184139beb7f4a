"""Every page of the portal in elder mode, on a phone. See `tour.py`; the configuration site has no elder mode.

Elder mode gives a page other sizes and colours, which `test_every_page.py` looks at, and a few pages other words. Those
are visited here, and one page of each person for the frame around it; that the others have no other words is compared.
"""

from dataclasses import dataclass, field

import pytest

from tests.journeys.tour import Stop, Tour, look, tour

STOPS = [stop for stop in tour() if not stop.is_admin]


@dataclass
class Elders:
    """The tour in elder mode, and what each page said outside it."""

    tour: Tour
    before: dict[Stop, str]
    compared: dict[Stop, bool] = field(default_factory=dict)

    def says_the_same(self, stop: Stop) -> bool:
        """Whether the page within its frame is the same but for sizes and colours; asked once."""
        if stop not in self.compared:
            self.compared[stop] = self.tour.within_the_frame(stop) == self.before[stop]
        return self.compared[stop]

    def know(self, stop: Stop) -> bool:
        """Whether the page says the same, in a frame that has been looked at."""
        return (stop.viewer, False) in self.tour.frames_seen and self.says_the_same(stop)


@pytest.fixture(scope="module")
def elders(guide: Tour) -> Elders:
    before = {stop: guide.within_the_frame(stop) for stop in STOPS}
    guide.set_elder(True)
    return Elders(guide, before)


@pytest.mark.parametrize("stop", STOPS, ids=str)
def test_the_page_is_sound(elders: Elders, stop: Stop) -> None:
    if not elders.know(stop):
        look(elders.tour, stop)
        elders.tour.frames_seen.add((stop.viewer, False))


def test_some_pages_say_more_to_elders(elders: Elders) -> None:
    other = {stop.name.split(" ")[0] for stop in STOPS if not elders.says_the_same(stop)}
    assert {"home", "wish_detail"} <= other
    assert len(other) < 20
