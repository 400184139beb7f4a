"""Looking over the photos of a wish and covering what nobody should see; telling staff of a photo."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from portal.errors import DomainError, Invalid
from portal.photos.domain import Box
from portal.photos.models import PhotoState
from wishes.desk.models import PhotoReport
from wishes.desk.redaction import COLUMNS, ROWS, cover_photo, keep_photo, may_cover, photos_url, report_photo, square
from wishes.wishes.models import Wish, WishPhoto
from wishes.wishes.views.access import member_of, wish_or_404


def _covered_by(request: HttpRequest, number: str) -> Wish:
    """The wish, for staff who may cover its photos. Raises Http404, PermissionDenied."""
    wish = wish_or_404(request.user, number)
    if not may_cover(request.user, wish):
        raise PermissionDenied(_("只有负责这里的工作人员可以这样做。"))
    return wish


@login_required
@require_safe
def photos(request: HttpRequest, number: str) -> HttpResponse:
    """The photos of a wish, each with what was said of it."""
    wish = _covered_by(request, number)
    shown = wish.photos.filter(photo__state=PhotoState.READY).select_related("photo").prefetch_related("reports")
    rows = [(each, [one for one in each.reports.all() if one.settled_at is None]) for each in shown]
    return render(request, "wishes/desk/photos.html", {"wish": wish, "rows": rows})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def cover(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """One photo with squares over it; with JavaScript parts are drawn with the finger."""
    wish = _covered_by(request, number)
    shown = get_object_or_404(wish.photos.select_related("photo"), pk=pk, photo__state=PhotoState.READY)
    problem: DomainError | None = None
    if request.method == "POST":
        try:
            if "keep" in request.POST:
                keep_photo(actor=member_of(request), shown=shown)
                messages.success(request, _("记下了，这张照片不用遮。"))
            else:
                cover_photo(actor=member_of(request), shown=shown, boxes=_boxes(request))
                messages.success(request, _("遮好了。原来的照片已经删掉，找不回来了。"))
            return redirect(photos_url(wish))
        except DomainError as refused:
            problem = refused
    context = {
        "wish": wish,
        "shown": shown,
        "squares": [(number, number // COLUMNS + 1, number % COLUMNS + 1) for number in range(COLUMNS * ROWS)],
        "reports": list(shown.reports.filter(settled_at=None)),
        "problem": problem,
    }
    return render(request, "wishes/desk/cover.html", context, status=problem.status if problem else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest, number: str) -> HttpResponse:
    """Says which photo of a wish shows what nobody should see."""
    wish = wish_or_404(request.user, number)
    shown = list(wish.photos.filter(photo__state=PhotoState.READY).select_related("photo"))
    problem: DomainError | None = None
    if request.method == "POST":
        try:
            report_photo(
                actor=member_of(request),
                shown=_chosen(shown, request.POST.get("photo", "")),
                reason=request.POST.get("reason", ""),
            )
            messages.success(request, _("谢谢您，工作人员会来看。"))
            return redirect(wish)
        except DomainError as refused:
            problem = refused
    context = {
        "wish": wish,
        "photos": shown,
        "reasons": PhotoReport.Reason.choices,
        "problem": problem,
        "anchor": "#reason_choice" if problem and problem.field == "reason" else "#photo_choice",
        "photo": request.POST.get("photo", str(shown[0].pk) if len(shown) == 1 else ""),
        "reason": request.POST.get("reason", ""),
    }
    return render(request, "wishes/desk/report_photo.html", context, status=problem.status if problem else 200)


def _chosen(shown: list[WishPhoto], text: str) -> WishPhoto:
    found = next((each for each in shown if str(each.pk) == text), None)
    if found is None:
        raise Invalid(_("请选是哪一张照片。"), code="required", field="photo")
    return found


def _boxes(request: HttpRequest) -> list[Box]:
    """What was ticked and drawn; whatever is no part of the picture is left out."""
    boxes = []
    for text in request.POST.getlist("square"):
        try:
            boxes.append(square(int(text)))
        except ValueError:
            continue
    for text in request.POST.getlist("box"):
        try:
            left, top, width, height = (int(part) for part in text.split(","))
            boxes.append(Box(left, top, width, height))
        except ValueError:
            continue
    return boxes
