"""The steps of the loop as pages: for each its words, its form, and the one service call it makes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from grids.incidents import forms, services
from grids.incidents.domain import Action
from grids.incidents.forms import StepForm
from grids.incidents.limits import PHOTOS_MAX
from grids.incidents.models import Incident
from grids.incidents.policies import can, may_reveal
from grids.incidents.services.pictures import PHOTO_PURPOSE
from grids.incidents.views.access import incident_or_404, member_of, sent
from portal.errors import DomainError, Invalid
from portal.photos.keeping import kept_photos
from portal.taking import add_domain_error, typed_words

# Fields whose values are codes, which nobody wants to copy from a page.
CHOSEN = frozenset({"to", "category", "grade", "bodies", "limit", "summons", "show_photos", "into"})


@dataclass(frozen=True)
class StepPage:
    """One step: what the page says, and what it does."""

    action: Action
    heading: str | Promise
    form: type[StepForm]
    run: Callable[..., object]
    button: str | Promise
    done: str | Promise
    lede: str | Promise = ""
    takes_photos: bool = False


_ALL = (
    StepPage(
        action=Action.FILE,
        heading=_("立案"),
        lede=_("是该办的事就立案，会马上派给负责的人。类别不对可以改。"),
        form=forms.FileForm,
        run=services.file_incident,
        button=_("立案"),
        done=_("立案了，上报人会收到消息。"),
    ),
    StepPage(
        action=Action.REJECT,
        heading=_("不予立案"),
        form=forms.RejectForm,
        run=services.reject_incident,
        button=_("不予立案"),
        done=_("已经把原因告诉上报人。"),
    ),
    StepPage(
        action=Action.DISPATCH,
        heading=_("派给谁？"),
        lede=_("对方马上会收到消息。时限接着算。"),
        form=forms.DispatchForm,
        run=services.dispatch_incident,
        button=_("派遣"),
        done=_("派过去了。"),
    ),
    StepPage(
        action=Action.TAKE,
        heading=_("您去处置？"),
        form=forms.NothingToSay,
        run=services.take_incident,
        button=_("我来处置"),
        done=_("由您处置了，辛苦。"),
    ),
    StepPage(
        action=Action.PASS_UP,
        heading=_("上报上一级"),
        lede=_("这里办不了的，说明原因，上一级会马上收到。"),
        form=forms.PassUpForm,
        run=services.pass_up_incident,
        button=_("上报"),
        done=_("上报了，由上一级负责。"),
    ),
    StepPage(
        action=Action.SOLVE,
        heading=_("当场办好"),
        lede=_("拍一张办好以后的照片，一步就行。会请别的同志核查。"),
        form=forms.DoneForm,
        run=services.solve_on_the_spot,
        button=_("办好了"),
        done=_("记下了，会请别的同志核查。"),
        takes_photos=True,
    ),
    StepPage(
        action=Action.REPORT_BACK,
        heading=_("办好了，说一声"),
        lede=_("拍一张办好以后的照片，或者写一句。会请别的同志核查。"),
        form=forms.DoneForm,
        run=services.report_back,
        button=_("办好了"),
        done=_("记下了，会请别的同志核查。"),
        takes_photos=True,
    ),
    StepPage(
        action=Action.VERIFY,
        heading=_("核查通过"),
        lede=_("谁办的谁不核查。看过了，确实办好，就通过。"),
        form=forms.VerifyForm,
        run=services.verify_incident,
        button=_("确实办好了"),
        done=_("核查记下了，上报人会收到消息。"),
    ),
    StepPage(
        action=Action.FAIL,
        heading=_("核查没通过"),
        lede=_("会退回给处置的同志，时限接着算。"),
        form=forms.FailForm,
        run=services.fail_incident,
        button=_("退回去接着办"),
        done=_("退回去了。"),
    ),
    StepPage(
        action=Action.REOPEN,
        heading=_("哪里还没好？"),
        lede=_("会请处置的同志接着办。"),
        form=forms.FailForm,
        run=services.reopen_incident,
        button=_("请再办一次"),
        done=_("已经告诉处置的同志。"),
    ),
    StepPage(
        action=Action.EVALUATE,
        heading=_("考评结案"),
        lede=_("是不是按时，计时已经记下；这里只评办得怎么样。"),
        form=forms.EvaluateForm,
        run=services.evaluate_incident,
        button=_("结案"),
        done=_("结案了。"),
    ),
    StepPage(
        action=Action.PAUSE,
        heading=_("暂停计时"),
        form=forms.PauseForm,
        run=services.pause_incident,
        button=_("暂停"),
        done=_("计时停下了，好了请恢复。"),
    ),
    StepPage(
        action=Action.RESUME,
        heading=_("恢复计时"),
        form=forms.NothingToSay,
        run=services.resume_incident,
        button=_("恢复"),
        done=_("接着计时。"),
    ),
)
_OF_DEPARTMENTS = (
    StepPage(
        action=Action.WHISTLE,
        heading=_("街道吹哨，请部门报到"),
        lede=_("每个部门各有报到时限，各自答复。都答复了，就请别的同志核查。"),
        form=forms.WhistleForm,
        run=services.call_departments,
        button=_("吹哨"),
        done=_("已经通知部门。"),
    ),
    StepPage(
        action=Action.REPORT_IN,
        heading=_("部门报到"),
        form=forms.SummonsForm,
        run=services.report_in,
        button=_("报到"),
        done=_("报到了，街道会收到消息。"),
    ),
    StepPage(
        action=Action.ANSWER,
        heading=_("部门答复"),
        lede=_("你们的一份办好了，写一句，可以放照片。"),
        form=forms.AnswerForm,
        run=services.answer_summons,
        button=_("答复"),
        done=_("答复收到了。"),
        takes_photos=True,
    ),
    StepPage(
        action=Action.CALL_OFF,
        heading=_("哪个部门不用来了？"),
        form=forms.CallOffForm,
        run=services.call_off,
        button=_("不用来了"),
        done=_("已经告诉部门。"),
    ),
)
_OF_DUPLICATES = (
    StepPage(
        action=Action.MERGE,
        heading=_("和哪一件是同一件事？"),
        lede=_("上报人会跟着那一件收到消息，编号还在，点开就到那一件。"),
        form=forms.MergeForm,
        run=services.merge_incident,
        button=_("并在一起"),
        done=_("并好了。"),
    ),
)
PAGES: Mapping[str, StepPage] = {page.action.value: page for page in (*_ALL, *_OF_DEPARTMENTS, *_OF_DUPLICATES)}


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def step(request: HttpRequest, number: str, slug: str) -> HttpResponse:
    """Asks for what the step needs, and takes it."""
    page = PAGES.get(slug)
    if page is None:
        raise Http404
    actor = member_of(request)
    incident = incident_or_404(actor, number)
    form = page.form(sent(request), incident=incident, actor=actor)
    decision = can(actor, page.action, incident)
    if not decision:
        return _refused(request, incident, str(decision.reason), 409 if decision.by_state else 403, form)
    unused = Q(incident_photo=None)
    kept, problems = (
        kept_photos(request, actor, purpose=PHOTO_PURPOSE, unused=unused, most=PHOTOS_MAX)
        if page.takes_photos
        else ([], [])
    )
    if request.method == "POST" and not {"add", "remove"} & set(request.POST):
        if form.is_valid() and not problems:
            given: dict[str, Any] = form.cleaned_data | ({"photos": kept} if page.takes_photos else {})
            try:
                page.run(actor=actor, incident=incident, **given)
            except Invalid as error:
                add_domain_error(form, error)
            except DomainError as error:
                return _refused(request, incident_or_404(actor, number), str(error.message), error.status, form)
            else:
                messages.success(request, str(page.done))
                return redirect(given.get("into", incident))
    elif request.method == "POST":
        form = page.form(incident=incident, actor=actor, initial=request.POST.dict())
    context = {
        "incident": incident,
        "page": page,
        "form": form,
        "kept": kept,
        "photo_problems": problems,
        "room": PHOTOS_MAX - len(kept),
        "most": PHOTOS_MAX,
    }
    failed = bool(form.errors or problems)
    return render(request, "grids/incidents/step.html", context, status=400 if failed else 200)


def _refused(
    request: HttpRequest, incident: Incident, reason: str, status: int, form: StepForm | None = None
) -> HttpResponse:
    """The step cannot be taken: why, what to do next, and every word that was typed."""
    context = {"incident": incident, "reason": reason, "typed": typed_words(form, codes=CHOSEN)}
    return render(request, "grids/incidents/refused.html", context, status=status)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def reporter(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """Name and number of a reporter, for a reason; shown once, in answer to the form, and written down."""
    actor = member_of(request)
    incident = incident_or_404(actor, number)
    report = get_object_or_404(incident.reports.select_related("reporter", "incident"), pk=pk)
    if not may_reveal(actor, incident):
        return _refused(request, incident, str(_("只有负责这里的工作人员可以看上报人。")), 403)
    form = forms.RevealForm(sent(request))
    revealed = None
    if request.method == "POST" and form.is_valid():
        try:
            revealed = services.reveal_reporter(actor=actor, report=report, reason=form.cleaned_data["reason"])
        except Invalid as error:
            add_domain_error(form, error)
    context = {"incident": incident, "form": form, "revealed": revealed}
    return render(request, "grids/incidents/reporter.html", context, status=400 if form.errors else 200)
