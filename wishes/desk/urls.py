"""Routes of the desk, below the wishes."""

from django.urls import path

from wishes.desk.views import bulk, saved, worklist

urlpatterns = [
    path("", worklist.desk, name="wish_desk"),
    path("views/", saved.views, name="desk_views"),
    path("views/<int:pk>/", saved.change, name="desk_view"),
    path("bulk/", bulk.bulk, name="desk_bulk"),
    path("bulk/<uuid:uuid>/", bulk.run, name="desk_bulk_run"),
]
