"""Lists and details of wishes for programs."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from grids.roles.domain import HANDLER_ROLES
from grids.roles.queries import holds_anywhere
from grids.territory.domain import Level, path_of
from grids.territory.models import Territory
from portal.api.base import ApiView
from portal.api.pagination import Key, KeysetPagination
from portal.api.schema import refusing
from portal.errors import NotAllowed
from portal.photos.models import Photo
from portal.photos.policies import may_see_photo
from wishes.wishes.api.answers import (
    CategorySerializer,
    HandlerSerializer,
    PhotoSerializer,
    WishCardSerializer,
    WishDetailSerializer,
    WishMapSerializer,
    WorkCardSerializer,
    detail_of,
    shown,
)
from wishes.wishes.api.bodies import ListQuery, MineQuery, WorkQuery
from wishes.wishes.domain import Action
from wishes.wishes.forms.steps import TransferForm
from wishes.wishes.map import LEVELS, open_numbers
from wishes.wishes.models import Category, Wish
from wishes.wishes.policies import require
from wishes.wishes.querysets import WishQuerySet, in_place, submitted_between
from wishes.wishes.searching import Search
from wishes.wishes.sources import from_source
from wishes.wishes.views.access import wish_for_programs
from wishes.wishes.views.cards import cards_of, for_cards

TAGS = ["wishes"]
DETAIL_RELATED = (
    "author",
    "entered_by",
    "category",
    "territory",
    "community",
    "responsible",
    "claimant",
    "duplicate_of",
)


class ByDueTime(KeysetPagination):
    """What is due first first; paused ones last."""

    keys = (Key("rank", datetime.fromisoformat), Key("id", int))


class NewestFirst(KeysetPagination):
    """Newest first by id; within dates by the date; what is looked for is read as the search knows best."""

    by_date = (Key("submitted_at", datetime.fromisoformat, descending=True), Key("id", int, descending=True))

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        if "since" in view.query or "until" in view.query:
            self.keys = self.by_date  # type: ignore[misc]
        return super().paginate_queryset(queryset, request, view)

    def read(self, queryset: QuerySet[Any], order: Sequence[str], count: int, view: Any) -> list[Any]:
        search = Search(view.query.get("q", ""))
        return search.read(queryset, order, count) if search else super().read(queryset, order, count, view)


class WishView(ApiView):
    """Base of all views of wishes: what the caller may not see does not exist."""

    queryset = Wish.objects.none()
    serializer_class: type[BaseSerializer[Any]] = WishCardSerializer

    def page_of(self, wishes: WishQuerySet) -> Response:
        """One page of a list."""
        rows = self.paginate_queryset(for_cards(wishes))
        cards = cards_of(rows or [], now=timezone.now())
        return self.get_paginated_response(self.get_serializer([shown(card) for card in cards], many=True).data)

    def visible(self, pk: int) -> Wish:
        """The wish, for somebody who may see it. Raises Http404."""
        return get_object_or_404(_whole(Wish.objects.visible_to(self.request.user)), pk=pk)

    def detail(self, pk: int) -> Response:
        """The wish as it is now. Asked after a step, so that one who has just taken it is still told how it went."""
        found = detail_of(wish_for_programs(self.request.user, pk), self.request.user, now=timezone.now())
        return Response(WishDetailSerializer(found, context=self.get_serializer_context()).data)


def _whole(wishes: WishQuerySet) -> QuerySet[Wish]:
    return wishes.select_related(*DETAIL_RELATED).defer("territory__boundary", "community__boundary")


class WishList(WishView):
    """Public wishes."""

    permission_classes = (AllowAny,)
    pagination_class = NewestFirst
    query_serializer_class = ListQuery

    @extend_schema(
        operation_id="wishes_list",
        summary=_("大家的心愿"),
        description=_("各个条件都满足的公开心愿，新的在前；给了日期时按提交日期排。q 简体、繁体、一个字都可以。"),
        tags=TAGS,
    )
    def get(self, request: Request) -> Response:
        """Public wishes, newest first; for signed-in people, the same."""
        return self.page_of(Wish.objects.public().filter(self._condition()))

    def _condition(self) -> Q:
        condition, query = Q(), self.query
        for name in ("state", "end", "kind"):
            if value := query.get(name):
                condition &= Q(**{name: value})
        for name in ("place", "community", "grid"):
            if code := query.get(name):
                condition &= in_place(path_of(code))
        if code := query.get("category"):
            condition &= _in_category(code)
        return condition & submitted_between(query.get("since"), query.get("until"))


def _in_category(code: str) -> Q:
    """Wishes of the category or of those below it; of one that is not there, none."""
    keys = list(Category.objects.filter(Q(code=code) | Q(parent__code=code)).values_list("pk", flat=True))
    return Q(category=keys[0]) if len(keys) == 1 else Q(category__in=keys)


class OpenWishMap(ApiView):
    """How many wishes wait for somebody, grid by grid."""

    permission_classes = (AllowAny,)
    serializer_class = WishMapSerializer
    queryset = Wish.objects.none()
    pagination_class = None

    @extend_schema(
        operation_id="wishes_map",
        summary=_("各网格等人认领的心愿数"),
        description=_("区、街道、社区或网格里，每个网格有多少公开心愿等人认领；没有的不列。没有这个地方回答 404。"),
        tags=TAGS,
    )
    def get(self, request: Request, code: str) -> Response:
        """Grids with at least one, in the order of their codes."""
        place = get_object_or_404(Territory.objects.at(*LEVELS, Level.GRID).defer("boundary"), code=code)
        numbers = open_numbers(place)
        places = Territory.objects.filter(path__in=list(numbers)).defer("boundary").order_by("path")
        grids = [{"code": each.code, "name": each.name, "open": numbers[str(each.path)]} for each in places]
        answer = {"place": place.code, "total": sum(numbers.values()), "grids": grids}
        return Response(self.get_serializer(answer).data)


class MyWishes(WishView):
    """One's own wishes, drafts included."""

    permission_classes = (IsAuthenticated,)
    pagination_class = KeysetPagination
    query_serializer_class = MineQuery

    @extend_schema(operation_id="wishes_mine", summary=_("我的心愿"), tags=TAGS)
    def get(self, request: Request) -> Response:
        """Newest first, drafts included."""
        wishes = Wish.objects.filter(author=self.person)
        return self.page_of(wishes.filter(state=self.query["state"]) if "state" in self.query else wishes)


class WishesIHelp(WishView):
    """Wishes the caller has claimed."""

    permission_classes = (IsAuthenticated,)
    pagination_class = KeysetPagination

    @extend_schema(operation_id="wishes_helping", summary=_("我在帮的心愿"), tags=TAGS)
    def get(self, request: Request) -> Response:
        """Newest first."""
        return self.page_of(Wish.objects.helped_by(self.person))


class WorkList(WishView):
    """Open wishes of the places the caller's staff roles cover."""

    permission_classes = (IsAuthenticated,)
    pagination_class = ByDueTime
    query_serializer_class = WorkQuery
    serializer_class = WorkCardSerializer

    @extend_schema(
        operation_id="wishes_work",
        summary=_("我的工单"),
        description=_("我负责的地方还没办完的心愿，先到期的在前，暂停的在后。"),
        tags=TAGS,
    )
    def get(self, request: Request) -> Response:
        """What is due first first."""
        if not holds_anywhere(self.person, HANDLER_ROLES):
            raise NotAllowed(_("只有社区和网格的工作人员有工单。"))
        wishes = Wish.objects.open().handled_by(self.person).by_due_time()
        wishes = wishes.select_related("responsible", "source")
        if self.query["mine"]:
            wishes = wishes.filter(responsible=self.person)
        if search := Search(self.query.get("q", ""), internal=True):
            wishes = wishes.filter(search.condition())
        if "source" in self.query:
            wishes = wishes.filter(from_source(self.query["source"]))
        return self.page_of(wishes.filter(state=self.query["state"]) if "state" in self.query else wishes)


class WishDetail(WishView):
    """One wish."""

    permission_classes = (AllowAny,)
    serializer_class = WishDetailSerializer

    @extend_schema(
        operation_id="wishes_read",
        summary=_("看一个心愿"),
        description=_("看不到的心愿回答 404。私下的内容打星号或不给。"),
        tags=TAGS,
    )
    def get(self, request: Request, pk: int) -> Response:
        """With timeline, time limit, and what the caller may do. Private parts are masked or left out."""
        if not Wish.objects.visible_to(self.request.user).filter(pk=pk).exists():
            raise Http404
        return self.detail(pk)


class Handlers(WishView):
    """Colleagues a wish can be handed to."""

    permission_classes = (IsAuthenticated,)
    serializer_class = HandlerSerializer
    pagination_class = None

    @extend_schema(
        operation_id="wishes_handlers",
        summary=_("可以转给谁"),
        tags=TAGS,
        responses=HandlerSerializer(many=True),
        extensions=refusing(409),
    )
    def get(self, request: Request, pk: int) -> Response:
        """Whoever holds a staff role in the place of the wish or above it."""
        wish = self.visible(pk)
        require(self.person, Action.TRANSFER, wish)
        choices: Iterable[tuple[Any, Any]] = TransferForm(wish=wish, actor=self.person).fields["to"].choices  # type: ignore[attr-defined]
        people = [{"id": pk, "words": label} for pk, label in choices]
        return Response(self.get_serializer(people, many=True).data)


class Categories(ApiView):
    """What a wish can be about."""

    permission_classes = (AllowAny,)
    serializer_class = CategorySerializer
    queryset = Category.objects.none()
    pagination_class = None

    @extend_schema(
        operation_id="wish_categories",
        summary=_("心愿类别"),
        tags=TAGS,
        responses=CategorySerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        """All categories in use; wishes hang on those that are nobody's parent."""
        return Response(
            self.get_serializer(Category.objects.filter(is_active=True).select_related("parent"), many=True).data
        )


class PhotoState(ApiView):
    """A photo the caller may see."""

    permission_classes = (AllowAny,)
    serializer_class = PhotoSerializer
    queryset = Photo.objects.none()

    @extend_schema(operation_id="photos_read", summary=_("照片处理好了吗"), tags=["photos"])
    def get(self, request: Request, pk: Any) -> Response:
        """State and addresses of a photo."""
        photo = Photo.objects.filter(pk=pk).first()
        if photo is None or not may_see_photo(request.user, photo):
            raise Http404
        return Response(self.get_serializer(photo).data)
