"""Routes of what neighbours do around a wish. They come before those of the wish, which take any word as a step."""

from django.urls import path

from wishes.neighbours.views import interests
from wishes.wishes import urls as _wishes  # noqa: F401 - registers the converter of numbers

urlpatterns = [
    path("following/", interests.following, name="wish_following"),
    path("<wish_number:number>/follow/", interests.follow, name="wish_follow"),
    path("<wish_number:number>/me-too/", interests.me_too, name="wish_me_too"),
]
