"""Shapefiles (.shp, .dbf, .shx and .prj in one .zip) as programs for maps write them: read without trusting them.

Coordinates have to be degrees of longitude and latitude: projected ones are refused in words and never guessed at.
"""

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import IO, Any, Final

import shapefile
from django.utils.translation import gettext as _

from portal.errors import Invalid
from portal.formats import list_words
from portal.workbooks import unpack

FIELD: Final = "file"
MAX_BYTES: Final = 8 * 1024 * 1024
MAX_UNPACKED: Final = 24 * 1024 * 1024
MAX_PARTS: Final = 60
MOST_SHAPES: Final = 2_000
MOST_POINTS: Final = 200_000
LONGEST_VALUE: Final = 100
_POLYGONS: Final = frozenset({shapefile.POLYGON, shapefile.POLYGONZ, shapefile.POLYGONM})
_GEOGRAPHIC: Final = ("GEOGCS", "GEOGCRS", "GEODCRS")
_KNOWN: Final = ("WGS_1984", "WGS 84", "WGS84", "WGS 1984", "CGCS2000", "CGCS_2000", "CHINA_2000", "CHINA GEODETIC")
_ENCODINGS: Final = {"936": "gb18030", "GBK": "gb18030", "GB2312": "gb18030", "65001": "utf-8", "UTF8": "utf-8"}


@dataclass(frozen=True)
class Outline:
    """One shape with what its table says of it."""

    attributes: dict[str, str]
    geometry: dict[str, Any]


@dataclass(frozen=True)
class Layer:
    """A whole file: the columns of its table, and its shapes in their order."""

    columns: list[str]
    outlines: list[Outline]


def read_shapefile(file: IO[bytes], *, size: int) -> Layer:
    """The polygons of a zipped shapefile as GeoJSON geometries. Raises `Invalid` (field "file") in words."""
    content = file.read(MAX_BYTES + 1)
    if max(size, len(content)) > MAX_BYTES:
        raise _wrong(_("这个文件太大了，最多 {most} MB。").format(most=MAX_BYTES // (1024 * 1024)))
    parts = _parts(content)
    if missing := [kind for kind in (".shp", ".dbf", ".shx") if kind not in parts]:
        raise _wrong(_("压缩包里少了 %s。请把同名的 .shp、.dbf、.shx、.prj 一起压成一个 .zip。") % list_words(missing))
    _check_system(parts.get(".prj", b""))
    for encoding in _encodings(parts.get(".cpg", b"")):
        try:
            return _read(parts, encoding)
        except (UnicodeError, shapefile.dbfFileException):
            continue
        except Invalid:
            raise
        # The reader meets hostile files with many kinds of exception, and none may become a page of error 500.
        except Exception as error:
            raise _wrong(_("这个 shapefile 读不懂，请用地图软件重新导出一份。")) from error
    raise _wrong(_("属性表里的字读不出来。请导出成 UTF-8 或 GBK 编码。"))


def _parts(content: bytes) -> dict[str, bytes]:
    """The parts of the one shapefile in the archive, by their endings. Nothing is written to disk."""
    refusal = _wrong(_("只收 .zip：里面是一个 shapefile（.shp、.dbf、.shx、.prj）。"))
    too_much = _wrong(_("压缩包解开以后太大，不像网格的边界。"))
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = [each for each in archive.infolist() if not each.is_dir()]
            if len(entries) > MAX_PARTS:
                raise _wrong(_("压缩包里的文件太多了，只放一个 shapefile 就行。"))
            if any(_escapes(each.filename) for each in entries):
                raise _wrong(_("压缩包里有不正常的路径，请重新压一个。"))
            wanted = [each for each in entries if not each.filename.startswith("__MACOSX/")]
            shapes = [each.filename for each in wanted if each.filename.lower().endswith(".shp")]
            if len(shapes) != 1:
                raise refusal if not shapes else _wrong(_("压缩包里有几个 .shp，请只放一个。"))
            stem = shapes[0][:-4].lower()
            parts, left = {}, MAX_UNPACKED
            for each in wanted:
                path = PurePosixPath(each.filename.lower())
                if str(path.with_suffix("")) != stem or path.suffix not in (".shp", ".dbf", ".shx", ".prj", ".cpg"):
                    continue
                if each.flag_bits & 0x1:
                    raise _wrong(_("压缩包加了密码，请去掉密码再传。"))
                parts[path.suffix] = unpack(archive, each, left, too_much)
                left -= len(parts[path.suffix])
            return parts
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, ValueError, EOFError) as error:
        raise refusal from error


def _escapes(name: str) -> bool:
    return name.startswith(("/", "\\")) or "\\" in name or ":" in name or ".." in PurePosixPath(name).parts


def _check_system(prj: bytes) -> None:
    """Only degrees of WGS-84 or CGCS2000; without a .prj the coordinates themselves tell, when each shape is read."""
    text = prj.decode("utf-8", "replace").strip().upper()
    if not text:
        return
    how = _("请在 QGIS 或 ArcGIS 里导出成经纬度（WGS 84，EPSG:4326；或 CGCS2000，EPSG:4490）再传。")
    if not text.startswith(_GEOGRAPHIC):
        raise _wrong(_("坐标是投影坐标（米），不是经纬度。") + how)
    if not any(name in text for name in _KNOWN):
        raise _wrong(_("坐标系不是 WGS-84，也不是 CGCS2000。") + how)


def _encodings(cpg: bytes) -> Iterator[str]:
    said = cpg.decode("ascii", "replace").strip().upper().removeprefix("CP").replace("-", "").replace("ANSI ", "")
    if said in _ENCODINGS:
        yield _ENCODINGS[said]
    yield "utf-8"
    yield "gb18030"


def _read(parts: dict[str, bytes], encoding: str) -> Layer:
    streams = {kind[1:]: io.BytesIO(parts[kind]) for kind in (".shp", ".dbf", ".shx")}
    with shapefile.Reader(**streams, encoding=encoding) as reader:
        if reader.shapeType not in _POLYGONS:
            raise _wrong(_("这个 shapefile 里是点或线，网格的边界要是面。"))
        if len(reader) > MOST_SHAPES:
            raise _wrong(_("图形太多了，一次最多 %d 个。") % MOST_SHAPES)
        columns = [str(each[0]) for each in reader.fields if each[0] != "DeletionFlag"]
        outlines, points = [], 0
        for number in range(len(reader)):
            drawn = reader.shape(number)
            points += len(drawn.points)
            if points > MOST_POINTS:
                raise _wrong(_("点太多了，一次最多 %d 个。请在地图软件里把边界简化一些。") % MOST_POINTS)
            values = reader.record(number)
            attributes = {name: _text(value) for name, value in zip(columns, values, strict=True)}
            outlines.append(Outline(attributes, _geometry(drawn)))
    if not outlines:
        raise _wrong(_("这个 shapefile 里没有图形。"))
    return Layer(columns, outlines)


def _geometry(drawn: Any) -> dict[str, Any]:
    """GeoJSON of a shape; an empty polygon, which `read_boundary` refuses by itself, where there is none."""
    if drawn.shapeType not in _POLYGONS or not drawn.points:
        return {"type": "Polygon", "coordinates": []}
    given = drawn.__geo_interface__
    return {"type": given["type"], "coordinates": _flat(given["coordinates"])}


def _flat(coordinates: Any) -> list[Any]:
    if coordinates and isinstance(coordinates[0], int | float):
        return [float(coordinates[0]), float(coordinates[1])]
    return [_flat(each) for each in coordinates]


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip().replace("\x00", "")[:LONGEST_VALUE]


def _wrong(message: str) -> Invalid:
    return Invalid(message, code="shapefile_invalid", field=FIELD)
