"""Routes of residency."""

from django.urls import path

import grids.territory.converters  # noqa: F401 (registers <division:…>)
from grids.roles import views

urlpatterns = [
    path("", views.mine, name="residency"),
    path("new/", views.choose, name="residency_choose"),
    path("new/<division:code>/", views.ask, name="residency_ask"),
    path("<int:pk>/", views.detail, name="residency_detail"),
    path("<int:pk>/end/", views.end, name="residency_end"),
    path("requests/", views.requests, name="residency_requests"),
    path("requests/<int:pk>/", views.request_page, name="residency_request"),
    path("requests/<int:pk>/reveal/", views.reveal, name="residency_reveal"),
]
