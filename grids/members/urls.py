"""Routes of members."""

from django.urls import path

from grids.members import views

urlpatterns = [
    path("party/mine/", views.mine, name="party_mine"),
    path("party/mine/edit/", views.edit, name="party_mine_edit"),
    path("party/mine/slip/", views.slip, name="party_mine_slip"),
    path("party/mine/ask/", views.ask, name="party_mine_ask"),
    path("party/mine/leave/", views.leave, name="party_mine_leave"),
    path("party/members/", views.members, name="party_members"),
    path("party/members/<int:pk>/", views.member, name="party_member"),
    path("party/members/<int:pk>/reveal/", views.reveal, name="party_member_reveal"),
]
