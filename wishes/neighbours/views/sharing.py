"""A wish handed on: its address and code for others, and the slip (回执) for whoever posted it."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from grids.territory.models import Grid
from portal.errors import Unavailable
from portal.paper import pdf_response, qr_svg
from wishes.neighbours.policies import has_slip
from wishes.wishes.models import Wish
from wishes.wishes.policies import is_open_to_all
from wishes.wishes.views.access import member_of, viewer_of, wish_or_404

A5 = "a5"


@require_safe
def share(request: HttpRequest, number: str) -> HttpResponse:
    """The address of a public wish as words and as a code to scan."""
    wish = wish_or_404(viewer_of(request), number)
    if not is_open_to_all(wish):
        raise Http404
    address = request.build_absolute_uri(wish.get_absolute_url())
    context = {"wish": wish, "address": address, "code": qr_svg(address, label=_("扫一扫，看这个心愿"))}
    return render(request, "wishes/neighbours/share.html", context)


@login_required
@require_safe
def slip(request: HttpRequest, number: str) -> HttpResponse:
    """The slip as PDF, on A4 or with `?size=a5` on A5; as a page to print with `?as=page` and where PDF fails.

    For the author, and for the cadre who wrote the wish down. It names nobody: number, title, what happens next, until
    when, whom to call, and a code that leads to the status.
    """
    member = member_of(request)
    wish = wish_or_404(member, number)
    if not has_slip(member, wish):
        raise Http404
    context = slip_of(request, wish)
    if request.GET.get("as") != "page":
        try:
            return pdf_response("wishes/neighbours/slip_paper.html", context, name=wish.number)
        except Unavailable as gone:
            context["unavailable"] = gone.message
    return render(request, "wishes/neighbours/slip.html", context)


def slip_of(request: HttpRequest, wish: Wish) -> dict[str, object]:
    """What stands on the slip, on A5 with `?size=a5`."""
    grid = Grid.objects.filter(territory=wish.territory).only("supervision_phone").first()
    address = request.build_absolute_uri(f"{reverse('wish_status')}?number={wish.number}")
    return {
        "wish": wish,
        "is_a5": request.GET.get("size") == A5,
        "phone": grid.supervision_phone if grid else "",
        "address": request.build_absolute_uri(reverse("wish_status")),
        "code": qr_svg(address, label=_("扫一扫，查走到哪一步了")),
        "printed_at": timezone.now(),
    }
