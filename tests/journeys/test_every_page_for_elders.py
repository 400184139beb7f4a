"""Every page of the portal in elder mode, on a phone. See `tour.py`; the configuration site has no elder mode."""

import pytest

from tests.journeys.tour import Stop, Tour, look, tour


@pytest.fixture(scope="module")
def elder(guide: Tour) -> Tour:
    """The tour in elder mode."""
    guide.set_elder(True)
    return guide


@pytest.mark.parametrize("stop", [stop for stop in tour() if not stop.is_admin], ids=str)
def test_the_page_is_sound(elder: Tour, stop: Stop) -> None:
    look(elder, stop)
