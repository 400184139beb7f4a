"""The work list: what the cadre has to do, the late first, then what is due today."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Min, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from grids.roles.domain import HANDLER_ROLES
from grids.roles.queries import holds_anywhere
from portal.accounts.models import User
from portal.deadlines.words import Urgency, escalation_words, span_words
from portal.keyset import Key, keyset_page, read_id, read_moment
from portal.masking import mask_name
from wishes.desk.filters import DeskFilters, kept_query
from wishes.desk.forms import SaveViewForm
from wishes.desk.models import SavedView
from wishes.desk.services import views_for
from wishes.desk.services.bulk import ACTIONS
from wishes.wishes.models import Wish
from wishes.wishes.querysets import WishQuerySet
from wishes.wishes.sources import came_by
from wishes.wishes.views.access import member_of
from wishes.wishes.views.calendars import reading_calendars, reading_urgency
from wishes.wishes.views.filters import Pill, link
from wishes.wishes.views.panels import queues_of

PAGE_SIZE = 20


KEYS = (Key("rank", read_moment, datetime.isoformat), Key("id", read_id))


@dataclass(frozen=True)
class Row:
    """One line of the work list."""

    wish: Wish
    urgency: Urgency
    told: str
    came_by: str

    @property
    def responsible(self) -> str:
        """Who answers for it, with the name masked; empty where nobody does."""
        return mask_name(self.wish.responsible.legal_name) if self.wish.responsible else ""

    @property
    def drawn_from(self) -> str:
        """All that the line shows: drawn once, it is the same for everybody who may see it."""
        wish = self.wish
        where = (wish.territory and wish.territory.name, wish.responsible_territory and wish.responsible_territory.name)
        amount = (wish.quantity, wish.unit, wish.is_special, wish.category and wish.category.name)
        state = (wish.state, wish.end, wish.waiting_since is None, self.urgency, self.told, self.came_by)
        return repr((wish.pk, wish.number, wish.title, self.responsible, where, amount, state))


def handler_of(request: HttpRequest) -> User:
    """Who asks, where they handle wishes somewhere. Raises PermissionDenied with the reason."""
    user = member_of(request)
    if not holds_anywhere(user, HANDLER_ROLES):
        raise PermissionDenied(_("这里是工作人员的工作台。您现在没有负责的网格或社区。"))
    return user


@login_required
@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """Open wishes of the places the cadre answers for."""
    return work_list(request, handler_of(request), SaveViewForm())


def work_list(request: HttpRequest, user: User, form: SaveViewForm, *, status: int = 200) -> HttpResponse:
    """The page, with the form under which its filters can be kept."""
    now = timezone.now()
    filters = DeskFilters(user, request.GET, now)
    tiles = _tiles(filters.everything, filters.scopes)
    page = keyset_page(request, _ranked(filters.wishes()), keys=KEYS, size=PAGE_SIZE)
    calendars = reading_calendars(wish.community_id for wish in page.items)
    query = kept_query(request.GET.urlencode())
    context = {
        "page": page,
        "rows": [
            Row(
                wish,
                reading_urgency(wish.due_at, now, calendars[wish.community_id]),
                escalation_words(wish.escalation),
                came_by(wish),
            )
            for wish in page.items
        ],
        "tiles": _tile_cards(request, tiles, now),
        "pills": [
            Pill(words, link(request.GET, show=key), key == filters.scope)
            for key, (words, _condition) in filters.scopes.items()
        ],
        "filters": filters,
        "query": query,
        "queues": queues_of(user),
        "views": _view_pills(user, query),
        "save_form": form,
        "actions": [(key, each.action.label) for key, each in ACTIONS.items()],
        "form": form if form.errors else None,
    }
    return render(request, "wishes/desk/desk.html", context, status=status)


def _view_pills(user: User, query: str) -> list[tuple[SavedView, str, bool]]:
    """The views at hand with where they lead, and whether they are what is shown."""
    return [(view, f"?{view.query}", view.query == query) for view in views_for(user)]


# What a line shows and the order stands on; of people and places the name.
WORDS = ("number", "title", "quantity", "unit", "special_group", "told_by", "entered_by")
STATE = ("state", "end", "waiting_since", "due_at", "escalation", "community")
NAMED = ("category__name", "territory__name", "source__name", "responsible__legal_name", "responsible_territory__name")


def _ranked(wishes: WishQuerySet) -> WishQuerySet:
    related = [name.partition("__")[0] for name in NAMED]
    shown = wishes.select_related(*related).only(*WORDS, *STATE, *NAMED, *related)
    return shown.by_due_time()


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
