"""The admin site: for configuration by staff, entered through the portal's own login."""

from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.accounts.adapter import entered_with_two_factors
from portal.accounts.policies import is_staff_member
from portal.deadlines.years import missing_years


class PortalAdminSite(AdminSite):
    """Django admin under the portal's name (后台配置)."""

    site_header = _("五微后台配置")
    site_title = _("五微后台")
    index_title = _("配置")
    site_url = "/"
    enable_nav_sidebar = True

    def has_permission(self, request: HttpRequest) -> bool:
        """Staff who entered with two factors in this session."""
        return request.user.is_authenticated and is_staff_member(request.user) and entered_with_two_factors(request)

    def index(self, request: HttpRequest, extra_context: dict[str, object] | None = None) -> TemplateResponse:
        """What is configured, and before it which year's working days are missing."""
        if request.user.has_perm("portal.add_calendaryear"):
            for year in missing_years(timezone.localdate()):
                words = gettext("{year} 年的放假安排还没有录，先按法定节假日和周末算。请在“年度放假安排”里录。")
                messages.warning(request, words.format(year=year))
        return super().index(request, extra_context)

    def login(self, request: HttpRequest, extra_context: dict[str, object] | None = None) -> HttpResponse:
        """There is one login for staff, with its second factor and its limits; the admin has none of its own."""
        target = request.GET.get("next") or reverse("admin:index")
        if request.user.is_authenticated:
            # The staff login would only send them back here.
            raise PermissionDenied(gettext("后台配置只对工作人员开放。"))
        return HttpResponseRedirect(f"{reverse('account_staff_login')}?{urlencode({'next': target})}")

    def logout(  # type: ignore[override]
        self, request: HttpRequest, extra_context: dict[str, object] | None = None
    ) -> HttpResponse:
        """Leaving is the same everywhere: one page that asks, one POST that does."""
        return HttpResponseRedirect(reverse("account_logout"))
