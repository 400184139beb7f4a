"""The wishes app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from portal.features import DECLARING, import_parts

FEATURES = (
    "wishes",
    "wishes.handling",
    "wishes.moving",
    "desk",
    "neighbours",
    "origins",
    "open311",
    "opendata",
    "statistics",
)


class WishesConfig(AppConfig):
    name = "wishes"
    verbose_name = _("微心愿")

    def ready(self) -> None:
        import_parts(
            "wishes", FEATURES, [*DECLARING, "limits", "policies", "photos", "panels", "overview", "publishing"]
        )
