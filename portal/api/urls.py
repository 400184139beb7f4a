"""The page on which a person makes and ends app tokens; the API's own routes are in portal/urls_api.py."""

from django.urls import URLPattern, URLResolver, path

from portal.api import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.my_tokens, name="my_tokens"),
    path("<int:token_id>/revoke/", views.revoke, name="revoke_token"),
]
