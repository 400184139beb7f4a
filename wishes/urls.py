"""Routes of the wishes wing."""

from django.urls import include, path

urlpatterns = [path("", include("wishes.neighbours.urls")), path("", include("wishes.wishes.urls"))]
