"""RSS and Atom of the public wishes of a community: what is on their pages, and nothing else."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.decorators import method_decorator
from django.utils.feedgenerator import Atom1Feed, Rss201rev2Feed, SyndicationFeed
from django.utils.translation import gettext as _
from django.views.decorators.http import conditional_page, require_safe

from grids.territory.domain import Level
from grids.territory.models import Territory
from portal.formats import xml_text
from wishes.wishes.models import Wish

SHOWN = 30


class CommunityFeed(Feed):  # type: ignore[type-arg]
    """The newest public wishes of a community. Whoever has them already is answered 304."""

    @method_decorator([require_safe, conditional_page])
    def __call__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = super().__call__(request, *args, **kwargs)
        response["Cache-Control"] = "public, max-age=300"
        return response

    feed_type: type[SyndicationFeed] = Rss201rev2Feed

    def get_object(self, request: HttpRequest, code: str) -> Territory:
        """The community of that code."""
        place: Territory | None = Territory.objects.at(Level.COMMUNITY).defer("boundary").filter(code=code).first()
        if place is None:
            raise Http404
        return place

    def title(self, place: Territory) -> str:
        return _("{place}的微心愿").format(place=place.name)

    def description(self, place: Territory) -> str:
        return _("{place}邻居们公开的心愿，最新的在前").format(place=place.name)

    subtitle = description

    def link(self, place: Territory) -> str:
        return f"{settings.SITE_URL.rstrip('/')}/wishes/?place={place.code}"

    def items(self, place: Territory) -> list[Wish]:
        wishes = Wish.objects.public().filter(community=place).select_related("category", "community")
        return list(wishes.defer("community__boundary").order_by("-id")[:SHOWN])

    def item_title(self, item: Any) -> str:
        return xml_text(item.title)

    def item_description(self, item: Any) -> str:
        return xml_text(item.details)

    def item_link(self, item: Any) -> str:
        return f"{settings.SITE_URL.rstrip('/')}{item.get_absolute_url()}"

    def item_guid(self, item: Any) -> str:
        return str(item.number)

    item_guid_is_permalink = False

    def item_pubdate(self, item: Any) -> datetime | None:
        return item.published_at  # type: ignore[no-any-return]

    def item_categories(self, item: Any) -> list[str]:
        return [item.category.name] if item.category else []


class CommunityAtomFeed(CommunityFeed):
    """The same as Atom."""

    feed_type = Atom1Feed
