"""The column of an import that names the unit of an instructor or liaison officer."""

import pytest

from grids.bodies.domain import BodyKind
from grids.bodies.models import UnitOffice
from grids.districts.domain import ImportState, RowState, Sheet
from grids.districts.models import ImportRow
from grids.districts.workbook import SHEETS
from portal.outbox.models import Event
from tests.grids.bodies.factories import BodyFactory
from tests.grids.districts.factories import Office, staff_row
from tests.grids.territory.factories import GridFactory

pytestmark = pytest.mark.django_db
UNIT = BodyKind.CO_BUILDING_UNIT


@pytest.fixture
def office() -> Office:
    return Office()


def test_a_unit_that_is_not_meant_for_certain_is_told_with_how_to_mend_it(office: Office) -> None:
    grid = GridFactory(community=office.community, name="东一网格")
    first, second = (BodyFactory(kind=UNIT, name="江畔小学", territory=place) for place in (office.community, grid))
    batch = office.check(
        {
            Sheet.STAFF: [
                staff_row("赵一", "136 0000 0001", "党建指导员", "", unit="江畔小学"),
                staff_row("钱二", "136 0000 0002", "党建指导员", "", unit="洲岛银行"),
                staff_row("孙三", "136 0000 0003", "党建指导员", "东一网格", unit="江畔小学"),
                staff_row("李四", "136 0000 0004", "网格员", "东一网格", unit="江畔小学"),
                staff_row("周五", "136 0000 0005", "党建联络员", "", unit=second.pk),
                staff_row("周五", "136 0000 0005", "党建联络员", "", unit=first.pk),
            ]
        }
    )

    told = {each["cell"]: each["problem"] + each["mend"] for row in batch.rows.all() for each in row.told}
    assert f"改写编号：{first.pk}（洲岛家园社区）、{second.pk}（东一网格）" in told["K2"]
    assert "没有登记单位“洲岛银行”。可以写：江畔小学" in told["K3"]
    assert told["E4"].startswith("派到单位的，设在单位所在的社区。")
    assert told["K5"].startswith("只有党建指导员")
    assert "别的写在任命说明里" in told["C7"]
    assert ImportRow.objects.get(line=6).state == RowState.READY


def test_it_is_brought_in_with_the_office_and_taken_back_with_it(office: Office) -> None:
    school = BodyFactory(kind=UNIT, name="江畔小学", territory=office.community)
    gone = BodyFactory(kind=UNIT, name="洲岛银行", territory=office.community)
    batch = office.check(
        {
            Sheet.STAFF: [
                staff_row("赵一", "136 0000 0001", "党建指导员", "", unit="江畔小学"),
                staff_row("钱二", "136 0000 0002", "党建联络员", "", unit="洲岛银行"),
                staff_row("孙三", "136 0000 0003", "党建联络员", "", reason="派到船厂"),
            ]
        }
    )
    gone.is_active = False
    gone.save()
    office.run(batch)

    assert batch.state == ImportState.DONE
    made = UnitOffice.objects.get()
    assert (made.body, made.appointment.user.legal_name) == (school, "赵一")
    refused = batch.rows.get(state=RowState.REFUSED)
    assert (refused.line, refused.appointment) == (3, None)
    assert Event.objects.get(type="grids.bodies.office_given").actor == office.security

    office.undo(batch)
    assert not UnitOffice.objects.exists()
    assert Event.objects.get(type="grids.bodies.office_taken").payload["body_id"] == school.pk


def test_templates_without_the_column_keep_working(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    old = [column for column in SHEETS[Sheet.STAFF] if column.key != "unit"]
    with monkeypatch.context() as patch:
        patch.setattr("tests.grids.districts.factories.SHEETS", {**SHEETS, Sheet.STAFF: old})
        batch = office.check({Sheet.STAFF: [staff_row("赵一", "136 0000 0001", "党建指导员", "")]})
    assert office.run(batch).state == ImportState.DONE
