"""Entering wishes for residents from a spreadsheet: the template, the look over, and what became of each line."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from portal.errors import DomainError, Invalid
from portal.sheets import XLSX_TYPE
from portal.taking import add_domain_error
from wishes.desk.checking import Checker
from wishes.desk.domain import MAX_ENTERED
from wishes.desk.entering import begin_entry, check_file
from wishes.desk.entry_sheet import COLUMNS, template
from wishes.desk.forms import EntryForm
from wishes.desk.models import EntryBatch, EntryRow
from wishes.desk.views.worklist import handler_of
from wishes.wishes.domain import SpecialGroup

LINES = 50
RECENT = 5


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def entry(request: HttpRequest) -> HttpResponse:
    """How it works, the template, and the way to upload; an upload is looked over and shown."""
    user = handler_of(request)
    form = EntryForm(request.POST, request.FILES) if request.method == "POST" else EntryForm()
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            return redirect(check_file(actor=user, file=file, size=file.size, told_by=form.cleaned_data["told_by"]))
        except Invalid as refused:
            add_domain_error(form, refused)
    context = {
        "form": form,
        "columns": COLUMNS,
        "most": MAX_ENTERED,
        "batches": list(EntryBatch.objects.filter(actor=user)[:RECENT]),
    }
    return render(request, "wishes/desk/entry.html", context, status=400 if form.errors else 200)


@login_required
@require_safe
def template_file(request: HttpRequest) -> HttpResponse:
    """The empty spreadsheet, with the places and categories this cadre may write into it."""
    checker = Checker(handler_of(request))
    content = template(
        places=[f"{place.name}" for place in checker.places],
        categories=[category.name for category in checker.categories],
        groups=[str(label) for value, label in SpecialGroup.choices if value],
    )
    response = HttpResponse(content, content_type=XLSX_TYPE)
    response["Content-Disposition"] = "attachment; filename*=UTF-8''%E4%BB%A3%E5%BD%95%E6%A8%A1%E6%9D%BF.xlsx"
    return response


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def batch(request: HttpRequest, pk: int) -> HttpResponse:
    """What the look over found, or what became of each line; a POST has the lines without mistakes entered."""
    user = handler_of(request)
    found = get_object_or_404(EntryBatch.objects.select_related("job"), pk=pk, actor=user)
    problem: DomainError | None = None
    if request.method == "POST":
        try:
            return redirect(begin_entry(actor=user, batch=found))
        except DomainError as refused:
            problem = refused
    states = [row.state for row in found.rows.only("state")]
    rows = found.rows.select_related("wish")
    after = request.GET.get("after", "")
    if after.isascii() and after.isdigit() and len(after) < 9:
        rows = rows.filter(line__gt=int(after))
    shown = list(rows[: LINES + 1])
    headings = {column.key: column.heading for column in COLUMNS}
    context = {
        "batch": found,
        "counts": [(label, states.count(state)) for state, label in EntryRow.State.choices if state in states],
        "ready": states.count(EntryRow.State.READY),
        "rows": [(row, [(headings.get(key, ""), words) for key, words in row.problems]) for row in shown[:LINES]],
        "next_url": f"?after={shown[LINES - 1].line}" if len(shown) > LINES else "",
        "problem": problem,
        "can_begin": found.state == EntryBatch.State.CHECKED,
        "heading": _("批量代录"),
    }
    return render(request, "wishes/desk/entry_batch.html", context, status=problem.status if problem else 200)
