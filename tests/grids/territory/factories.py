"""A small tree of real places: Jianye district, street 江心洲, its communities, and grids and buildings as needed."""

from typing import Any

import factory
from django.db.models import F

from grids.territory.domain import Level, level_of, parent_code
from grids.territory.models import Building, Grid, Territory

NAMES = {
    "32": "江苏省",
    "3201": "南京市",
    "320105": "建邺区",
    "320105004": "江心洲街道",
    "320105004001": "永定社区",
    "320105004002": "白鹭社区",
    "320105004004": "洲岛家园社区",
    "12": "天津市",
    "1201": "市辖区",
    "120101": "和平区",
    "120101001": "劝业场街道",
}


def plant(code: str, name: str = "", **fields: Any) -> Territory:
    """The place with that code, made with every place above it when it is not there yet."""
    found: Territory | None = Territory.objects.filter(code=code).first()
    if found is not None:
        return found
    if level_of(code) > Level.PROVINCE:
        parent = plant(parent_code(code))
        Territory.objects.filter(pk=parent.pk).update(numchild=F("numchild") + 1)
    place = Territory(code=code, name=name or NAMES.get(code, f"第 {code[-3:]} 号"), **fields)
    place.place()
    place.save(force_insert=True)
    return place


class _PlaceFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Territory
        abstract = True

    @classmethod
    def _create(cls, model_class: type[Territory], *args: Any, **kwargs: Any) -> Territory:
        return plant(kwargs.pop("code"), kwargs.pop("name", ""), **kwargs)


class DistrictFactory(_PlaceFactory):
    """建邺区 unless told."""

    code = "320105"


class StreetFactory(_PlaceFactory):
    """江心洲街道 unless told."""

    code = "320105004"


class CommunityFactory(_PlaceFactory):
    """洲岛家园社区 unless told; every call with the same code gives the same place."""

    code = "320105004004"


class GridFactory(_PlaceFactory):
    """A new grid of 洲岛家园社区 (or of `community`) each time, with its Grid row."""

    class Meta:
        model = Territory
        exclude = ("community",)

    community = factory.SubFactory(CommunityFactory)
    code = factory.LazyAttributeSequence(lambda me, n: f"{me.community.code}{n % 998 + 1:03d}")
    name = factory.LazyAttribute(lambda me: f"第 {me.code[-3:]} 网格")

    @classmethod
    def _create(cls, model_class: type[Territory], *args: Any, **kwargs: Any) -> Territory:
        details: dict[str, Any] = {
            key: kwargs.pop(key)
            for key in ("household_count", "supervision_phone", "area_description")
            if key in kwargs
        }
        place = plant(kwargs.pop("code"), kwargs.pop("name", ""), **kwargs)
        Grid.objects.get_or_create(territory=place, defaults={"household_count": 400, **details})
        return place


class BuildingFactory(_PlaceFactory):
    """A new building of a new grid (or of `grid`) each time, with its Building row."""

    class Meta:
        model = Territory
        exclude = ("grid",)

    grid = factory.SubFactory(GridFactory)
    code = factory.LazyAttributeSequence(lambda me, n: f"{me.grid.code}{n % 998 + 1:03d}")
    name = factory.LazyAttribute(lambda me: f"{int(me.code[-3:])} 栋")

    @classmethod
    def _create(cls, model_class: type[Territory], *args: Any, **kwargs: Any) -> Territory:
        details: dict[str, Any] = {
            key: kwargs.pop(key) for key in ("address", "longitude", "latitude", "households") if key in kwargs
        }
        place = plant(kwargs.pop("code"), kwargs.pop("name", ""), **kwargs)
        Building.objects.get_or_create(territory=place, defaults=details)
        return place


def square(longitude: float, latitude: float, size: float = 0.002) -> dict[str, Any]:
    """A GeoJSON square whose south-western corner is the point; `size` in degrees (0.002 is about 200 m)."""
    east, north = longitude + size, latitude + size
    ring = [[longitude, latitude], [east, latitude], [east, north], [longitude, north], [longitude, latitude]]
    return {"type": "Polygon", "coordinates": [ring]}
