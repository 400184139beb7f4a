"""The categories a new portal starts with."""

import pytest
from django.apps import apps
from django.db.models.signals import post_migrate
from pytest_django import Settings

from grids.roles.domain import HANDLER_ROLES, Role
from tests.wishes.wishes.factories import CategoryFactory
from wishes.wishes.catalogue import ensure_default_categories
from wishes.wishes.models import AnswerTemplate, Category

pytestmark = pytest.mark.django_db


def migrated(app: str) -> None:
    config = apps.get_app_config(app)
    post_migrate.send(sender=config, app_config=config, verbosity=0, interactive=False, using="default")


def test_a_new_portal_has_categories_and_answers(settings: Settings) -> None:
    settings.WISHES_SEED_CATEGORIES = True
    migrated("wishes")
    leaves = Category.objects.exclude(parent=None)
    assert leaves.count() >= 10
    assert not leaves.filter(parent__parent__isnull=False).exists(), "a tree of two levels"
    assert set(leaves.values_list("kind", flat=True)) == {"service", "goods", "visit", "public_matter"}
    assert {Role(code) for code in leaves.exclude(responsible_role="").values_list("responsible_role", flat=True)} <= (
        set(HANDLER_ROLES)
    )
    for category in Category.objects.all():
        category.full_clean()
    assert set(AnswerTemplate.objects.values_list("purpose", flat=True)) == set(AnswerTemplate.Purpose.values)


def test_it_happens_once_and_only_for_the_wishes(settings: Settings) -> None:
    settings.WISHES_SEED_CATEGORIES = True
    migrated("grids")
    assert not Category.objects.exists()
    migrated("wishes")
    before = Category.objects.count(), AnswerTemplate.objects.count()
    migrated("wishes")
    assert (Category.objects.count(), AnswerTemplate.objects.count()) == before


def test_a_catalogue_in_use_is_left_alone() -> None:
    mine = CategoryFactory()
    ensure_default_categories()
    assert list(Category.objects.all()) == [mine]
    assert not AnswerTemplate.objects.exists()
