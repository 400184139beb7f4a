"""The portal app and the admin site it installs."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.utils.translation import gettext_lazy as _


class PortalConfig(AppConfig):
    name = "portal"
    verbose_name = _("门户")


class PortalAdminConfig(AdminConfig):
    """Django admin behind the portal's own login (password and second factor)."""

    default_site = "portal.admin_site.PortalAdminSite"
