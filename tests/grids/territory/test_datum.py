"""GCJ-02 and back, against published points; tiles by setting."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import shape

from grids.territory.datum import Datum, gcj02_of, in_wgs84, wgs84_of
from portal.settings.addresses import image_source
from tests.grids.territory.factories import square

A_CENTIMETRE = 1e-7


def test_a_published_point() -> None:
    assert gcj02_of(116.404, 39.915) == pytest.approx((116.41024449916938, 39.91640428150164), abs=1e-9)


@given(longitude=st.floats(75, 134), latitude=st.floats(18, 53))
def test_there_and_back(longitude: float, latitude: float) -> None:
    assert wgs84_of(*gcj02_of(longitude, latitude)) == pytest.approx((longitude, latitude), abs=A_CENTIMETRE)


def test_a_boundary_is_moved_as_a_whole() -> None:
    drawn = shape(square(118.7, 32.0))
    assert in_wgs84(drawn, Datum.WGS84) is drawn
    moved = in_wgs84(drawn, Datum.GCJ02)
    assert 0.001 < drawn.centroid.distance(moved.centroid) < 0.01
    assert moved.area == pytest.approx(drawn.area, rel=0.01)


@pytest.mark.parametrize(
    ("url", "source"),
    [
        ("https://t{s}.tianditu.gov.cn/vec_w/wmts?tk=1&x={x}&y={y}", "https://*.tianditu.gov.cn"),
        ("https://tiles.example/{z}/{x}/{y}.png", "https://tiles.example"),
        ("", ""),
    ],
)
def test_the_content_policy_lets_the_tiles_in_and_nothing_else(url: str, source: str) -> None:
    assert image_source(url) == source
