"""Addresses of GeoReport v2, below /open311/; the format is the suffix."""

from django.urls import re_path

from wishes.open311 import views

FORM = r"(?:\.(?P<form>json|xml))?$"
PART = r"[^/]+?"

urlpatterns = [
    re_path(rf"^discovery{FORM}", views.Discovery.as_view(), name="open311_discovery"),
    re_path(rf"^v2/discovery{FORM}", views.Discovery.as_view(), name="open311_v2_discovery"),
    re_path(r"^v2/$", views.Discovery.as_view(), name="open311_root"),
    re_path(rf"^v2/services{FORM}", views.ServiceList.as_view(), name="open311_services"),
    re_path(
        rf"^v2/services/(?P<service_code>{PART}){FORM}", views.ServiceDefinition.as_view(), name="open311_definition"
    ),
    re_path(rf"^v2/requests{FORM}", views.ServiceRequests.as_view(), name="open311_requests"),
    re_path(rf"^v2/requests/(?P<number>{PART}){FORM}", views.ServiceRequest.as_view(), name="open311_request"),
    re_path(rf"^v2/tokens/(?P<token>{PART}){FORM}", views.Token.as_view(), name="open311_token"),
    re_path(rf"^.*?{FORM}", views.NothingHere.as_view(), name="open311_nothing_here"),
]
