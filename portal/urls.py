"""Every route of the portal, by wing."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("portal.site.urls")),
    path("accounts/", include("portal.accounts.urls")),
    path("messages/", include("portal.notifications.urls")),
    path("photos/", include("portal.photos.urls")),
    path("grids/", include("grids.urls")),
    path("wishes/", include("wishes.urls")),
    path("api/v1/", include("portal.api.urls")),
    path("admin/", admin.site.urls),
]
