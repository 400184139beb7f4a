"""Routes of the public grid pages."""

from django.urls import path

import grids.territory.converters  # noqa: F401 (registers <division:…>)
from grids.directory import views

urlpatterns = [
    path("", views.finder, name="grid_finder"),
    path("locate/", views.locate, name="grid_locate"),
    path("<division:code>/", views.place, name="grid_page"),
    path("<division:code>/wish/", views.wish, name="grid_wish"),
    path("<division:code>/poster/", views.poster, name="grid_poster"),
]
