"""Routes of what neighbours do around a wish. They come before those of the wish, which take any word as a step."""

from django.urls import path

from wishes.neighbours.views import comments, interests, sharing, status
from wishes.wishes import urls as _wishes  # noqa: F401 - registers the converter of numbers

urlpatterns = [
    path("status/", status.status, name="wish_status"),
    path("comments/", comments.waiting, name="wish_comments_waiting"),
    path("comments/<int:pk>/", comments.comment, name="wish_comment"),
    path("comments/<int:pk>/<slug:slug>/", comments.step, name="wish_comment_step"),
    path("following/", interests.following, name="wish_following"),
    path("<wish_number:number>/follow/", interests.follow, name="wish_follow"),
    path("<wish_number:number>/me-too/", interests.me_too, name="wish_me_too"),
    path("<wish_number:number>/comments/", comments.of_wish, name="wish_comments"),
    path("<wish_number:number>/share/", sharing.share, name="wish_share"),
    path("<wish_number:number>/slip/", sharing.slip, name="wish_slip"),
]
