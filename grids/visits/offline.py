"""What a phone keeps for when there is no network: the service worker, and whose the kept visits are."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.templatetags.static import static
from django.utils.crypto import salted_hmac
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from portal.accounts.models import User

# What the kept pages need to look and work as they do with a network.
FILES = (
    "portal/tokens.css",
    "portal/app.css",
    "portal/app.js",
    "portal/unsent.js",
    "portal/favicon.svg",
    "grids/visits.css",
    "grids/visits.js",
)


def owner_mark(user: User) -> str:
    """Tells one person's kept visits from another's on the same phone, and says nothing else of the person."""
    return salted_hmac("grids.visits.owner", str(user.pk)).hexdigest()[:16]


@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker. It lies where its scope is, /grids/visits/, and holds addresses only."""
    files = [static(name) for name in FILES]
    version = salted_hmac("grids.visits.worker", " ".join(files)).hexdigest()[:12]
    context = {"files": files, "version": version}
    answer = render(request, "grids/visits/worker.js", context, content_type="text/javascript; charset=utf-8")
    answer["Cache-Control"] = "no-cache"
    return answer


@require_safe
@never_cache
def state(request: HttpRequest) -> HttpResponse:
    """Who is signed in now, and the token with which kept visits are sent; 401 when nobody is."""
    user = request.user
    if not isinstance(user, User):
        return JsonResponse({"owner": ""}, status=401)
    return JsonResponse({"owner": owner_mark(user), "token": get_token(request)})
