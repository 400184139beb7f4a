"""转为心愿: one page, filled in from the source, to be checked and sent."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from portal.accounts.consents import has_consent
from portal.errors import Conflict, DomainError, Invalid, NotAllowed
from portal.taking import add_domain_error
from wishes.origins.forms import MakeForm
from wishes.origins.queries import living_origin
from wishes.origins.registry import Prefill, Source, source_of
from wishes.origins.services import MadeAlready, make_wish
from wishes.wishes.policies import can_read
from wishes.wishes.services.entering import PUBLICATION
from wishes.wishes.views.access import member_of, sent


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def make(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Shows what will be sent, and sends it. Whoever comes second is led to the wish that is there."""
    member = member_of(request)
    source = source_of(kind)
    subject = source.found(member, pk) if source is not None else None
    if source is None or subject is None:
        raise Http404
    may = source.may_make(member, subject)
    if not may:
        return _refused(request, source, subject, str(may.reason), 409 if may.by_state else 403)
    if (living := living_origin(source, subject)) is not None:
        return _made_already(request, source, subject, MadeAlready(living.wish))
    prefill: Prefill = source.prefill(member, subject)
    form = MakeForm(sent(request), prefill=prefill)
    chosen, problem = chosen_photos(request), None
    if request.method == "POST" and form.is_valid():
        try:
            wish = make_wish(actor=member, source=source, subject=subject, photos=chosen, **form.cleaned_data)
        except MadeAlready as made:
            return _made_already(request, source, subject, made)
        except Invalid as error:
            add_domain_error(form, error)
        except DomainError as error:
            problem = error
        else:
            return redirect("wish_posted", number=wish.number)
    context = {
        "source": source,
        "source_name": source.name(subject),
        "source_url": source.url(subject),
        "form": form,
        "problem": problem,
        "photos": [(photo, photo.pk in chosen) for photo in prefill.photos],
        "asks_consent": bool(prefill.people or prefill.for_others) or not has_consent(member, PUBLICATION),
    }
    status = problem.status if problem else 400 if form.errors else 200
    return render(request, "wishes/origins/make.html", context, status=status)


def chosen_photos(request: HttpRequest) -> set[UUID]:
    """Keys of the photos that were ticked; what is none is passed over."""
    found = set()
    for text in request.POST.getlist("photos"):
        try:
            found.add(UUID(text))
        except ValueError:
            continue
    return found


def _made_already(request: HttpRequest, source: Source[Any], subject: Any, made: MadeAlready) -> HttpResponse:
    """To the wish, for whoever may see it."""
    if made.wish is not None and can_read(member_of(request), made.wish):
        messages.info(request, str(made.message))
        return redirect(made.wish)
    return _refused(request, source, subject, str(made.message), made.status)


def _refused(request: HttpRequest, source: Source[Any], subject: Any, reason: str, status: int) -> HttpResponse:
    problem = NotAllowed(reason) if status == 403 else Conflict(reason)
    context = {
        "source": source,
        "source_name": source.name(subject),
        "source_url": source.url(subject),
        "problem": problem,
    }
    return render(request, "wishes/origins/make.html", context, status=status)
