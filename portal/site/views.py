"""Pages of the shell: home, preferences, and what the portal says of itself."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from portal.site.preferences import remember_elder_mode, remember_language


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
    """The first page, by who is looking."""
    return render(request, "site/home/visitor.html")
