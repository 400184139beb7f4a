"""Codes say where a place stands; the database refuses one that stands elsewhere."""

import pytest
from django.db import IntegrityError, transaction

from grids.roles.models import Residency
from grids.territory import tree
from grids.territory.domain import Level, code_steps, everyday_name, level_of, parent_code, path_of
from grids.territory.models import Territory
from portal.errors import Conflict, Invalid
from tests.grids.roles.factories import ResidencyFactory
from tests.grids.territory.factories import BuildingFactory, CommunityFactory, GridFactory, StreetFactory


def test_a_code_says_its_level_and_everything_above() -> None:
    code = "320105004004003"
    assert level_of(code) == Level.GRID
    assert parent_code(code) == "320105004004"
    assert list(code_steps(code)) == ["32", "3201", "320105", "320105004", "320105004004", code]
    assert path_of(code) == "032001005004004003"


@pytest.mark.parametrize("code", ["", "3", "320", "32010500400", "32010a", "３２", "320105004004003001001"])
def test_what_is_no_code(code: str) -> None:
    with pytest.raises(ValueError, match=f"^{code}$"):
        level_of(code)


@pytest.mark.parametrize(
    ("official", "said"),
    [
        ("洲岛家园社区居委会", "洲岛家园社区"),
        ("洲岛家园社区居民委员会", "洲岛家园社区"),
        ("东石槽村委会", "东石槽村"),
        ("张村村民委员会", "张村"),
        ("永安居委会", "永安居委会"),
        ("居委会", "居委会"),
        ("村委会", "村委会"),
    ],
)
def test_everyday_names(official: str, said: str) -> None:
    assert everyday_name(official) == said


@pytest.mark.django_db
def test_plant_keeps_the_tree_whole() -> None:
    community = CommunityFactory()
    grid = tree.plant(f"{community.code}001", "  第 001\u3000网格 ")
    assert (grid.name, grid.level, grid.depth) == ("第 001 网格", Level.GRID, 6)
    assert Territory.objects.get(pk=community.pk).numchild == 1
    assert [len(each) for each in Territory.objects.find_problems()] == [0, 0, 0, 0, 0]
    assert [a.name for a in grid.ancestors()][2:] == ["建邺区", "江心洲街道", "洲岛家园社区", "第 001 网格"]
    assert grid.ancestor_at(Level.COMMUNITY) == community
    assert grid.ancestor_at(Level.BUILDING) is None
    assert community.covers(grid)
    assert not grid.covers(community)


@pytest.mark.django_db
def test_plant_refuses_orphans_repeats_and_blank_names() -> None:
    community = CommunityFactory()
    with pytest.raises(Invalid, match="上级编码 999999999999 还没有"):
        tree.plant("999999999999001", "孤儿")
    with pytest.raises(Conflict, match="已经有了"):
        tree.plant(community.code, "重名")
    with pytest.raises(Invalid, match="请填写名称"):
        tree.plant(f"{community.code}001", " \u200b ")
    assert Territory.objects.get(pk=community.pk).numchild == 0


@pytest.mark.django_db
@pytest.mark.parametrize("fields", [{"level": 5}, {"depth": 5}, {"path": "032001005"}, {"code": "32010500400400x"}])
def test_level_depth_path_and_code_must_agree(fields: dict[str, object]) -> None:
    grid = GridFactory()
    with pytest.raises(IntegrityError, match="territory_code_fits_level"), transaction.atomic():
        Territory.objects.filter(pk=grid.pk).update(**fields)


@pytest.mark.django_db
def test_replant_moves_a_building_and_keeps_its_id() -> None:
    building = BuildingFactory()
    old, new = Territory.objects.get(code=building.code[:15]), GridFactory()
    moved = tree.replant(building, tree.next_code(new))
    assert moved.pk == building.pk
    assert Territory.objects.children_of(new).get() == building
    assert not Territory.objects.children_of(old).exists()
    assert [len(each) for each in Territory.objects.find_problems()] == [0, 0, 0, 0, 0]


@pytest.mark.django_db
def test_uproot_refuses_what_is_in_use() -> None:
    residency: Residency = ResidencyFactory()
    with pytest.raises(Conflict, match="还有人或事在用"):
        tree.uproot(residency.community)
    with pytest.raises(Conflict, match="下面还有别的地方"):
        tree.uproot(StreetFactory())
    grid = GridFactory(community=residency.community)
    tree.uproot(grid)
    assert Territory.objects.get(pk=residency.community.pk).numchild == 0


@pytest.mark.django_db
def test_under_stays_inside_and_names_are_found_by_any_part() -> None:
    mine, other = GridFactory(), GridFactory(community=CommunityFactory(code="320105004001"))
    assert list(Territory.objects.under(CommunityFactory()).at(Level.GRID)) == [mine]
    assert other not in Territory.objects.under(CommunityFactory())
    assert [t.name for t in Territory.objects.named_like("洲岛")] == ["洲岛家园社区"]
    assert [t.name for t in Territory.objects.named_like("岛洲")] == []
    assert list(Territory.objects.named_like("")) == []
