"""Every route of the portal, by wing."""

from django.contrib import admin
from django.urls import include, path

from portal.site.health import healthz

urlpatterns = [
    path("", include("portal.site.urls")),
    path("accounts/tokens/", include("portal.api.urls")),
    path("accounts/", include("portal.accounts.urls")),
    path("messages/", include("portal.notifications.urls")),
    path("jobs/", include("portal.jobs.urls")),
    path("photos/", include("portal.photos.urls")),
    path("grids/", include("grids.urls")),
    path("wishes/", include("wishes.urls")),
    path("statistics/", include("wishes.statistics.urls")),
    path("api/v1/", include("portal.urls_api")),
    path("opendata/", include("wishes.opendata.urls")),
    path("open311/", include("wishes.open311.urls")),
    path("admin/", admin.site.urls),
    path("healthz", healthz, name="healthz"),
]

handler400 = "portal.site.errors.bad_request"
handler403 = "portal.site.errors.permission_denied"
handler404 = "portal.site.errors.page_not_found"
handler429 = "portal.site.errors.too_many_requests"
handler500 = "portal.site.errors.server_error"
