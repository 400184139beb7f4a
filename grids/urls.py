"""Routes of the wing."""

from django.urls import include, path

urlpatterns = [
    path("residency/", include("grids.roles.urls")),
    path("incidents/", include("grids.incidents.urls")),
    path("patrols/", include("grids.patrols.urls")),
    path("", include("grids.bodies.urls")),
    path("", include("grids.cells.urls")),
    path("", include("grids.members.urls")),
    path("", include("grids.gatherings.urls")),
    path("", include("grids.pairing.urls")),
    path("", include("grids.visits.urls")),
    path("", include("grids.duty.urls")),
    path("", include("grids.overview.urls")),
    path("", include("grids.directory.urls")),
]
