"""The portal app and the admin site it installs."""

from collections.abc import Iterable
from importlib import import_module
from importlib.util import find_spec

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.utils.translation import gettext_lazy as _

FEATURES = ("accounts", "outbox", "deadlines", "notifications", "photos", "api", "site")
# What a feature declares by being imported: signals received, event types, kinds of notices, reactions to events.
DECLARING = ("receivers", "exports", "events", "accounts_events", "notices", "handlers")


def import_parts(app: str, features: Iterable[str], parts: Iterable[str]) -> None:
    """Import these modules of an app's features, where a feature has them."""
    wanted = [f"{app}.{feature}.{part}" for part in parts for feature in features]
    for name in wanted:
        if find_spec(name) is not None:
            import_module(name)


class PortalConfig(AppConfig):
    name = "portal"
    verbose_name = _("门户")

    def ready(self) -> None:
        from portal.celery import app as celery_app

        # Every thread publishes to the same broker, not only the one that happened to import the Celery app.
        celery_app.set_default()
        import_parts("portal", FEATURES, DECLARING)


class PortalAdminConfig(AdminConfig):
    """Django admin behind the portal's own login (password and second factor)."""

    default_site = "portal.admin_site.PortalAdminSite"
