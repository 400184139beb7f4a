"""Routes of photos."""

from django.urls import path

from portal.photos import views

urlpatterns = [
    path("<uuid:photo_id>/<slug:size>/", views.photo, name="photo"),
]
