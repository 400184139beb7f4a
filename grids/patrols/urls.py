"""Pages of patrols, below /grids/patrols/."""

from django.urls import path

from grids.patrols.views import planning, reading, walking

urlpatterns = [
    path("", reading.patrols, name="patrols"),
    path("runs/", reading.runs, name="patrol_runs"),
    path("today/", walking.today, name="patrol_today"),
    path("today/<int:pk>/finish/", walking.finish, name="patrol_finish"),
    path("today/<int:pk>/points/<int:point>/", walking.tick, name="patrol_tick"),
    path("today/<int:pk>/points/<int:point>/back/", walking.take_back, name="patrol_take_back"),
    path("today/<int:pk>/points/<int:point>/report/", walking.report, name="patrol_report"),
    path("new/", planning.new, name="patrol_new"),
    path("routes/<int:pk>/", reading.route, name="patrol_route"),
    path("routes/<int:pk>/edit/", planning.edit, name="patrol_edit"),
    path("routes/<int:pk>/retire/", planning.retire, name="patrol_retire"),
]
