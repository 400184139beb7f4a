"""What is configured and kept: categories by administrators, a person's own data, what remains when they leave."""

import pytest
from django.core.management import call_command
from pytest_django import Settings
from tablib import Dataset

from grids.incidents.models import Incident, IncidentCategory
from grids.incidents.photos import forget_unused_photos
from grids.incidents.resources import IncidentCategoryResource
from grids.incidents.services.categories import save_category
from grids.roles.models import Role
from portal.accounts.erasure import erase_user
from portal.accounts.export import data_sections
from portal.errors import Invalid, NotAllowed
from portal.outbox.models import Event
from portal.photos.models import Photo
from tests.grids.incidents.factories import (
    SECRET_WORDS,
    IncidentCategoryFactory,
    Round,
    collected,
    make_photo,
    make_round,
    verified,
)
from tests.grids.roles.factories import make_staff
from tests.grids.territory.factories import DistrictFactory
from tests.portal.accounts.test_erasing import where_found

pytestmark = pytest.mark.django_db


@pytest.fixture
def people() -> Round:
    return make_round()


def test_a_fresh_portal_has_something_to_report_once(settings: Settings) -> None:
    settings.INCIDENTS_SEED_CATEGORIES = True
    for _ in range(2):
        call_command("migrate", "grids", verbosity=0)
    assert IncidentCategory.objects.filter(code="manhole", limit="2wh").count() == 1


def test_a_category_is_configured_by_system_administrators_and_written_down() -> None:
    admin, category = make_staff(Role.SYSTEM_ADMINISTRATOR, DistrictFactory()), IncidentCategoryFactory()
    with pytest.raises(NotAllowed):
        save_category(actor=make_staff(Role.COMMUNITY_WORKER, DistrictFactory()), category=category, limit="1h")
    with pytest.raises(Invalid) as refused:
        save_category(actor=admin, category=category, limit="three days")
    assert refused.value.field == "value"
    save_category(actor=admin, category=category, limit="1h")
    event = Event.objects.get(type="grids.incident.category_changed")
    assert event.payload["fields"] == ["limit"]


def test_categories_come_from_a_spreadsheet_and_go_back_into_one() -> None:
    admin = make_staff(Role.SYSTEM_ADMINISTRATOR, DistrictFactory())
    IncidentCategoryFactory(code="old", name="旧的")
    sheet = Dataset(headers=["代码", "名称", "大类", "处置时限", "默认由哪一级处置", "多少米以内算是同一处", "使用中"])
    sheet.append(["old", "井盖", "公用设施", "2wh", "社区", "30", "否"])
    sheet.append(["new", "路灯", "公用设施", "3d", "", "", ""])
    result = IncidentCategoryResource(actor=admin).import_data(sheet, raise_errors=True)
    assert not result.has_errors()
    old = IncidentCategory.objects.get(code="old")
    assert (old.name, old.limit, old.handled_at, old.near_metres, old.is_active) == ("井盖", "2wh", 5, 30, False)
    bad = Dataset(headers=["代码", "名称", "大类", "处置时限"])
    bad.append(["worse", "天上的", "天空", "2wh"])
    result = IncidentCategoryResource(actor=admin).import_data(bad, dry_run=True)
    assert "第 2 行" in str(result.invalid_rows[0].error)
    exported = IncidentCategoryResource(actor=admin).export()
    assert sorted(exported["代码"]) == ["new", "old"]


def test_one_s_copy_has_one_s_reports(people: Round) -> None:
    incident = collected(people)
    copy = str([section.data(people.resident) for section in data_sections()])
    assert incident.number in copy
    assert SECRET_WORDS in copy


def test_whoever_leaves_leaves_no_words_and_no_photos_and_the_matter_stays(people: Round) -> None:
    photo = make_photo(people.resident)
    incident = verified(people, photos=[photo], spot="拾遗家楼下")
    erase_user(actor=people.resident, user=people.resident)

    assert Incident.objects.get().pk == incident.pk
    assert not Photo.objects.filter(pk=photo.pk).exists()
    assert list(where_found((SECRET_WORDS, "拾遗"))) == []


def test_photos_nobody_used_are_removed(people: Round) -> None:
    used, left = make_photo(people.resident), make_photo(people.resident)
    collected(people, photos=[used])
    Photo.objects.update(created_at="2020-01-01T00:00Z")
    assert forget_unused_photos() == 1
    assert list(Photo.objects.values_list("pk", flat=True)) == [used.pk]
    assert left.pk != used.pk
