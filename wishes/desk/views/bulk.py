"""One step with many wishes: chosen on the list, confirmed here, told row by row afterwards."""

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from portal.errors import DomainError, Invalid
from portal.keyset import read_id
from portal.taking import add_domain_error
from wishes.desk.forms import BulkForm, templates_for
from wishes.desk.models import BulkRow, BulkRun
from wishes.desk.services.bulk import ACTIONS, begin_bulk, carry_out, chosen_wishes, decisions
from wishes.desk.views.worklist import handler_of
from wishes.wishes.domain import Action
from wishes.wishes.models import AnswerTemplate

Outcome = BulkRow.Outcome


@login_required
@require_POST
def bulk(request: HttpRequest) -> HttpResponse:
    """Shows what is about to be done with which wishes, asks for the words, and does it when it is confirmed."""
    user = handler_of(request)
    action = request.POST.get("action", "")
    try:
        if action not in ACTIONS:
            raise Invalid(_("请选要办什么。"), code="unknown_action", field="action")
        wishes = chosen_wishes(user, _keys(request))
        if not wishes:
            raise Invalid(_("勾选的心愿都不归您负责。"), code="nothing_chosen", field="wish")
    except Invalid as refused:
        messages.error(request, str(refused.message))
        return redirect(_back(request))
    confirmed = "confirm" in request.POST
    templates = templates_for(action, wishes)
    form = BulkForm(
        request.POST if confirmed else None, action=action, wishes=wishes, initial=_initial(request, templates)
    )
    problem: DomainError | None = None
    if confirmed and form.is_valid():
        try:
            run = begin_bulk(
                actor=user,
                uuid=_token(request.POST.get("run", "")),
                action=action,
                keys=_keys(request, "ready"),
                params=form.cleaned_data,
            )
            return redirect(carry_out(actor=user, run=run))
        except Invalid as refused:
            if refused.field in form.fields:
                add_domain_error(form, refused)
            else:
                problem = refused
        except DomainError as refused:
            problem = refused
    ready = _keys(request, "ready") if "run" in request.POST else None
    rows = [
        {"wish": wish, "decision": decision, "checked": bool(decision) and (ready is None or wish.pk in ready)}
        for wish, decision in decisions(user, action, wishes)
    ]
    context = {
        "action": action,
        "label": Action(action).label,
        "rows": rows,
        "allowed": sum(1 for row in rows if row["decision"]),
        "form": form,
        "problem": problem,
        "templates": templates,
        "run": request.POST.get("run") or uuid4(),
        "back": _back(request),
    }
    failed = bool(form.errors or problem)
    return render(request, "wishes/desk/bulk.html", context, status=400 if failed else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def run(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """What became of each wish; a POST goes on with those that nobody came to."""
    user = handler_of(request)
    found = get_object_or_404(BulkRun, uuid=uuid, actor=user)
    if request.method == "POST":
        return redirect(carry_out(actor=user, run=found))
    rows = list(found.rows.select_related("wish", "wish__territory").defer("wish__territory__boundary"))
    counts = {outcome: sum(1 for row in rows if row.outcome == outcome) for outcome in Outcome}
    done = counts[Outcome.DONE]
    context = {
        "run": found,
        "label": Action(found.action).label,
        "rows": sorted(rows, key=lambda row: (row.outcome == Outcome.DONE, row.wish_id)),
        "waiting": counts[Outcome.WAITING],
        "refused": counts[Outcome.REFUSED],
        "done_words": ngettext("{count} 件办好了", "{count} 件办好了", done).format(count=done),
    }
    return render(request, "wishes/desk/bulk_run.html", context)


def _keys(request: HttpRequest, name: str = "wish") -> list[int]:
    keys = []
    for text in request.POST.getlist(name):
        try:
            keys.append(read_id(text))
        except ValueError:
            continue
    return keys


def _initial(request: HttpRequest, templates: list[AnswerTemplate]) -> dict[str, Any]:
    """What was typed before a template was chosen, and the words of the template."""
    initial = {name: request.POST[name] for name in ("to", "by", "referred_to", "reason") if name in request.POST}
    chosen = next((one for one in templates if str(one.pk) == request.POST.get("template")), None)
    if chosen is not None:
        initial["reason"] = chosen.text
    return initial


def _token(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        return uuid4()


def _back(request: HttpRequest) -> str:
    """The list as it was left."""
    return f"{reverse('wish_desk')}?{request.POST.get('back', '').lstrip('?')[:500]}"
