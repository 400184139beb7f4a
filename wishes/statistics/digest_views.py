"""The weekly digest as page and as A4 paper."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from grids.territory.models import Territory
from portal.accounts.models import User
from portal.keyset import BY_ID, keyset_page
from portal.paper import pdf_response
from wishes.statistics.domain import END_MEASURES, MEASURES, Tally
from wishes.statistics.models import WeeklyDigest
from wishes.statistics.policies import digest_paths
from wishes.wishes.models import Wish
from wishes.wishes.querysets import under_paths
from wishes.wishes.views.access import member_of

PAGE_SIZE = 20


@dataclass(frozen=True)
class Compared:
    """A number of the week beside that of the week before."""

    label: str | Promise
    count: int
    before: int

    @property
    def change(self) -> str:
        """+3, −2, or nothing where it stayed."""
        difference = self.count - self.before
        return f"{'+' if difference > 0 else '−'}{abs(difference)}" if difference else ""


@login_required
@require_safe
def digests(request: HttpRequest) -> HttpResponse:
    """All digests of the reader's places, the newest first."""
    found = digests_of(member_of(request)).select_related("territory").defer("territory__boundary")
    page = keyset_page(request, found, keys=BY_ID, size=PAGE_SIZE, descending=True)
    rows = [(each, each.week + timedelta(days=6)) for each in page.items]
    return render(request, "wishes/statistics/digests.html", {"page": page, "rows": rows})


@login_required
@require_safe
def digest(request: HttpRequest, pk: int) -> HttpResponse:
    """One week of one place."""
    found = _digest(member_of(request), pk)
    return render(request, "wishes/statistics/digest.html", _context(found))


@login_required
@require_safe
def paper(request: HttpRequest, pk: int) -> HttpResponse:
    """The week as A4 PDF: numbers, categories and grids, nothing that points at a person."""
    found = _digest(member_of(request), pk)
    name = f"digest-{found.territory.code}-{found.week:%Y-%m-%d}"
    return pdf_response("wishes/statistics/digest_paper.html", _context(found), name=name)


def digests_of(user: User) -> QuerySet[WeeklyDigest]:
    """The digests this person reads. Raises NotAllowed where there are none to read."""
    places = Territory.objects.filter(under_paths(digest_paths(user)))
    return WeeklyDigest.objects.filter(territory__in=places.order_by().values("pk"))


def _digest(user: User, pk: int) -> WeeklyDigest:
    own = digests_of(user).select_related("territory").defer("territory__boundary")
    found: WeeklyDigest = get_object_or_404(own, pk=pk)
    return found


def _context(found: WeeklyDigest) -> dict[str, Any]:
    numbers = found.numbers
    week, before = numbers["week"], numbers["before"]
    listed = {*numbers["late_wishes"], *numbers["longest_wishes"], *numbers["low"]}
    wishes = Wish.objects.select_related("category", "territory").defer("territory__boundary").in_bulk(list(listed))
    tally, tally_before = Tally(week), Tally(before)
    return {
        "digest": found,
        "last_day": found.week + timedelta(days=6),
        "week": tally,
        "before": tally_before,
        "came_in": Compared(_("收到"), week["submitted"], before["submitted"]),
        "closed": Compared(_("办结"), week["closed"], before["closed"]),
        "ends": [Compared(end.label, week[name], before[name]) for end, name in END_MEASURES.items()],
        "opinions": [
            Compared(MEASURES[name], week[name], before[name])
            for name in ("satisfied", "unsatisfied", "unrated", "low")
        ],
        "lists": [
            (_("超时没办结的"), numbers["late"], _in_order(wishes, numbers["late_wishes"]), ""),
            (_("等得最久的"), numbers["open"], _in_order(wishes, numbers["longest_wishes"]), ""),
            (_("打了低分，请回访"), len(numbers["low"]), _in_order(wishes, numbers["low"]), reverse("wish_callbacks")),
        ],
    }


def _in_order(wishes: dict[int, Wish], ids: list[int]) -> list[Wish]:
    return [wishes[pk] for pk in ids if pk in wishes]
