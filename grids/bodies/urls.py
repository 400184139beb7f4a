"""Routes of the bodies of a place."""

from django.urls import path

import grids.territory.converters  # noqa: F401 (registers <division:…>)
from grids.bodies import views

urlpatterns = [path("<division:code>/bodies/", views.bodies_of_place, name="bodies")]
