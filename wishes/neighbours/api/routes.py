"""Addresses of what neighbours do around a wish, below /api/v1/."""

from django.urls import path

from wishes.neighbours.api import comments, interests, slip, status

urlpatterns = [
    path("wishes/following/", interests.Following.as_view(), name="api_wishes_following"),
    path("wishes/similar/", interests.Similar.as_view(), name="api_wishes_similar"),
    path("wishes/<int:pk>/neighbours/", interests.Standing.as_view(), name="api_wish_neighbours"),
    path("wishes/<int:pk>/follow/", interests.Follow.as_view(), name="api_wish_follow"),
    path("wishes/<int:pk>/unfollow/", interests.Unfollow.as_view(), name="api_wish_unfollow"),
    path("wishes/<int:pk>/me-too/", interests.MeToo.as_view(), name="api_wish_me_too"),
    path("wishes/<int:pk>/not-me-too/", interests.NotMeToo.as_view(), name="api_wish_not_me_too"),
    path("wishes/<int:pk>/comments/", comments.Comments.as_view(), name="api_wish_comments"),
    path("wishes/<int:pk>/slip/", slip.Slip.as_view(), name="api_wish_slip"),
    path("wish-status/", status.ReadStatus.as_view(), name="api_wish_status"),
    path("wish-comments/waiting/", comments.Waiting.as_view(), name="api_comments_waiting"),
    *[
        path(f"wish-comments/<int:pk>/{name}/", view.as_view(), name=f"api_comment_{name}")
        for name, view in comments.STEPS.items()
    ],
]
