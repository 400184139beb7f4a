"""Lists of wishes: everybody's, and one's own."""

from collections.abc import Sequence
from functools import partial

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from grids.roles.queries import community_of, holds_anywhere
from portal.accounts.models import User
from portal.keyset import BY_ID, keyset_page
from wishes.wishes.domain import READING_ROLES, State
from wishes.wishes.models import Wish
from wishes.wishes.searching import Search, first_keys
from wishes.wishes.views.access import member_of, viewer_of
from wishes.wishes.views.cards import cards_of, for_cards
from wishes.wishes.views.drafting import own_draft
from wishes.wishes.views.filters import WishFilters
from wishes.wishes.views.panels import CardSlot, dressed, tabs
from wishes.wishes.views.reading import read_listed

PAGE_SIZE = 12


@require_safe
def wish_list(request: HttpRequest) -> HttpResponse:
    """Public wishes, the newest first; residents see those of their community unless they choose otherwise."""
    viewer = viewer_of(request)
    home = community_of(viewer)
    filters = WishFilters(request, home, is_staff=holds_anywhere(viewer, READING_ROLES))
    wishes = Wish.objects.public()
    if filters.for_staff and isinstance(viewer, User):
        wishes = Wish.objects.read_by_staff(viewer)
    page = keyset_page(
        request,
        wishes.filter(filters.condition()),
        keys=filters.keys,
        size=PAGE_SIZE,
        descending=True,
        read=partial(_read, filters.search),
    )
    cards = dressed(request, cards_of(page.items, now=timezone.now(), terms=filters.search.terms), CardSlot.LIST)
    context = {"filters": filters, "home": home, "page": page, "cards": cards}
    return render(request, "wishes/wishes/list.html", context)


def _read(search: Search, wishes: QuerySet[Wish], order: Sequence[str], count: int) -> list[Wish]:
    """The first rows of a list as its cards show them: of what is found, or of all."""
    if search:
        return search.read(wishes, order, count, partial(read_listed, order=order, with_words=True))
    return read_listed(first_keys(wishes, order, count), order)


@login_required
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """The viewer's own wishes, or those they help with."""
    member = member_of(request)
    helping = request.GET.get("tab") == "helping"
    wishes = Wish.objects.helped_by(member) if helping else Wish.objects.filter(author=member)
    # A draft that was never sent is shown apart, with where to go on writing.
    page = keyset_page(
        request, for_cards(wishes.exclude(state=State.DRAFT, number="")), keys=BY_ID, size=PAGE_SIZE, descending=True
    )
    draft = None if helping else own_draft(member)
    cards = cards_of(page.items, now=timezone.now())
    context = {"helping": helping, "page": page, "cards": cards, "draft": draft, "tabs": tabs()}
    return render(request, "wishes/wishes/mine.html", context)
