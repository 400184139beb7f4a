"""Following wishes and needing the same, and wishes like one's own, for programs."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from grids.territory.domain import Level
from portal.api.idempotency import once
from portal.api.pagination import Key, KeysetPagination
from wishes.neighbours.domain import InterestKind
from wishes.neighbours.querysets import followed_by, standings_of
from wishes.neighbours.services import add_interest, drop_interest
from wishes.wishes.api.answers import WishCardSerializer, shown
from wishes.wishes.api.bodies import CategoryField, NoBody, PlaceField
from wishes.wishes.api.reading import TAGS, WishView
from wishes.wishes.models import Wish
from wishes.wishes.similar import Sought, similar_wishes
from wishes.wishes.views.cards import cards_of, for_cards

F = TypeVar("F", bound=Callable[..., Any])


class StandingSerializer(serializers.Serializer[Any]):
    """How many wait for a wish, and whether the caller is one of them."""

    followers = serializers.IntegerField(help_text=_("多少人关注"))
    me_too = serializers.IntegerField(help_text=_("多少人也需要"))
    is_following = serializers.BooleanField(help_text=_("您是否关注着"))
    needs_it_too = serializers.BooleanField(help_text=_("您是否也需要"))


class ByFollowing(KeysetPagination):
    """What was followed last first."""

    keys = (Key("followed", int, descending=True),)


class StandingView(WishView):
    """Base of what answers with how many wait."""

    serializer_class = StandingSerializer

    def standing(self, wish: Wish) -> Response:
        """The answer about this wish."""
        return Response(StandingSerializer(standings_of(self.request.user, [wish])[wish.pk]).data)


class Standing(StandingView):
    """Who waits for a wish, as numbers."""

    permission_classes = (AllowAny,)

    @extend_schema(operation_id="wishes_neighbours", summary=_("多少人关注、多少人也需要"), tags=TAGS)
    def get(self, request: Request, pk: int) -> Response:
        """Numbers only; who they are is nobody else's business."""
        return self.standing(self.visible(pk))


class InterestView(StandingView):
    """Base of following and needing the same, and of their opposites."""

    permission_classes = (IsAuthenticated,)

    def take(self, pk: int, kind: InterestKind, *, drop: bool = False) -> Response:
        """Add or drop; either may be repeated."""
        wish = self.visible(pk)
        if drop:
            drop_interest(actor=self.person, wish=wish, kind=kind)
        else:
            add_interest(actor=self.person, wish=wish, kind=kind)
        return self.standing(wish)


def _document(operation: str, summary: Any, words: Any = "") -> Callable[[F], F]:
    return extend_schema(
        operation_id=operation,
        summary=summary,
        description=words,
        tags=TAGS,
        request=NoBody,
        responses=StandingSerializer,
    )


class Follow(InterestView):
    """Follow a wish."""

    @_document("wishes_follow", _("关注"), _("有进展就告诉您。已经关注的，再发一次也一样。"))
    @once
    def post(self, request: Request, pk: int) -> Response:
        """Anybody signed in may follow a public wish."""
        return self.take(pk, InterestKind.FOLLOW)


class Unfollow(InterestView):
    """Follow it no longer."""

    @_document("wishes_unfollow", _("不再关注"))
    @once
    def post(self, request: Request, pk: int) -> Response:
        """Not an error for who did not follow."""
        return self.take(pk, InterestKind.FOLLOW, drop=True)


class MeToo(InterestView):
    """Need the same."""

    @_document("wishes_me_too", _("我也需要"), _("给这个社区里确认过住址的居民，同时也关注；一人只算一次。"))
    @once
    def post(self, request: Request, pk: int) -> Response:
        """For confirmed residents of the wish's community."""
        return self.take(pk, InterestKind.ME_TOO)


class NotMeToo(InterestView):
    """Need it no longer."""

    @_document("wishes_not_me_too", _("我不需要了"))
    @once
    def post(self, request: Request, pk: int) -> Response:
        """Following stays."""
        return self.take(pk, InterestKind.ME_TOO, drop=True)


class Following(WishView):
    """Wishes the caller follows."""

    permission_classes = (IsAuthenticated,)
    pagination_class = ByFollowing

    @extend_schema(operation_id="wishes_following", summary=_("我关注的心愿"), tags=TAGS)
    def get(self, request: Request) -> Response:
        """What was followed last first."""
        return self.page_of(followed_by(self.person))


class SimilarQuery(serializers.Serializer[Any]):
    """What is about to be wished for."""

    title = serializers.CharField(max_length=60, help_text=_("一句话"))
    category = CategoryField(help_text=_("类别代码"))
    territory = PlaceField(help_text=_("社区或网格的代码"))


class Similar(WishView):
    """Open wishes near by that may be the same matter."""

    permission_classes = (IsAuthenticated,)
    query_serializer_class = SimilarQuery
    pagination_class = None
    serializer_class = WishCardSerializer

    @extend_schema(
        operation_id="wishes_similar",
        summary=_("附近有没有一样的心愿"),
        description=_("许愿之前先看看；有一样的，关注它就行。最像的在前，最多 5 个。"),
        tags=TAGS,
        responses=WishCardSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        """Of the same community, the likeliest first; never the caller's own."""
        place = self.query["territory"]
        sought = Sought(self.query["title"], self.query["category"], place, place.ancestor_at(Level.COMMUNITY))
        keys = similar_wishes(sought, but_not_of=self.person)
        wishes = for_cards(Wish.objects.public()).in_bulk(keys)
        cards = cards_of([wishes[pk] for pk in keys if pk in wishes], now=timezone.now())
        return Response(self.get_serializer([shown(card) for card in cards], many=True).data)
