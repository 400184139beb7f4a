"""Comments: reading and writing them under a wish, and what can be done with one of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from grids.roles.domain import HANDLER_ROLES
from grids.roles.queries import holds_anywhere
from portal.accounts.models import User
from portal.decision import Decision
from portal.errors import DomainError, Invalid
from portal.keyset import BY_ID, keyset_page
from portal.taking import add_domain_error
from wishes.neighbours import policies
from wishes.neighbours.forms import AppealForm, CommentForm, DecideForm, HideForm, NothingToFill, ReportForm
from wishes.neighbours.models import Comment
from wishes.neighbours.querysets import shown_comments, waiting_for
from wishes.neighbours.services import (
    appeal_comment,
    decide_appeal,
    hide_comment,
    keep_comment,
    report_comment,
    take_back_comment,
    write_comment,
)
from wishes.wishes.policies import is_open_to_all
from wishes.wishes.views.access import Viewer, member_of, sent, viewer_of, wish_or_404

PAGE_SIZE = 20


@dataclass(frozen=True)
class CommentStep:
    """One thing that can be done with a comment: who may, what is asked, and the one service call."""

    may: Callable[[Viewer, Comment], Decision]
    form: type[forms.Form]
    run: Callable[[User, Comment, Mapping[str, Any]], object]
    heading: str | Promise
    button: str | Promise
    done: str | Promise


STEPS: Mapping[str, CommentStep] = {
    "report": CommentStep(
        policies.can_report,
        ReportForm,
        lambda actor, comment, data: report_comment(actor=actor, comment=comment, **data),
        _("举报这条留言"),
        _("举报"),
        _("已经告诉社区的同志，他们会来看。"),
    ),
    "hide": CommentStep(
        policies.can_moderate,
        HideForm,
        lambda actor, comment, data: hide_comment(actor=actor, comment=comment, **data),
        _("隐藏这条留言"),
        _("隐藏"),
        _("隐藏了，已经告诉留言人为什么。"),
    ),
    "keep": CommentStep(
        policies.can_moderate,
        NothingToFill,
        lambda actor, comment, data: keep_comment(actor=actor, comment=comment),
        _("这条留言没有问题"),
        _("看过了，没有问题"),
        _("好的，留言照常公开。"),
    ),
    "appeal": CommentStep(
        policies.can_appeal,
        AppealForm,
        lambda actor, comment, data: appeal_comment(actor=actor, comment=comment, **data),
        _("申诉"),
        _("请另一位同志来看"),
        _("收到了，会请另一位同志来看，有结果就告诉您。"),
    ),
    "decide": CommentStep(
        policies.can_decide,
        DecideForm,
        lambda actor, comment, data: decide_appeal(actor=actor, comment=comment, **data),
        _("复核申诉"),
        _("答复留言人"),
        _("答复了，已经告诉留言人。"),
    ),
    "remove": CommentStep(
        policies.can_take_back,
        NothingToFill,
        lambda actor, comment, data: take_back_comment(actor=actor, comment=comment),
        _("删掉这条留言"),
        _("删掉"),
        _("删掉了。"),
    ),
}


@require_http_methods(["GET", "HEAD", "POST"])
def of_wish(request: HttpRequest, number: str) -> HttpResponse:
    """What neighbours say about a wish, the newest first, and a field to say something."""
    viewer = viewer_of(request)
    wish = wish_or_404(viewer, number)
    if not is_open_to_all(wish):
        raise Http404
    if request.method == "POST" and not viewer.is_authenticated:
        return redirect("account_login")
    decision, code, problem = policies.can_comment(viewer, wish), 200, None
    form = CommentForm(sent(request))
    if request.method == "POST":
        try:
            if not decision or form.is_valid():
                write_comment(actor=member_of(request), wish=wish, text=str(form.data.get("text", "")))
                messages.success(request, _t("说好了，大家能看到了。"))
                return redirect("wish_comments", number=wish.number)
            code = 400
        except Invalid as refused:
            add_domain_error(form, refused)
            code = 400
        except DomainError as refused:
            problem, code = refused, refused.status
    page = keyset_page(request, shown_comments(wish), keys=BY_ID, size=PAGE_SIZE, descending=True)
    context = {"wish": wish, "page": page, "form": form, "may": decision, "problem": problem}
    return render(request, "wishes/neighbours/comments.html", context, status=code)


@login_required
@require_safe
def comment(request: HttpRequest, pk: int) -> HttpResponse:
    """One comment, with what the viewer can do about it."""
    member = member_of(request)
    found = _comment_or_404(member, pk)
    steps = [(name, step) for name, step in STEPS.items() if step.may(member, found)]
    return render(request, "wishes/neighbours/comment.html", _context(member, found) | {"steps": steps})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def step(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    """Asks for what the step needs, and takes it."""
    member, taken = member_of(request), STEPS.get(slug)
    found = _comment_or_404(member, pk)
    if taken is None:
        raise Http404
    form = taken.form(sent(request))
    decision, code, problem = taken.may(member, found), 200, None
    if not decision:
        code = 409 if decision.by_state else 403
    elif request.method == "POST":
        code = 400
        try:
            if form.is_valid():
                taken.run(member, found, form.cleaned_data)
                messages.success(request, str(taken.done))
                return redirect("wish_comments", number=found.wish.number)
        except Invalid as refused:
            add_domain_error(form, refused)
        except DomainError as refused:
            problem, code = refused, refused.status
    context = _context(member, found) | {"step": taken, "form": form, "decision": decision, "problem": problem}
    return render(request, "wishes/neighbours/comment_step.html", context, status=code)


@login_required
@require_safe
def waiting(request: HttpRequest) -> HttpResponse:
    """Reported comments and appeals that wait for the staff of a place."""
    member = member_of(request)
    if not holds_anywhere(member, HANDLER_ROLES):
        raise PermissionDenied(_t("只有社区和网格的工作人员处理留言。"))
    page = keyset_page(request, waiting_for(member), keys=BY_ID, size=PAGE_SIZE)
    return render(request, "wishes/neighbours/waiting.html", {"page": page})


def _comment_or_404(member: User, pk: int) -> Comment:
    related = ("wish", "wish__community", "author", "hidden_by", "appeal")
    found = Comment.objects.select_related(*related).defer("wish__community__boundary").filter(pk=pk).first()
    if found is None or not policies.may_see_comment(member, found):
        raise Http404
    return found


def _context(member: User, found: Comment) -> dict[str, Any]:
    """The comment, why it was reported for those who look after it, and the appeal for its two sides."""
    handles = bool(policies.can_moderate(member, found)) or bool(policies.can_decide(member, found))
    reports = list(found.reports.filter(settled_at=None).order_by("id")[:20]) if handles else []
    appeal = getattr(found, "appeal", None)
    shows_appeal = appeal is not None and (handles or found.author_id == member.pk)
    return {"comment": found, "wish": found.wish, "reports": reports, "appeal": appeal if shows_appeal else None}
