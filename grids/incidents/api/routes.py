"""Addresses of incidents for programs, below /api/v1/incidents/."""

from django.urls import path

from grids.incidents.api import reading
from grids.incidents.api.steps import STEPS, Incidents, Near, RevealReporter, UploadPhoto

urlpatterns = [
    path("", Incidents.as_view(), name="api_incidents"),
    path("categories/", reading.Categories.as_view(), name="api_incident_categories"),
    path("mine/", reading.MyReports.as_view(), name="api_incidents_mine"),
    path("summonses/", reading.Summonses.as_view(), name="api_incident_summonses"),
    path("work/", reading.WorkList.as_view(), name="api_incidents_work"),
    path("near/", Near.as_view(), name="api_incidents_near"),
    path("photos/", UploadPhoto.as_view(), name="api_incident_photos"),
    path("<int:pk>/", reading.IncidentDetail.as_view(), name="api_incident"),
    path("<int:pk>/reports/<int:report_pk>/reveal/", RevealReporter.as_view(), name="api_incident_reveal_reporter"),
    *[
        path(f"<int:pk>/{name}/", view.as_view(), name=f"api_incident_{name.replace('-', '_')}")
        for name, view in STEPS.items()
    ],
]
