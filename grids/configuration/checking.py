"""What a drawing does to the net, told while it is drawn: overlaps with neighbours, holes left open."""

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from shapely.geometry import mapping, shape

from grids.territory.collections import ZIP
from grids.territory.datum import Datum, in_wgs84
from grids.territory.domain import Level
from grids.territory.geometry import OVERLAP_TOLERANCE, as_geojson, holes_between, read_boundary, square_metres
from grids.territory.models import Grid, Territory
from grids.territory.shapefiles import MAX_BYTES, read_shapefile
from portal.errors import Invalid


def check_drawing(
    community: Territory, boundary: str, *, but: int | None = None, datum: Datum = Datum.WGS84
) -> dict[str, Any]:
    """GeoJSON of what is wrong, and the same in words. `but` is the grid that is being drawn. Raises Invalid."""
    drawn = in_wgs84(read_boundary(boundary), datum)
    rows = Territory.objects.children_of(community).at(Level.GRID).living().filter(boundary__isnull=False)
    neighbours = [(name, shape(outline)) for name, outline in rows.exclude(pk=but).values_list("name", "boundary")]
    overlaps, words = [], []
    for name, area in neighbours:
        common = drawn.intersection(area) if drawn.intersects(area) else None
        size = square_metres(common) if common is not None else 0.0
        if common is not None and size > OVERLAP_TOLERANCE:
            overlaps.append(mapping(common))
            words.append(_("和“%(name)s”重叠约 %(area)s 平方米。") % {"name": name, "area": f"{size:,.0f}"})
    holes = holes_between([drawn, *(area for _name, area in neighbours)])
    if holes:
        size = sum(square_metres(hole) for hole in holes)
        words.append(_("网格之间留了空，约 %(area)s 平方米不归谁管。") % {"area": f"{size:,.0f}"})
    return {"overlaps": overlaps, "holes": [mapping(hole) for hole in holes], "words": words}


def check_page(request: HttpRequest, grids: Any) -> JsonResponse:
    """Answers the map of the editor. `grids` are those the administrator may change; nothing is saved."""
    if request.method != "POST":
        return JsonResponse({"words": []}, status=405)
    community: Territory | None = None
    but: int | None = None
    if (key := request.POST.get("grid", "")).isdecimal():
        found: Grid | None = grids.select_related("territory").filter(pk=int(key)).first()
        if found is None:
            raise Http404
        community, but = found.territory.ancestor_at(Level.COMMUNITY), found.territory_id
    elif (key := request.POST.get("community", "")).isdecimal():
        community = Territory.objects.at(Level.COMMUNITY).filter(pk=int(key)).first()
    if community is None:
        return JsonResponse({"overlaps": [], "holes": [], "words": []})
    datum = Datum.GCJ02 if request.POST.get("datum") == Datum.GCJ02 else Datum.WGS84
    try:
        return JsonResponse(check_drawing(community, request.POST.get("boundary", ""), but=but, datum=datum))
    except Invalid as error:
        return JsonResponse({"overlaps": [], "holes": [], "words": [str(error.message)]}, status=400)


def shape_page(request: HttpRequest) -> JsonResponse:
    """Reads a zipped shapefile with one polygon for the editor, in the coordinates of the file; nothing is saved."""
    if request.method != "POST":
        return JsonResponse({"words": []}, status=405)
    try:
        return JsonResponse({"boundary": read_outline(request.FILES.get("file")), "words": []})
    except Invalid as error:
        return JsonResponse({"words": [str(error.message)]}, status=400)


def read_outline(file: "UploadedFile[Any] | None") -> dict[str, Any]:
    """The one polygon of an uploaded shapefile (.zip) or GeoJSON, in its own coordinates. Raises Invalid in words."""
    if file is None:
        raise Invalid(_("请选文件。"), field="file")
    start = file.read(len(ZIP))
    file.seek(0)
    if start != ZIP and (file.size or 0) <= MAX_BYTES:
        try:
            return as_geojson(read_boundary(file.read(MAX_BYTES).decode("utf-8-sig")))
        except UnicodeDecodeError:
            file.seek(0)
    outlines = read_shapefile(file, size=file.size or 0).outlines
    if len(outlines) != 1:
        words = _("这个文件里有 %d 个图形，一个网格只要一个。很多网格一起划，请用“批量划界”。")
        raise Invalid(words % len(outlines), field="file")
    return outlines[0].geometry
