"""Routes of the open data, below /opendata/."""

from django.urls import path, re_path

from wishes.opendata import views
from wishes.opendata.feeds import CommunityAtomFeed, CommunityFeed

urlpatterns = [
    path("", views.opendata, name="opendata"),
    re_path(r"^wishes-(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})\.(?P<form>csv|jsonl)$", views.file, name="opendata_file"),
    re_path(r"^feeds/(?P<code>[0-9]{12})\.rss$", CommunityFeed(), name="community_rss"),
    re_path(r"^feeds/(?P<code>[0-9]{12})\.atom$", CommunityAtomFeed(), name="community_atom"),
]
