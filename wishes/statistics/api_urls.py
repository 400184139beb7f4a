"""Addresses of the statistics for programs, below /api/v1/statistics/."""

from django.urls import path

from wishes.statistics import api

urlpatterns = [
    path("", api.PublicStatistics.as_view(), name="api_statistics"),
    path("work/", api.StaffStatistics.as_view(), name="api_statistics_work"),
    path("digests/", api.Digests.as_view(), name="api_statistics_digests"),
]
