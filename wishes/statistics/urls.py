"""Routes of the statistics."""

from django.urls import path

from wishes.statistics import digest_views, views

urlpatterns = [
    path("", views.statistics, name="statistics"),
    path("table.csv", views.statistics_csv, name="statistics_csv"),
    path("work/", views.work, name="statistics_work"),
    path("work/table.csv", views.work_csv, name="statistics_work_csv"),
    path("work/wishes/", views.wishes, name="statistics_wishes"),
    path("digests/", digest_views.digests, name="statistics_digests"),
    path("digests/<int:pk>/", digest_views.digest, name="statistics_digest"),
    path("digests/<int:pk>/paper/", digest_views.paper, name="statistics_digest_paper"),
]
