"""Pages of incidents, below /grids/incidents/."""

from django.urls import path

import grids.territory.converters  # noqa: F401 (registers <division:…>)
from grids.incidents.views import detail, lists, report, steps

urlpatterns = [
    path("report/", report.report, name="incident_report"),
    path("work/", lists.desk, name="incident_desk"),
    path("mine/", lists.mine, name="incident_mine"),
    path("summonses/", lists.summonses, name="incident_summonses"),
    path("place/<division:code>/", lists.place, name="incident_place"),
    path("<str:number>/", detail.detail, name="incident_detail"),
    path("<str:number>/reporters/<int:pk>/", steps.reporter, name="incident_reporter"),
    path("<str:number>/<slug:slug>/", steps.step, name="incident_step"),
]
