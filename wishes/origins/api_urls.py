"""Addresses of making a wish of something, below /api/v1/."""

from django.urls import path

from wishes.origins.api import MakeWish

urlpatterns = [
    path("wishes/from/<slug:kind>/<int:pk>/", MakeWish.as_view(), name="api_wish_from"),
]
