"""Routes of pairing."""

from django.urls import path

import grids.territory.converters  # noqa: F401 (registers <division:…>)
from grids.pairing import desk, views

urlpatterns = [
    path("pairing/", views.coverage, name="pairing"),
    path("pairing/mine/", desk.mine, name="pairing_mine"),
    path("pairing/grids/", views.grids_without_cell, name="pairing_grids"),
    path("pairing/households/", views.households, name="pairing_households"),
    path("pairing/households/<int:pk>/", desk.household, name="pairing_household"),
    path("pairing/households/<int:pk>/care/", desk.household_care, name="pairing_household_care"),
    path("pairing/members/", views.members, name="pairing_members"),
    path("pairing/members/<int:pk>/", desk.member, name="pairing_member"),
    path("pairing/members/<int:pk>/lead/", desk.lead_member, name="pairing_member_lead"),
    path("pairing/members/<int:pk>/feedback/", desk.feedback, name="pairing_feedback"),
    path("pairing/feedback/", desk.feedbacks, name="pairing_feedbacks"),
    path("pairing/shapes/<division:code>/", views.shapes, name="pairing_shapes"),
    path("pairing/proposal/<division:code>/", desk.proposal, name="pairing_proposal"),
    path("pairing/<int:pk>/end/", desk.end, name="pairing_end"),
]
