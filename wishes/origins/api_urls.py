"""Addresses of making a wish of something, below /api/v1/."""

from django.urls import path

from wishes.origins.api import MakeWish
from wishes.origins.raise_api import RaiseIncident

urlpatterns = [
    path("wishes/<int:pk>/to-incident/", RaiseIncident.as_view(), name="api_wish_to_incident"),
    path("wishes/from/<slug:kind>/<int:pk>/", MakeWish.as_view(), name="api_wish_from"),
]
