"""Routes of the shell."""

from django.urls import URLPattern, URLResolver, path
from django.views.generic import TemplateView

from portal.site import views
from portal.site.icons import frame_icons

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.home, name="home"),
    path("secretary/", views.secretary, name="secretary"),
    path("elder/", views.elder, name="site_elder"),
    path("language/", views.language, name="site_language"),
    path("icons/<slug:mark>.svg", frame_icons, name="frame_icons"),
    path("about/", TemplateView.as_view(template_name="site/pages/about.html"), name="about"),
    path("help/", TemplateView.as_view(template_name="site/pages/help.html"), name="help"),
    path("privacy/", TemplateView.as_view(template_name="site/pages/privacy.html"), name="privacy"),
    path("accessibility/", TemplateView.as_view(template_name="site/pages/accessibility.html"), name="accessibility"),
]
