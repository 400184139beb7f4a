"""What surrounds every page: whose community this is, the tabs, the work rail, elder mode."""

from dataclasses import dataclass
from functools import cached_property
from typing import cast

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import User
from portal.site.preferences import wants_elder_mode

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


def reverse_or_blank(name: str) -> str:
    """The address of a named route, or nothing while that part of the portal does not exist."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


# key, label, icon, route, further routes that belong to the same tab
TABS: tuple[tuple[str, Words, str, str], ...] = (
    ("home", _("首页"), "house", "home"),
    ("wishes", _("心愿"), "heart", "wish_list"),
    ("post", _("许愿"), "plus-lg", "wish_new"),
    ("messages", _("消息"), "envelope", "notifications:inbox"),
    ("mine", _("我的"), "person", "my_data"),
)


class Shell:
    """Read by `site/base.html` as `shell`; everything is looked up at first use, so that a bare page costs nothing."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    @cached_property
    def user(self) -> User | None:
        user = getattr(self.request, "user", None)
        return cast(User, user) if user is not None and user.is_authenticated else None

    @cached_property
    def elder(self) -> bool:
        return wants_elder_mode(self.request)

    @cached_property
    def here(self) -> str:
        """Where a preference returns to: this page when it can be opened again by its address."""
        return self.request.get_full_path() if self.request.method in ("GET", "HEAD") else ""

    @cached_property
    def name(self) -> Words:
        return cast(Words, settings.SITE_NAME)

    @cached_property
    def place(self) -> str:
        return ""

    @cached_property
    def languages(self) -> list[tuple[str, str]]:
        """Each language by its own name, never translated."""
        return list(settings.LANGUAGES)

    @cached_property
    def unread(self) -> int:
        return 0

    @cached_property
    def tabs(self) -> list[Link]:
        links = []
        for key, label, icon, route in TABS:
            url = reverse_or_blank(route)
            if url:
                count = self.unread if key == "messages" else 0
                links.append(Link(key=key, label=label, icon=icon, url=url, count=count))
        here = self.request.path
        current = max((link.url for link in links if _stands_in(here, link.url)), key=len, default=None)
        return [Link(**{**link.__dict__, "current": link.url == current}) for link in links]

    @cached_property
    def rail(self) -> list[Link]:
        return []


def _stands_in(here: str, url: str) -> bool:
    return here == url if url == "/" else here.startswith(url)


def shell(request: HttpRequest) -> dict[str, Shell]:
    """Template context processor."""
    return {"shell": Shell(request)}
