"""The grids app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from portal.features import DECLARING, import_parts

FEATURES = (
    "territory",
    "roles",
    "directory",
    "bodies",
    "incidents",
    "lineage",
    "duty",
    "patrols",
    "cells",
    "members",
    "gatherings",
    "pairing",
    "visits",
    "overview",
    "districts",
    "configuration",
)


class GridsConfig(AppConfig):
    name = "grids"
    verbose_name = _("网格")

    def ready(self) -> None:
        import_parts("grids", FEATURES, [*DECLARING, "policies", "panels"])
