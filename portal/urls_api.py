"""Every route of the API, by wing; mounted at /api/v1/."""

from django.urls import URLPattern, URLResolver, include, path, re_path

from portal.api import views
from wishes.opendata.views import Editions

urlpatterns: list[URLPattern | URLResolver] = [
    path("schema/", views.SchemaView.as_view(), name="api_schema"),
    path("docs/", views.docs, name="api_docs"),
    path("docs/<slug:identifier>/", views.operation, name="api_docs_operation"),
    path("jobs/", include("portal.jobs.api")),
    path("notices/", include("portal.notifications.api")),
    path("open-data/", Editions.as_view(), name="api_open_data"),
    path("incidents/", include("grids.incidents.api.routes")),
    path("patrols/", include("grids.patrols.api")),
    path("", include("grids.bodies.api")),
    path("", include("grids.cells.api")),
    path("", include("grids.members.api")),
    path("", include("grids.gatherings.api")),
    path("", include("grids.pairing.api")),
    path("visits/", include("grids.visits.api")),
    path("", include("grids.directory.api")),
    path("", include("grids.lineage.api")),
    path("", include("grids.duty.api")),
    path("", include("grids.overview.api")),
    path("", include("grids.districts.api")),
    path("desk/", include("wishes.desk.api")),
    path("", include("wishes.origins.api_urls")),
    path("", include("wishes.wishes.api.routes")),
    path("", include("wishes.neighbours.api.routes")),
    path("statistics/", include("wishes.statistics.api_urls")),
    re_path(r"^.*$", views.NothingHere.as_view(), name="api_nothing_here"),
]
