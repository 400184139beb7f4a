"""What surrounds every page: whose community this is, the tabs, the work rail, elder mode."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import chain
from typing import cast

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from grids.overview.policies import VIEWING
from grids.roles.domain import ADMINISTRATOR_ROLES, HANDLER_ROLES
from grids.roles.policies import RESIDENCY_DECIDERS
from grids.roles.queries import holds_anywhere
from grids.territory.domain import Level
from portal.accounts.models import User
from portal.notifications.services import unread_count
from portal.site.place import Place, place_of
from portal.site.preferences import wants_elder_mode
from wishes.wishes.domain import READING_ROLES

Words = str | Promise


@dataclass(frozen=True, kw_only=True)
class Link:
    """One entry of a navigation: a word, an icon beside it, perhaps a count of what waits there."""

    key: str
    label: Words
    icon: str
    url: str
    current: bool = False
    count: int = 0


# key, word, icon, route
Entry = tuple[str, Words, str, str]
TABS: tuple[Entry, ...] = (
    ("home", _("首页"), "house", "home"),
    ("wishes", _("心愿"), "heart", "wish_list"),
    ("post", _("许愿"), "plus-lg", "wish_new"),
    ("messages", _("消息"), "envelope", "notifications:inbox"),
    ("mine", _("我的"), "person", "my_data"),
)


def _handles(user: User) -> bool:
    return holds_anywhere(user, HANDLER_ROLES)


def _reads_statistics(user: User) -> bool:
    return holds_anywhere(user, READING_ROLES)


def _sees_overview(user: User) -> bool:
    return holds_anywhere(user, VIEWING)


def _decides_residency(user: User) -> bool:
    return holds_anywhere(user, RESIDENCY_DECIDERS)


def _configures(user: User) -> bool:
    return holds_anywhere(user, ADMINISTRATOR_ROLES) or user.is_superuser


def _anybody(user: User) -> bool:
    return True


# key, word, icon, route, whom it is for; with a little room between what belongs together
RailEntry = tuple[str, Words, str, str, Callable[[User], bool]]
RAIL_GROUPS: tuple[tuple[RailEntry, ...], ...] = (
    (
        ("home", _("今日"), "sun", "home", _anybody),
        ("overview", _("一张图"), "grid-1x2", "overview", _sees_overview),
    ),
    (
        ("desk", _("心愿工单"), "card-checklist", "wish_desk", _handles),
        ("wishes", _("全部心愿"), "heart", "wish_list", _anybody),
        ("statistics", _("统计"), "bar-chart", "statistics_work", _reads_statistics),
    ),
    (
        ("incidents", _("网格事件"), "cone-striped", "incident_desk", _handles),
        ("patrols", _("巡查"), "signpost-split", "patrols", _handles),
        ("visits", _("走访"), "door-open", "visits", _handles),
        ("residencies", _("住户确认"), "person-check", "residency_requests", _decides_residency),
        ("grids", _("网格"), "grid-3x3", "grid_finder", _anybody),
    ),
    (
        ("pairing", _("党建结对"), "people", "pairing", _reads_statistics),
        ("gatherings", _("组织生活"), "calendar3", "gatherings", _reads_statistics),
    ),
    (
        ("messages", _("消息"), "envelope", "notifications:inbox", _anybody),
        ("admin", _("后台配置"), "sliders", "admin:index", _configures),
        ("mine", _("我的"), "person", "my_data", _anybody),
    ),
)
RAIL: tuple[RailEntry, ...] = tuple(chain.from_iterable(RAIL_GROUPS))


class Shell:
    """Read by `site/base.html` as `shell`; each part is looked up at first use, so that a bare page costs nothing."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    @cached_property
    def user(self) -> User | None:
        """Who is signed in."""
        user = getattr(self.request, "user", None)
        return cast(User, user) if user is not None and user.is_authenticated else None

    @cached_property
    def elder(self) -> bool:
        """Whether the page is drawn in elder mode."""
        return wants_elder_mode(self.request)

    @cached_property
    def here(self) -> str:
        """Where a preference returns to: this page when it can be opened again by its address."""
        return self.request.get_full_path() if self.request.method in ("GET", "HEAD") else ""

    @cached_property
    def belongs(self) -> Place:
        """The person's places."""
        return place_of(self.user)

    @cached_property
    def name(self) -> Words:
        """The community lived in or the place worked for; the portal's own name for everybody else."""
        place = self.belongs.workplace or self.belongs.community
        return str(place) if place else cast(Words, settings.SITE_NAME)

    @cached_property
    def place(self) -> str:
        """Street and grid below the name; the grid alone where type is large."""
        by_level = self.belongs.by_level
        shown = [Level.GRID] if self.elder else [Level.STREET, Level.GRID]
        return " · ".join(
            str(by_level[level]) for level in shown if level in by_level and str(by_level[level]) != self.name
        )

    @cached_property
    def languages(self) -> list[tuple[str, str]]:
        """Each language by its own name, never translated."""
        return list(settings.LANGUAGES)

    @cached_property
    def unread(self) -> int:
        """How many messages wait."""
        return unread_count(self.user) if self.user else 0

    @cached_property
    def tabs(self) -> list[Link]:
        """The tab bar of everybody."""
        return self._links(TABS, self.tab)

    @cached_property
    def tab(self) -> str:
        """The key of the tab whose pages include this one; empty where there is none."""
        return self._current(TABS)

    @property
    def works(self) -> bool:
        """Whether the page has the work rail."""
        return bool(self._rail)

    @cached_property
    def rail(self) -> list[list[Link]]:
        """The work rail of staff in its groups; empty for others, who have the tabs."""
        links = {link.key: link for link in self._links(self._rail, self._current(self._rail))}
        groups = ([links[row[0]] for row in group if row[0] in links] for group in RAIL_GROUPS)
        return [group for group in groups if group]

    @cached_property
    def drawn_from(self) -> str:
        """All that the frame shows beside the language: two requests with the same see the same frame."""
        rail = self._rail
        own = (self.name, self.place, self.unread, self.tab, self._current(rail), self.elder, *(row[0] for row in rail))
        return "\x00".join(map(str, own))

    @cached_property
    def _rail(self) -> tuple[Entry, ...]:
        user = self.user
        if user is None or self.belongs.staff is None:
            return ()
        return tuple((key, label, icon, route) for key, label, icon, route, is_for in RAIL if is_for(user))

    def _links(self, entries: Iterable[Entry], current: str) -> list[Link]:
        return [
            Link(
                key=key,
                label=label,
                icon=icon,
                url=reverse(route),
                current=key == current,
                count=self.unread if key == "messages" else 0,
            )
            for key, label, icon, route in entries
        ]

    def _current(self, entries: Iterable[Entry]) -> str:
        """The entry with the longest address that this page's begins with."""
        here = self.request.path
        urls = {key: _url(route) for key, _label, _icon, route in entries}
        fitting = [key for key, url in urls.items() if (here == url if url == "/" else here.startswith(url))]
        return max(fitting, key=lambda key: len(urls[key]), default="")


@cache
def _url(route: str) -> str:
    return reverse(route)


def shell(request: HttpRequest) -> dict[str, Shell]:
    """Template context processor."""
    return {"shell": Shell(request)}
