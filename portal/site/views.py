"""Pages of the shell: home, preferences, and what the portal says of itself."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from grids.roles.domain import ADMINISTRATOR_ROLES
from grids.roles.queries import holds_anywhere
from portal.site.contacts import secretary_page
from portal.site.home.administrator import administrator_home
from portal.site.home.cadre import cadre_home
from portal.site.home.resident import resident_home
from portal.site.home.visitor import visitor_home
from portal.site.place import place_of
from portal.site.preferences import remember_elder_mode, remember_language, wants_elder_mode
from wishes.wishes.domain import READING_ROLES


def _back_to(request: HttpRequest) -> HttpResponseRedirect:
    """To where the person was, as long as that is a page of this site."""
    target = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        return HttpResponseRedirect(target)
    return redirect("home")


@require_POST
def elder(request: HttpRequest) -> HttpResponse:
    """Elder mode on or off, by one tap."""
    response = _back_to(request)
    remember_elder_mode(request, response, elder=request.POST.get("elder") == "1")
    return response


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Another language from this page on."""
    response = _back_to(request)
    remember_language(request, response, language=request.POST.get("language", ""))
    return response


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The first page, by who is looking: administrators, those who handle wishes, residents, visitors."""
    if not request.user.is_authenticated:
        return render(request, "site/home/visitor.html", visitor_home(now=timezone.now()))
    user = request.user
    now = timezone.now()
    if holds_anywhere(user, READING_ROLES):
        return render(request, "site/home/cadre.html", cadre_home(user, now=now))
    if holds_anywhere(user, ADMINISTRATOR_ROLES):
        return render(request, "site/home/administrator.html", administrator_home(user))
    elder = wants_elder_mode(request)
    template = "site/home/elder.html" if elder else "site/home/resident.html"
    return render(request, template, resident_home(user, elder=elder, now=now))


@require_safe
def secretary(request: HttpRequest) -> HttpResponse:
    """找社区书记: who answers for the community, how to reach them, and who looks after the grid."""
    user = request.user if request.user.is_authenticated else None
    return render(request, "site/secretary.html", secretary_page(place_of(user)))
