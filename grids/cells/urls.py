"""Routes of Party organisations."""

from django.urls import path

import grids.territory.converters  # noqa: F401 (registers <division:…>)
from grids.cells import views

urlpatterns = [
    path("<division:code>/party/", views.organisations_of_place, name="party_organisations"),
    path("party/<int:pk>/", views.organisation, name="party_organisation"),
]
