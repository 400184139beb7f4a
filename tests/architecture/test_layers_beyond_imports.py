"""What an import graph cannot see: relations given as strings and dependencies between migrations."""

from collections.abc import Iterator

import pytest
from django.apps import apps
from django.db.migrations.loader import MigrationLoader
from django.db.models import Field, Model

# From the bottom up; parts in one set do not know each other. See ARCHITECTURE.md, "Direction".
LAYERS: list[set[str]] = [
    {"portal.accounts"},
    {"portal.api"},
    {"portal.outbox"},
    {"portal.deadlines", "portal.jobs", "portal.notifications", "portal.photos", "portal.webhooks"},
    {"grids"},
    {"wishes"},
]
OWN_APPS = {"portal", "grids", "wishes"}


def part_of(model: type[Model]) -> str:
    """The part of the house a model belongs to: `portal.outbox`, `grids`, …"""
    module = model.__module__
    wing = module.split(".")[0]
    return ".".join(module.split(".")[:2]) if wing == "portal" else wing


def height_of(part: str) -> int:
    return next(height for height, parts in enumerate(LAYERS) if part in parts)


def own_relations() -> Iterator[tuple[type[Model], "Field[object, object]", type[Model]]]:
    for label in sorted(OWN_APPS):
        # Tables that carry history or join many-to-many fields are made by libraries and follow their owners.
        for model in apps.get_app_config(label).get_models():
            for field in model._meta.get_fields():
                target = field.related_model
                if field.concrete and isinstance(target, type) and target._meta.app_label in OWN_APPS:
                    yield model, field, target


@pytest.mark.parametrize(
    ("model", "field", "target"), list(own_relations()), ids=lambda x: getattr(x, "name", getattr(x, "__name__", ""))
)
def test_relation_points_downward_or_stays_at_home(
    model: type[Model], field: "Field[object, object]", target: type[Model]
) -> None:
    here, there = part_of(model), part_of(target)
    assert here == there or height_of(here) > height_of(there), f"{here}.{model.__name__}.{field.name} leans on {there}"


def test_migrations_depend_only_downward() -> None:
    height = {"portal": 0, "grids": 1, "wishes": 2}
    loader = MigrationLoader(None)
    wrong = [
        f"{label}.{name} depends on {dependency}"
        for (label, name), migration in loader.disk_migrations.items()
        if label in OWN_APPS
        for dependency in migration.dependencies
        if dependency[0] in OWN_APPS and height[dependency[0]] > height[label]
    ]
    assert not wrong
