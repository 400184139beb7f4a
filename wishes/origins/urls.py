"""The pages that make a wish of something and an incident of a wish; before those of the wish, which take any word."""

from django.urls import path

from wishes.origins import raise_views, views
from wishes.wishes import urls as _wishes  # noqa: F401 - registers the converter of numbers

urlpatterns = [
    path("<wish_number:number>/to-incident/", raise_views.to_incident, name="wish_to_incident"),
    path("from/<slug:kind>/<int:pk>/", views.make, name="wish_from"),
]
