"""Routes of long work."""

from django.urls import path

from portal.jobs import views

app_name = "jobs"
urlpatterns = [
    path("", views.jobs, name="jobs"),
    path("<uuid:uuid>/", views.job, name="job"),
    path("<uuid:uuid>/file/", views.file, name="file"),
]
