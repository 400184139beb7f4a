"""Following a wish and needing the same: a button where a wish is shown, and a page for who comes from the login."""

from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from portal.errors import DomainError
from portal.keyset import Key, keyset_page, read_id
from wishes.neighbours.domain import InterestKind
from wishes.neighbours.policies import can_be_interested
from wishes.neighbours.querysets import followed_by, standings_of
from wishes.neighbours.services import add_interest, drop_interest
from wishes.wishes.views.access import member_of, wish_or_404
from wishes.wishes.views.browse import PAGE_SIZE
from wishes.wishes.views.cards import cards_of, for_cards
from wishes.wishes.views.panels import CardSlot, dressed, tabs

BY_FOLLOWING = (Key("followed", read_id),)


@dataclass(frozen=True)
class Words:
    """What the page of one kind of interest says."""

    heading: str | Promise
    lede: str | Promise
    button: str | Promise
    drop: str | Promise
    done: str | Promise
    dropped: str | Promise


WORDS = {
    InterestKind.FOLLOW: Words(
        heading=_("关注这个心愿"),
        lede=_("有了进展就告诉您。随时可以不再关注。"),
        button=_("关注"),
        drop=_("不再关注"),
        done=_("关注了，有进展就告诉您。"),
        dropped=_("不再关注了。"),
    ),
    InterestKind.ME_TOO: Words(
        heading=_("我也需要"),
        lede=_("说一声您也需要，办的人心里更有数；有了进展也告诉您。别人只看得到人数。"),
        button=_("我也需要"),
        drop=_("我不需要了"),
        done=_("记下了，您也需要。有进展就告诉您。"),
        dropped=_("好的，不再算您一个。"),
    ),
}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def follow(request: HttpRequest, number: str) -> HttpResponse:
    """Follow, or with `drop` follow no longer."""
    return _interest(request, number, InterestKind.FOLLOW)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def me_too(request: HttpRequest, number: str) -> HttpResponse:
    """Need the same, or with `drop` need it no longer."""
    return _interest(request, number, InterestKind.ME_TOO)


@login_required
@require_safe
def following(request: HttpRequest) -> HttpResponse:
    """Wishes the member follows, what was followed last first."""
    member = member_of(request)
    page = keyset_page(request, for_cards(followed_by(member)), keys=BY_FOLLOWING, size=PAGE_SIZE, descending=True)
    cards = dressed(request, cards_of(page.items, now=timezone.now()), CardSlot.LIST)
    context = {"page": page, "cards": cards, "tabs": tabs()}
    return render(request, "wishes/neighbours/following.html", context)


def _interest(request: HttpRequest, number: str, kind: InterestKind) -> HttpResponse:
    member, words = member_of(request), WORDS[kind]
    wish = wish_or_404(member, number)
    if request.method == "POST" and "drop" in request.POST:
        drop_interest(actor=member, wish=wish, kind=kind)
        messages.info(request, str(words.dropped))
        return redirect(wish)
    decision, status = can_be_interested(member, kind, wish), 200
    reason = decision.reason
    if request.method == "POST":
        try:
            add_interest(actor=member, wish=wish, kind=kind)
        except DomainError as refused:
            reason, status = refused.message, refused.status
        else:
            messages.success(request, str(words.done))
            return redirect(wish)
    elif not decision:
        status = 409 if decision.by_state else 403
    context = {
        "wish": wish,
        "words": words,
        "reason": reason,
        "kind": kind.value,
        "standing": standings_of(member, [wish])[wish.pk],
    }
    return render(request, "wishes/neighbours/interest.html", context, status=status)
