"""The portal app and the admin site it installs."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.utils.translation import gettext_lazy as _

from portal.features import DECLARING, import_parts

FEATURES = ("accounts", "outbox", "deadlines", "notifications", "photos", "jobs", "webhooks", "api", "site")


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
