"""Routes of the overview."""

from django.urls import path

import grids.territory.converters  # noqa: F401 (registers <division:…>)
from grids.overview import boundaries, views

urlpatterns = [
    path("overview/", views.overview, name="overview"),
    path("overview/<division:code>/", views.overview, name="overview_place"),
    path("overview/<division:code>/shapes/", views.shapes, name="overview_shapes"),
    path("overview/<division:code>/file/", views.file, name="overview_file"),
    path("overview/<division:code>/trend/", views.trend, name="overview_trend"),
    path("overview/<division:code>/grids/", views.grids, name="overview_grids"),
    path("overview/<division:code>/boundaries/", boundaries.check, name="overview_boundaries"),
    path("overview/<division:code>/staff/", views.staff, name="overview_staff"),
]
