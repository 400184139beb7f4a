"""The admin site: for configuration by staff, entered through the portal's own login."""

from django.contrib.admin import AdminSite
from django.utils.translation import gettext_lazy as _


class PortalAdminSite(AdminSite):
    """Django admin under the portal's name (后台配置)."""

    site_header = _("五微后台配置")
    site_title = _("五微后台")
    index_title = _("配置")
