"""Boundaries from shapefiles: hostile files refused in words; overlaps and holes seen before anything is drawn."""

import io
import json
import struct
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient
from shapely.geometry import shape

from grids.districts.boundaries import plan_boundaries, save_boundaries, upload_boundaries
from grids.districts.models import BoundaryUpload
from grids.territory import shapefiles
from grids.territory.collections import read_layer
from grids.territory.datum import Datum, gcj02_of
from grids.territory.models import Territory
from grids.territory.services import draw_boundary
from grids.territory.shapefiles import read_shapefile
from portal.errors import Conflict, Invalid
from portal.outbox.models import Event
from tests.grids.districts.factories import Office
from tests.grids.territory.factories import GridFactory, square
from tests.grids.territory.shapes import UTM, layer, zipped
from tests.portal.accounts.factories import enter

HERE = square(118.70, 32.01)


def read(content: bytes) -> shapefiles.Layer:
    return read_shapefile(io.BytesIO(content), size=len(content))


def refused(content: bytes) -> str:
    with pytest.raises(Invalid) as caught:
        read(content)
    return str(caught.value.message)


def test_what_programs_write_is_read_in_their_encodings() -> None:
    for encoding in ("utf-8", "gb18030"):
        found = read(zipped(layer(HERE, names=("洲岛第一网格",), encoding=encoding), stem="folder/网格"))
        assert found.columns == ["CODE", "NAME"]
        assert found.outlines[0].attributes["NAME"] == "洲岛第一网格"
        assert shape(found.outlines[0].geometry).equals(shape(HERE))


def test_hostile_and_foreign_files_are_refused_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    good = layer(HERE)
    assert "只收 .zip" in refused(b"PK nothing")
    assert "少了 .dbf" in refused(zipped({kind: part for kind, part in good.items() if kind != ".dbf"}))
    assert "不正常的路径" in refused(zipped(good, more={"../../etc/passwd": b"x"}))
    assert "几个 .shp" in refused(zipped(good, more={"other.shp": good[".shp"]}))
    assert "投影坐标" in refused(zipped({**good, ".prj": UTM.encode()}))
    assert "不是 WGS-84" in refused(zipped({**good, ".prj": b'GEOGCS["GCS_Beijing_1954",DATUM["D_Beijing_1954"]]'}))
    assert "解开以后太大" in refused(zipped({**good, ".shp": good[".shp"] + bytes(shapefiles.MAX_UNPACKED)}))
    # A record that says it has two thousand million points.
    lie = bytearray(good[".shp"])
    lie[148:152] = struct.pack("<i", 2_000_000_000)
    assert "读不懂" in refused(zipped({**good, ".shp": bytes(lie)}))
    monkeypatch.setattr(shapefiles, "MOST_POINTS", 4)
    assert "点太多了" in refused(zipped(good))
    monkeypatch.setattr(shapefiles, "MOST_SHAPES", 0)
    assert "图形太多了" in refused(zipped(good))


def upload(office: Office, content: bytes, **more: Any) -> BoundaryUpload:
    given = {"datum": Datum.WGS84, **more}
    return upload_boundaries(actor=office.system, file=io.BytesIO(content), name="网格.zip", size=len(content), **given)


@pytest.mark.django_db
def test_many_grids_are_matched_judged_together_and_drawn_in_one_step() -> None:
    office = Office()
    west, east, old = (GridFactory(community=office.community, name=name) for name in ("西片", "东片", "老片"))
    draw_boundary(actor=office.system, territory=old, boundary=square(118.704, 32.01))
    shapes = (square(118.70, 32.01), square(118.7019, 32.01), square(118.80, 32.01))
    clashing = upload(office, zipped(layer(*shapes, names=("西片", "东片", "不知道"))))
    plan = plan_boundaries(office.system, clashing)
    assert plan.column == "NAME"
    assert [row.problem for row in plan.rows] == ["", "", "没有这个编码或名称的网格。"]
    assert [(each.one, each.other) for each in plan.judgements[0].clashes] == [("西片", "东片")]
    with pytest.raises(Conflict, match="“西片”和“东片”重叠约"):
        save_boundaries(actor=office.system, upload=clashing, column="NAME")
    assert not Territory.objects.filter(pk__in=(west.pk, east.pk), boundary__isnull=False).exists()

    swapped = layer(square(118.702, 32.01), square(118.70, 32.01), codes=(west.code, east.code))
    batch = upload(office, zipped(swapped))
    assert save_boundaries(actor=office.system, upload=batch, column="CODE") == 2
    # Both change at once: one after the other, each would overlap what the other still has.
    back = upload(office, zipped(layer(square(118.70, 32.01), square(118.702, 32.01), codes=(west.code, east.code))))
    assert save_boundaries(actor=office.system, upload=back, column="CODE") == 2
    assert shape(Territory.objects.get(pk=west.pk).boundary).equals(shape(square(118.70, 32.01)))
    assert Event.objects.filter(type="grids.territory.boundary_drawn").count() == 5
    with pytest.raises(Conflict):
        save_boundaries(actor=office.system, upload=back, column="CODE")


@pytest.mark.django_db
def test_coordinates_of_chinese_maps_are_converted() -> None:
    office = Office()
    grid = GridFactory(community=office.community)
    shown = {"type": "Polygon", "coordinates": [[list(gcj02_of(*point)) for point in HERE["coordinates"][0]]]}
    batch = upload(office, zipped(layer(shown, codes=(grid.code,))), datum=Datum.GCJ02)
    save_boundaries(actor=office.system, upload=batch, column="CODE")
    assert shape(Territory.objects.get(pk=grid.pk).boundary).symmetric_difference(shape(HERE)).area < 1e-9


@pytest.mark.django_db
def test_pages_show_before_they_draw() -> None:
    office = Office()
    client = enter(Client(), office.system, second_factor=True)
    ring = [GridFactory(community=office.community, name=f"{n}片") for n in range(8)]
    around = [(x, y) for x in range(3) for y in range(3) if (x, y) != (1, 1)]
    shapes = [square(118.70 + x * 0.002, 32.01 + y * 0.002) for x, y in around]
    content = zipped(layer(*shapes, names=tuple(grid.name for grid in ring)))
    form = {"file": SimpleUploadedFile("网格.zip", content), "datum": "wgs84", "community": office.community.code}
    answer = client.post(reverse("admin:grids_boundaryupload_add"), form, follow=True)
    page = answer.content.decode()
    assert "8 个图形里，8 个对上了网格" in page
    assert "不归谁管" in page
    assert "<svg" in page
    where = answer.redirect_chain[-1][0]
    assert client.post(where, {"column": "NAME"}).status_code == 302
    assert Territory.objects.filter(boundary__isnull=False).count() == 8
    assert "用过了" in client.get(where).content.decode()
    bad = client.post(reverse("admin:grids_boundaryupload_add"), {**form, "file": SimpleUploadedFile("x.zip", b"x")})
    assert (bad.status_code, "只收 .zip" in bad.content.decode()) == (400, True)


@pytest.mark.django_db
def test_the_editor_reads_a_shapefile_of_one_grid() -> None:
    client = enter(Client(), Office().system, second_factor=True)
    address = reverse("admin:grids_grid_shape")
    one = client.post(address, {"file": SimpleUploadedFile("a.zip", zipped(layer(HERE)))})
    assert shape(one.json()["boundary"]).equals(shape(HERE))
    two = client.post(address, {"file": SimpleUploadedFile("a.zip", zipped(layer(HERE, square(118.8, 32.01))))})
    assert (two.status_code, "2 个图形" in two.json()["words"][0]) == (400, True)


def collection(*features: tuple[dict[str, Any], dict[str, Any]]) -> dict[str, Any]:
    found = [{"type": "Feature", "geometry": geometry, "properties": properties} for geometry, properties in features]
    return {"type": "FeatureCollection", "features": found}


@pytest.mark.django_db
def test_programs_look_first_and_draw_by_the_same_service() -> None:
    """From a collection in the body or a shapefile; each shape says by its number what is wrong with it."""
    office = Office()
    west, east = (GridFactory(community=office.community, name=name) for name in ("西片", "东片"))
    client = APIClient()
    client.force_authenticate(office.system)
    url = "/api/v1/boundary-uploads/"
    bow = {
        "type": "Polygon",
        "coordinates": [[[118.7, 32], [118.71, 32.01], [118.71, 32], [118.7, 32.01], [118.7, 32]]],
    }
    wrong = collection((square(118.70, 32.01), {"编码": west.code}), (bow, {"编码": east.code}), (HERE, {"编码": "9"}))
    plan = client.post(url, {"collection": wrong}, format="json")
    assert plan.status_code == 201
    rows = plan.json()["rows"]
    assert [(row["number"], row["grid"]) for row in rows] == [(1, west.code), (2, east.code), (3, None)]
    assert rows[0]["problem"] == ""
    assert "自己相交" in rows[1]["problem"]
    assert "没有这个编码" in rows[2]["problem"]

    near = collection((square(118.70, 32.01), {"名称": "西片"}), (square(118.7019, 32.01), {"名称": "东片"}))
    clashing = client.post(url, {"collection": near}, format="json").json()
    assert clashing["is_sound"] is False
    assert clashing["communities"][0]["clashes"][0]["one"] == "西片"
    saved = client.post(f"{url}{clashing['id']}/save/", {}, format="json")
    assert (saved.status_code, saved.json()["code"]) == (409, "boundary_overlaps")

    content = zipped(layer(square(118.70, 32.01), square(118.702, 32.01), codes=(west.code, east.code)))
    sound = client.post(url, {"file": SimpleUploadedFile("a.zip", content)}, format="multipart").json()
    assert client.get(f"{url}{sound['id']}/?column=NAME").json()["is_sound"] is False
    assert client.get(f"{url}{sound['id']}/?column=X").status_code == 400
    drawn = client.post(f"{url}{sound['id']}/save/", {"column": "CODE"}, format="json").json()
    assert (drawn["changed"], drawn["rows"]) == (2, [])
    assert client.post(f"{url}{sound['id']}/save/", {"column": "CODE"}, format="json").status_code == 409
    stranger = APIClient()
    stranger.force_authenticate(Office().system)
    assert stranger.get(f"{url}{sound['id']}/").status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"{", "GeoJSON"),
        (b'{"type": "FeatureCollection", "features": []}', "没有图形"),
        (b'{"type": "FeatureCollection", "features": [7]}', "第 1 个图形没有 geometry"),
        (b'{"type": "FeatureCollection", "features": [{"geometry": {}, "properties": 1}]}', "properties"),
        (b'{"type": "FeatureCollection", "features": [{"geometry": {"coordinates": [NaN]}}]}', "GeoJSON"),
        (b'{"type": "FeatureCollection", "features": [{"geometry": {"coordinates": []}}]}', "都没有属性"),
        (
            b'{"type":"FeatureCollection","features":[{"geometry":{"coordinates":' + b"[" * 900 + b"]" * 900 + b"}}]}",
            "点太",
        ),
        (b"[" * 200_000, "GeoJSON"),
    ],
)
def test_foreign_collections_are_refused_in_words(content: bytes, words: str) -> None:
    with pytest.raises(Invalid, match=words):
        read_layer(io.BytesIO(content), size=len(content))


@pytest.mark.django_db
def test_without_scripts_the_editor_reads_a_file_shows_what_it_is_and_saves_when_told() -> None:
    office = Office()
    grid, other = (GridFactory(community=office.community, name=name) for name in ("西片", "东片"))
    draw_boundary(actor=office.system, territory=other, boundary=square(118.7019, 32.01))
    client = enter(Client(), office.system, second_factor=True)
    address = reverse("admin:grids_grid_change", args=[grid.grid.pk])
    assert 'enctype="multipart/form-data"' in client.get(address).content.decode()
    form = {"name": "西一片", "household_count": "321", "supervision_phone": "025-5550 0101", "boundary": ""}
    form |= {"area_description": "", "datum": "wgs84"}
    shown = client.post(
        address, {**form, "_read_boundary": "1", "boundary_file": SimpleUploadedFile("a.zip", zipped(layer(HERE)))}
    )
    page = shown.content.decode()
    assert "还没有存" in page
    assert "请更正" not in page, "nothing is wrong with it"
    assert "和“东片”重叠约" in page
    assert "西一片" in page, "nothing typed is lost"
    assert not Territory.objects.filter(pk=grid.pk, boundary__isnull=False).exists()
    read = shown.context["adminform"].form["boundary"].value()
    assert shape(json.loads(read)).equals(shape(HERE))

    moved = json.dumps(square(118.69, 32.01)).encode()
    seen = client.post(
        address, {**form, "_read_boundary": "1", "boundary_file": SimpleUploadedFile("a.geojson", moved)}
    )
    assert "重叠" not in seen.content.decode()
    boundary = seen.context["adminform"].form["boundary"].value()
    assert client.post(address, {**form, "boundary": boundary}).status_code == 302
    assert Territory.objects.get(pk=grid.pk).boundary is not None
    nothing = client.post(address, {**form, "_read_boundary": "1"})
    assert "请选文件" in nothing.content.decode()
    two = SimpleUploadedFile("a.zip", zipped(layer(HERE, square(118.8, 32.01))))
    assert "2 个图形" in client.post(address, {**form, "_read_boundary": "1", "boundary_file": two}).content.decode()
