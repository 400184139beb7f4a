"""Routes of the wishes wing."""

from django.urls import include, path

urlpatterns = [path("", include("wishes.wishes.urls"))]
