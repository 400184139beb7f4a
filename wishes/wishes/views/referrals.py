"""Another body's answer: written down by staff, or sent by the body through a signed link, without an account."""

from allauth.core import ratelimit
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from portal.errors import DomainError, Invalid
from portal.taking import add_domain_error
from wishes.wishes import services
from wishes.wishes.domain import ReferralState
from wishes.wishes.forms.handling import ReferralAnswerForm
from wishes.wishes.services.referrals import link_token, referral_of, waiting_referral
from wishes.wishes.views.access import member_of, sent, wish_or_404
from wishes.wishes.views.steps import refused


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def referral(request: HttpRequest, number: str) -> HttpResponse:
    """The link to give to the body, and the form for what it said by telephone."""
    actor = member_of(request)
    wish = wish_or_404(actor, number)
    form = ReferralAnswerForm(sent(request))
    try:
        waiting = waiting_referral(actor, wish)
        if request.method == "POST" and form.is_valid():
            services.record_answer(actor=actor, wish=wish, answer=form.cleaned_data["answer"])
            messages.success(request, _("答复登记好了，已经告诉居民。"))
            return redirect(wish)
    except Invalid as error:
        add_domain_error(form, error)
    except DomainError as error:
        return refused(request, wish, error.message, error.status)
    link = request.build_absolute_uri(reverse("wish_referral_answer", args=[link_token(waiting)]))
    context = {"wish": wish, "referral": waiting, "form": form, "link": link}
    return render(request, "wishes/wishes/referral.html", context, status=400 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, token: str) -> HttpResponse:
    """The body's own page: the public part of the wish, and its answer. Whoever has the link speaks for the body.

    The link cannot be guessed; how often something is sent from one address is limited.
    """
    if not ratelimit.consume(request, action="answer_referral"):
        return render(request, "429.html", status=429)
    found = referral_of(token)
    if found is None:
        raise Http404
    form = ReferralAnswerForm(sent(request))
    refusal, status = "", 200
    if found.state == ReferralState.WAITING and timezone.now() > found.link_expires_at:
        refusal, status = _("这个链接已经过期，请和社区联系。"), 410
    elif request.method == "POST" and form.is_valid():
        try:
            services.answer_by_link(referral=found, answer=form.cleaned_data["answer"])
            return redirect("wish_referral_answer", token=token)
        except Invalid as error:
            add_domain_error(form, error)
        except DomainError as error:
            refusal, status = str(error.message), error.status
    context = {"wish": found.wish, "referral": found, "form": form, "refusal": refusal}
    return render(request, "wishes/wishes/referral_answer.html", context, status=400 if form.errors else status)
