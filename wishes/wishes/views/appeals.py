"""裁定申诉: the page on which somebody else than the first decider looks at a decision again."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from portal.errors import DomainError, Invalid
from portal.taking import add_domain_error
from wishes.wishes import services
from wishes.wishes.domain import AppealState
from wishes.wishes.forms.handling import DecideAppealForm
from wishes.wishes.handling.appeals import kind_of, may_decide_appeal, subject_of
from wishes.wishes.models import Appeal, Wish
from wishes.wishes.views.access import member_of, sent
from wishes.wishes.views.steps import refused


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def appeal(request: HttpRequest, pk: int) -> HttpResponse:
    """What was decided, why, what the person says to it, and the verdict."""
    actor = member_of(request)
    related = ("wish", "wish__community", "wish__territory", "first_decider", "appellant")
    found = Appeal.objects.select_related(*related).filter(pk=pk).first()
    if found is None or not Wish.objects.visible_to(actor).filter(pk=found.wish_id).exists():
        raise Http404
    form = DecideAppealForm(sent(request))
    if found.state != AppealState.OPEN:
        return refused(request, found.wish, _("这件申诉已经有了结果。"), 409)
    if not may_decide_appeal(actor, found):
        raise PermissionDenied(_("申诉由书记或街道来定，不能由原来处理的人来定。"))
    if request.method == "POST" and form.is_valid():
        uphold = form.cleaned_data["verdict"] == "uphold"
        try:
            services.decide_appeal(actor=actor, appeal=found, uphold=uphold, reason=form.cleaned_data["reason"])
        except Invalid as error:
            add_domain_error(form, error)
        except DomainError as error:
            return refused(request, found.wish, error.message, error.status)
        else:
            messages.success(request, _("定下来了，已经告诉申诉的人。"))
            return redirect("wish_decisions")
    kind = kind_of(found.subject_type)
    contested = kind.contested(subject_of(found))
    context = {"appeal": found, "wish": found.wish, "form": form, "kind": kind, "contested": contested}
    return render(request, "wishes/wishes/appeal.html", context, status=400 if form.errors else 200)
