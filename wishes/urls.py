"""Routes of the wishes wing."""

from django.urls import include, path

urlpatterns = [
    path("desk/", include("wishes.desk.urls")),
    path("", include("wishes.origins.urls")),
    path("", include("wishes.neighbours.urls")),
    path("", include("wishes.wishes.urls")),
]
