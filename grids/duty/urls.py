"""Routes of the duty board."""

from django.urls import path

import grids.territory.converters  # noqa: F401 (registers <division:…>)
from grids.duty import views

urlpatterns = [
    path("<division:code>/duty/", views.board, name="duty"),
    path("<division:code>/duty/new/", views.leave, name="duty_leave"),
    path("duty/<int:pk>/cover/", views.cover, name="duty_cover"),
    path("duty/<int:pk>/end/", views.end, name="duty_end"),
]
