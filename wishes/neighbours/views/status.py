"""How far a wish is, by its number and the end of the phone number left with it, without signing in."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from portal.errors import DomainError
from wishes.neighbours.forms import NUMBER, StatusForm
from wishes.neighbours.services import Status, read_status
from wishes.wishes.views.access import sent


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def status(request: HttpRequest) -> HttpResponse:
    """Asks for both, and tells. The answer to the form is the page: what was asked stands in no address."""
    given = request.GET.get("number", "")
    form = StatusForm(sent(request), initial={"number": given if NUMBER.fullmatch(given) else ""})
    found: Status | None = None
    code, problem = 200, None
    if request.method == "POST":
        if form.is_valid():
            try:
                found = read_status(**form.cleaned_data, address=request.META.get("REMOTE_ADDR", ""))
            except DomainError as refused:
                problem, code = refused, refused.status
        else:
            code = 400
    context = {"form": form, "found": found, "problem": problem}
    return render(request, "wishes/neighbours/status.html", context, status=code)
