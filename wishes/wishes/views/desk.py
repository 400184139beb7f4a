"""The desk: what the cadre has to do, the late first, then what is due today."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Count, DateTimeField, Min, Q, Value
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from grids.roles.domain import HANDLER_ROLES
from grids.roles.queries import paths_of
from grids.territory.models import Territory
from portal.accounts.models import User
from portal.deadlines.words import Urgency, escalation_words, span_words, urgency_of
from wishes.wishes.domain import State
from wishes.wishes.models import Wish
from wishes.wishes.querysets import WishQuerySet
from wishes.wishes.views.access import member_of
from wishes.wishes.views.calendars import reading_calendar
from wishes.wishes.views.filters import Pill, active_categories, link
from wishes.wishes.views.keyset import Key, keyset_page, read_id

PAGE_SIZE = 20
MOST_GRIDS = 100
# Paused wishes have no due time and stand behind all others.
NEVER = datetime.fromisoformat("9999-01-01T00:00:00+00:00")


def _read_moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(text)
    return moment


KEYS = (Key("rank", _read_moment, datetime.isoformat), Key("id", read_id))


@dataclass(frozen=True)
class Row:
    """One line of the work list."""

    wish: Wish
    urgency: Urgency
    told: str


def _scopes(user: User, now: datetime) -> Mapping[str, tuple[str | Promise, Q]]:
    end_of_day = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return {
        "": (gettext_lazy("全部"), Q()),
        "mine": (gettext_lazy("我负责的"), Q(responsible=user)),
        "late": (gettext_lazy("超时"), Q(due_at__lte=now)),
        "today": (gettext_lazy("今天到期"), Q(due_at__gt=now, due_at__lt=end_of_day)),
        "verify": (gettext_lazy("待核实"), Q(state=State.VERIFYING)),
        "accept": (gettext_lazy("待受理"), Q(state=State.SUBMITTED)),
        "unclaimed": (gettext_lazy("未认领"), Q(state=State.PUBLISHED)),
        "waiting": (gettext_lazy("等居民答复"), Q(waiting_since__isnull=False)),
    }


@login_required
@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """Open wishes of the places the cadre answers for."""
    user = member_of(request)
    if not paths_of(user, HANDLER_ROLES):
        raise PermissionDenied(_("这里是工作人员的工作台。您现在没有负责的网格或社区。"))
    now = timezone.now()
    scopes = _scopes(user, now)
    scope = request.GET.get("show", "")
    scope = scope if scope in scopes else ""
    everything = Wish.objects.open().handled_by(user)
    tiles = _tiles(everything, scopes)
    grids = _grids(everything)
    categories = active_categories()
    grid = next((each for each in grids if each.code == request.GET.get("grid")), None)
    category = next((each for each in categories if each.code == request.GET.get("category")), None)
    wishes = everything.filter(scopes[scope][1])
    if grid is not None:
        wishes = wishes.filter(territory=grid)
    if category is not None:
        wishes = wishes.filter(Q(category=category) | Q(category__parent=category))
    page = keyset_page(request, _ranked(wishes), keys=KEYS, size=PAGE_SIZE)
    calendars = {place: reading_calendar(place) for place in {wish.community_id for wish in page.items}}
    context = {
        "page": page,
        "rows": [
            Row(wish, urgency_of(wish.due_at, now, calendars[wish.community_id]), escalation_words(wish.escalation))
            for wish in page.items
        ],
        "tiles": _tile_cards(request, tiles, now),
        "pills": [
            Pill(words, link(request.GET, show=key), key == scope) for key, (words, _condition) in scopes.items()
        ],
        "scope": scope,
        "grids": grids,
        "grid": grid,
        "categories": categories,
        "category": category,
        "narrowed": bool(scope or grid or category),
    }
    return render(request, "wishes/wishes/desk.html", context)


def _ranked(wishes: WishQuerySet) -> WishQuerySet:
    related = ("category", "territory", "author", "responsible", "responsible_territory", "claimant")
    boundaries = ("territory__boundary", "responsible_territory__boundary")
    rank = Coalesce("due_at", Value(NEVER), output_field=DateTimeField())
    return wishes.select_related(*related).defer(*boundaries, "details").annotate(rank=rank)


def _tiles(wishes: WishQuerySet, scopes: Mapping[str, tuple[str | Promise, Q]]) -> dict[str, Any]:
    """All numbers of the desk in one query over the open wishes, which are few."""
    counts = {key: Count("pk", filter=scopes[key][1]) for key in ("late", "today", "verify", "unclaimed")}
    waiting = Q(waiting_since__isnull=False)
    return wishes.order_by().aggregate(
        **counts, all=Count("pk"), oldest=Min("due_at", filter=scopes["late"][1]), waiting=Count("pk", filter=waiting)
    )


def _tile_cards(request: HttpRequest, tiles: Mapping[str, Any], now: datetime) -> list[dict[str, Any]]:
    longest = _("最久 {span}").format(span=span_words(now - tiles["oldest"])) if tiles["oldest"] else _("没有超时的")
    return [
        _tile(request, "late", _("超时"), tiles["late"], longest, "late" if tiles["late"] else ""),
        _tile(request, "today", _("今天到期"), tiles["today"], _("今天下班前办"), "due" if tiles["today"] else ""),
        _tile(request, "verify", _("待核实"), tiles["verify"], _("特殊人群，先上门看看"), ""),
        _tile(
            request,
            "unclaimed",
            _("未认领"),
            tiles["unclaimed"],
            _("共 {all} 件在办，{waiting} 件等居民答复").format(all=tiles["all"], waiting=tiles["waiting"]),
            "",
        ),
    ]


def _tile(request: HttpRequest, key: str, label: str, count: int, note: str, tone: str) -> dict[str, Any]:
    return {"label": label, "count": count, "note": note, "tone": tone, "url": link(request.GET, show=key)}


def _grids(wishes: WishQuerySet) -> list[Territory]:
    """The places that open wishes stand in."""
    places = Territory.objects.filter(pk__in=wishes.order_by().values("territory")).defer("boundary")
    return list(places.order_by("path")[:MOST_GRIDS])
