"""A district from spreadsheets: every mistake named with its cell, two people's words, and taken back whole."""

from datetime import timedelta

import pytest
from django.utils import timezone

from grids.directory.page import staff_of
from grids.districts.domain import ImportState, Part, RowState, Sheet
from grids.districts.models import ImportRow
from grids.districts.services import bring_in, forget_lists, undo_import
from grids.districts.standing import what_remains
from grids.districts.undoing import take_import_back
from grids.roles.domain import Role
from grids.roles.models import Appointment
from grids.roles.queries import holds_anywhere
from grids.roles.services import appoint
from grids.territory.domain import Level
from grids.territory.models import GridNumber, Territory
from grids.territory.services import add_grid, draw_boundary
from portal.accounts.models import User
from portal.errors import Conflict, Invalid, NotAllowed
from portal.jobs.running import run_next
from portal.notifications.models import Notice
from portal.outbox.models import Event
from portal.outbox.services import drain
from tests.grids.districts.factories import HOME, Office, building_row, grid_row, small, staff_row
from tests.grids.roles.factories import PersonFactory, make_staff
from tests.grids.territory.factories import DistrictFactory, GridFactory, square

pytestmark = pytest.mark.django_db


@pytest.fixture
def office() -> Office:
    return Office()


def test_every_mistake_is_named_with_its_cell_and_nothing_is_made(office: Office) -> None:
    GridFactory(community=office.community, name="老网格")
    PersonFactory(phone="+8613600000009", legal_name="别人")
    batch = office.check(
        {
            Sheet.GRIDS: [
                grid_row("东一网格", supervision_phone="请打电话"),
                grid_row("东一网格", household_count="很多"),
                grid_row("东三网格", community="999"),
                grid_row("东四网格", code="320105004005001"),
            ],
            Sheet.BUILDINGS: [building_row("没有的网格", "1栋"), building_row("老网格", "2栋", longitude="118.7")],
            Sheet.STAFF: [
                staff_row("赵一", "12345", "网格长", "老网格"),
                staff_row("钱二", "136 0000 0002", "系统管理员", "老网格"),
                staff_row("孙三", "136 0000 0003", "网格长", "东一网格"),
                staff_row("李四", "136 0000 0005", "网格长", "东一网格"),
                staff_row("周五", "136 0000 0009", "信息员", "老网格"),
                staff_row("吴六", "136 0000 0006", "网格员", "", starts_on="明天"),
                staff_row("", "=1+1", "信息员", "老网格"),
                staff_row("王七", "136 0000 0003", "信息员", "老网格"),
            ],
        }
    )

    assert batch.state == ImportState.FAULTY
    told = {
        f"{row.get_sheet_display()}{each['cell']}": each["problem"] for row in batch.rows.all() for each in row.told
    }
    assert told["网格E2"].startswith("电话只能写数字")
    assert told["网格C3"] == "和第 2 行的网格重名。"
    assert told["网格D3"].startswith("“户数”要写整数")
    assert told["网格A4"] == "没有编码是“999”的社区。"
    assert told["网格B5"].startswith("网格编码“320105004005001”不对")
    assert told["楼栋B2"] == "“洲岛家园社区”没有网格“没有的网格”。"
    assert told["楼栋E3"] == "经度和纬度只填了一个。"
    assert told["人员任职B2"].startswith("这不像一个手机号")
    assert told["人员任职C3"].startswith("没有“系统管理员”这个角色")
    assert told["人员任职C5"] == "第 4 行已经给这个网格写了网格长。"
    assert told["人员任职B6"] == "这个手机号已经有账号，登记的姓名和这里不一样。"
    assert told["人员任职E7"] == "网格员不能设在社区这一级。"
    assert told["人员任职G7"].startswith("“任职日期”要写成")
    assert told["人员任职B9"] == "和第 4 行是同一个手机号，姓名却不一样。"
    assert told["人员任职A8"] == "这里空着。"
    assert told["人员任职B8"] == "这里是公式。"
    assert all(each["mend"] for row in batch.rows.all() for each in row.told)
    assert not Territory.objects.filter(name="东一网格").exists()
    assert batch.rows.filter(data__has_key="cells").count() == batch.rows.count(), "kept for the list to mend"
    with pytest.raises(Conflict):
        bring_in(actor=office.system, batch=batch)


def test_two_words_bring_it_in_and_each_person_enters_without_a_password(office: Office) -> None:
    batch = office.check(small())
    assert (batch.state, batch.next_part()) == (ImportState.READY, Part.NET)
    with pytest.raises(NotAllowed):
        bring_in(actor=office.security, batch=batch)
    bring_in(actor=office.system, batch=batch)
    assert run_next()
    drain()
    assert Notice.objects.filter(recipient=office.security, kind="grids.import_waits").exists()
    office.run(batch)

    assert batch.state == ImportState.DONE
    first = Territory.objects.get(name="东一网格")
    assert first.numchild == 1
    assert not any(len(each) for each in Territory.objects.find_problems())
    assert [(one.role, one.name) for one in staff_of(first)] == [("网格长", "赵一"), ("楼栋长", "孙三")]
    assert [one.role for one in staff_of(Territory.objects.get(name="东二网格"))] == ["党建指导员", "党建联络员"]
    head, informant = (User.objects.get(phone=f"+861360000000{number}") for number in (1, 2))
    assert head.is_staff
    assert not informant.is_staff
    assert not head.has_usable_password()
    assert not batch.rows.exclude(data={}).exists()
    assert Event.objects.filter(type="grids.roles.appointed", actor=office.security).count() == 4
    drain()
    assert not Notice.objects.filter(recipient=head).exists(), "told an hour later, should it have been a mistake"
    drain(at=timezone.now() + timedelta(hours=2))
    assert Notice.objects.filter(recipient=head, kind="grids.appointed_first").count() == 2


def test_the_same_file_again_changes_nothing(office: Office) -> None:
    office.run(office.check(small()))
    again = office.check(small())

    assert again.state == ImportState.DONE
    assert set(again.rows.values_list("state", flat=True)) == {RowState.UNCHANGED}
    assert again.next_part() is None


def test_undone_it_is_as_if_it_had_never_been_and_comes_in_again(office: Office) -> None:
    neighbour = PersonFactory(phone="+8613600000002", legal_name="钱二", last_login=timezone.now())
    old = GridFactory(community=office.community, name="老网格")
    rows = small()
    rows[Sheet.STAFF] = [*rows[Sheet.STAFF], staff_row("钱二", "136 0000 0002", "信息员", "老网格")]
    before = Territory.objects.get(pk=office.community.pk).numchild
    batch = office.undo(office.run(office.check(rows)))

    assert batch.state == ImportState.UNDONE
    assert set(batch.rows.values_list("state", flat=True)) == {RowState.UNDONE}
    assert not Territory.objects.filter(name__startswith="东").exists()
    assert Territory.objects.get(pk=office.community.pk).numchild == before
    assert not any(len(each) for each in Territory.objects.find_problems())
    assert not GridNumber.objects.exclude(grid=old).exists(), "its numbers are free again"
    assert User.objects.filter(phone="+8613600000001").count() == 0
    assert User.objects.get(pk=neighbour.pk).legal_name == "钱二", "who had an account keeps it"
    ended = Appointment.objects.get(territory=old)
    assert ended.ends_on == timezone.localdate()
    assert Event.objects.filter(type="grids.roles.appointment_ended").count() == 5
    drain(at=timezone.now() + timedelta(hours=2))
    assert not Notice.objects.filter(kind__startswith="grids.appoint").exists(), "nobody heard of it"
    assert office.run(office.check(rows)).state == ImportState.DONE


def test_what_others_stand_on_stays_and_is_named(office: Office) -> None:
    batch = office.run(office.check(small()))
    first, second = (Territory.objects.get(name=f"东{number}网格") for number in "一二")
    draw_boundary(actor=office.system, territory=first, boundary=square(118.7, 32.0))
    User.objects.filter(phone="+8613600000002").update(last_login=timezone.now())
    worker = make_staff(Role.COMMUNITY_WORKER, office.community)
    other = appoint(actor=worker, user=PersonFactory(), role=Role.INFORMANT, territory=second)
    office.undo(batch)

    kept = {str(row): [each["problem"] for each in row.told] for row in batch.rows.filter(state=RowState.KEPT)}
    assert kept == {
        "网格 2": ["已经画了边界。"],
        "网格 3": ["这里还有别的任职。"],
        "人员任职 4": ["账号留着：本人登录过。"],
    }
    assert Territory.objects.filter(pk__in=(first.pk, second.pk)).count() == 2
    assert not Territory.objects.at(Level.BUILDING).filter(code__startswith=HOME).exists()
    assert list(Appointment.objects.filter(territory__in=(first, second)).in_force()) == [other]
    assert not holds_anywhere(User.objects.get(phone="+8613600000002"), {Role.INSTRUCTOR})


def test_undoing_is_one_step(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    batch = office.run(office.check(small()))
    undo_import(actor=office.system, batch=batch)

    def broken(**_kwargs: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("grids.districts.undoing.withdraw_accounts", broken)
    with pytest.raises(RuntimeError):
        take_import_back(actor=office.system, batch=batch)
    assert Appointment.objects.filter(territory__code__startswith=HOME).in_force().count() == 4
    assert Territory.objects.filter(name="东一网格").exists()


def test_what_changed_since_it_was_looked_over_refuses_that_line_alone(office: Office) -> None:
    rows = small()
    code = f"{HOME}777"
    rows[Sheet.GRIDS] = [*rows[Sheet.GRIDS], grid_row("东三网格", code=code)]
    rows[Sheet.STAFF] = [*rows[Sheet.STAFF], staff_row("李四", "136 0000 0004", "网格员", "东三网格")]
    batch = office.check(rows)
    taken = add_grid(actor=office.system, community=office.community, name="抢先", code=code)
    bring_in(actor=office.system, batch=batch)
    office.run(batch)

    refused = {str(row): row.told[0]["problem"] for row in batch.rows.filter(state=RowState.REFUSED)}
    assert refused == {"网格 4": f"编码 {code} 已经有了。", "人员任职 6": "它的网格或楼栋没有建成。"}
    assert batch.rows.filter(state=RowState.DONE).count() == 7
    office.undo(batch)
    assert list(Territory.objects.at(Level.GRID)) == [taken]


def test_elsewhere_is_nobodys_business_and_files_are_what_they_say(office: Office) -> None:
    stranger = make_staff(Role.SYSTEM_ADMINISTRATOR, DistrictFactory(code="120101"))
    batch = office.check({Sheet.GRIDS: [grid_row("东一网格")]}, actor=stranger)
    assert [each["problem"] for row in batch.rows.all() for each in row.told] == ["“洲岛家园社区”不在您管的范围里。"]
    with pytest.raises(NotAllowed):
        office.check(small(), actor=PersonFactory())
    with pytest.raises(Invalid, match="表是空的"):
        office.check({Sheet.GRIDS: []})


def test_a_list_that_nobody_brings_in_is_forgotten(office: Office) -> None:
    batch = office.check(small())
    assert ImportRow.objects.exclude(data={}).count() == 7
    forget_lists(now=timezone.now() + timedelta(days=8))
    batch.refresh_from_db()

    assert batch.state == ImportState.EXPIRED
    assert not ImportRow.objects.exclude(data={}, label="").exists()
    assert what_remains(batch).kept == {}
