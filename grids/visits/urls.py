"""Routes of visits, below /grids/visits/, which is also the scope of their service worker."""

from django.urls import path

from grids.visits import corrections, lists, offline, views

urlpatterns = [
    path("visits/", lists.visits, name="visits"),
    path("visits/today/", views.today, name="visit_today"),
    path("visits/today/kept/", views.kept, name="visit_kept"),
    path("visits/form/", views.blank, name="visit_blank"),
    path("visits/state/", offline.state, name="visit_state"),
    path("visits/worker.js", offline.worker, name="visit_worker"),
    path("visits/households/<int:pk>/", views.household, name="visit_household"),
    path("visits/households/<int:pk>/log/", views.log, name="visit_log"),
    path("visits/households/<int:pk>/plan/", views.plan, name="visit_plan"),
    path("visits/<int:pk>/", views.visit, name="visit"),
    path("visits/<int:pk>/correct/", corrections.correct, name="visit_correct"),
    path("visits/<int:pk>/withdraw/", corrections.withdraw, name="visit_withdraw"),
    path("visits/<int:pk>/look/", views.look, name="visit_look"),
    path("visits/<int:pk>/incident/", views.need, name="visit_need"),
]
