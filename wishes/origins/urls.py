"""The page that makes a wish of something. It comes before those of the wish, which take any word as a step."""

from django.urls import path

from wishes.origins import views

urlpatterns = [
    path("from/<slug:kind>/<int:pk>/", views.make, name="wish_from"),
]
