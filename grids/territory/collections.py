"""Many outlines in one file: a GeoJSON FeatureCollection, or a zipped shapefile, read into the same layer."""

import json
from typing import IO, Any

from django.utils.translation import gettext as _

from grids.territory.shapefiles import (
    FIELD,
    LONGEST_VALUE,
    MAX_BYTES,
    MOST_POINTS,
    MOST_SHAPES,
    Layer,
    Outline,
    read_shapefile,
)
from portal.errors import Invalid

ZIP = b"PK"
DEEPEST = 5  # polygons of rings of points of numbers, and one to spare
MOST_COLUMNS = 60


def read_layer(file: IO[bytes], *, size: int) -> Layer:
    """What the file holds, by its content and not its name. Raises `Invalid` (field "file") in words."""
    start = file.read(2)
    file.seek(0)
    if start == ZIP:
        return read_shapefile(file, size=size)
    content = file.read(MAX_BYTES + 1)
    if max(size, len(content)) > MAX_BYTES:
        raise _wrong(_("这个文件太大了，最多 {most} MB。").format(most=MAX_BYTES // (1024 * 1024)))
    try:
        text = content.decode("utf-8-sig")
        return read_collection(json.loads(text, parse_constant=_no_number))
    except (ValueError, RecursionError) as error:
        raise _wrong(_("只收 .zip 的 shapefile，或者 GeoJSON（FeatureCollection）。")) from error


def read_collection(given: Any) -> Layer:
    """The features of a collection with their properties. Raises `Invalid` (field "file"), naming the feature."""
    features = given.get("features") if isinstance(given, dict) and given.get("type") == "FeatureCollection" else None
    if not isinstance(features, list) or not features:
        raise _wrong(_("这个 GeoJSON 里没有图形，要的是 FeatureCollection。"))
    if len(features) > MOST_SHAPES:
        raise _wrong(_("图形太多了，一次最多 %d 个。") % MOST_SHAPES)
    outlines, columns, points = [], dict[str, None](), 0
    for number, feature in enumerate(features, start=1):
        geometry, said = _feature(feature, number)
        points += _points(geometry.get("coordinates"))
        if points > MOST_POINTS:
            raise _wrong(_("点太多了，一次最多 %d 个。请在地图软件里把边界简化一些。") % MOST_POINTS)
        columns |= dict.fromkeys(said)
        outlines.append(Outline(said, geometry))
    if not columns:
        raise _wrong(_("图形都没有属性，不知道是哪个网格。请写上编码或名称。"))
    if len(columns) > MOST_COLUMNS:
        raise _wrong(_("属性太多了，最多 %d 种。") % MOST_COLUMNS)
    return Layer(list(columns), outlines)


def _feature(feature: Any, number: int) -> tuple[dict[str, Any], dict[str, str]]:
    if not isinstance(feature, dict) or not isinstance(feature.get("geometry"), dict):
        raise _wrong(_("第 %d 个图形没有 geometry。") % number)
    properties = feature.get("properties") or {}
    if not isinstance(properties, dict):
        raise _wrong(_("第 %d 个图形的 properties 读不懂。") % number)
    plain = {str(name)[:LONGEST_VALUE]: value for name, value in properties.items()}
    said = {name: _text(value) for name, value in plain.items() if not isinstance(value, dict | list)}
    kept: dict[str, Any] = {key: feature["geometry"].get(key) for key in ("type", "coordinates")}
    return kept, said


def _points(coordinates: Any, depth: int = 0) -> int:
    """How many points there are; what is nested deeper than a polygon is counted as too many."""
    if not isinstance(coordinates, list) or not coordinates:
        return 0
    if depth > DEEPEST:
        return MOST_POINTS + 1
    if not isinstance(coordinates[0], list):
        return 1
    return sum(_points(each, depth + 1) for each in coordinates)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip().replace("\x00", "")[:LONGEST_VALUE]


def _no_number(words: str) -> float:
    raise ValueError(words)


def _wrong(message: str) -> Invalid:
    return Invalid(message, code="layer_invalid", field=FIELD)
