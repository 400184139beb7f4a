"""Shapefiles for tests, written as programs for maps write them."""

import io
import zipfile
from collections.abc import Mapping
from typing import Any

import shapefile

WGS84 = (
    'GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],'
    'PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]'
)
UTM = 'PROJCS["WGS_1984_UTM_Zone_50N",GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984"]],PROJECTION["Transverse_Mercator"]]'


def layer(
    *polygons: dict[str, Any], names: tuple[str, ...] = (), codes: tuple[str, ...] = (), encoding: str = "utf-8"
) -> dict[str, bytes]:
    """The parts of a shapefile with one shape for each GeoJSON polygon, and columns CODE and NAME."""
    shp, shx, dbf = io.BytesIO(), io.BytesIO(), io.BytesIO()
    with shapefile.Writer(shp=shp, shx=shx, dbf=dbf, shapeType=shapefile.POLYGON, encoding=encoding) as out:
        out.field("CODE", "C", size=18)
        out.field("NAME", "C", size=60)
        for number, polygon in enumerate(polygons):
            # Outer rings of a shapefile run clockwise.
            out.poly([list(reversed(ring)) for ring in polygon["coordinates"]])
            blank = [""] * len(polygons)
            out.record([*codes, *blank][number], [*names, *blank][number])
    return {".shp": shp.getvalue(), ".shx": shx.getvalue(), ".dbf": dbf.getvalue(), ".prj": WGS84.encode()}


def zipped(parts: Mapping[str, bytes], *, stem: str = "网格", more: Mapping[str, bytes] | None = None) -> bytes:
    """The parts in one archive, and more files by their names."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for ending, content in parts.items():
            archive.writestr(f"{stem}{ending}", content)
        for name, content in (more or {}).items():
            archive.writestr(name, content)
    return out.getvalue()
