"""Comments of wishes for programs."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers, status
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from grids.roles.domain import HANDLER_ROLES
from grids.roles.queries import holds_anywhere
from portal.accounts.models import User
from portal.api.base import ApiView
from portal.api.fields import words
from portal.api.idempotency import once
from portal.api.pagination import KeysetPagination
from portal.errors import NotAllowed
from wishes.neighbours.domain import LONGEST_COMMENT, CommentState, ReportReason
from wishes.neighbours.models import Comment
from wishes.neighbours.policies import may_see_comment
from wishes.neighbours.querysets import shown_comments, waiting_for
from wishes.neighbours.services import (
    appeal_comment,
    decide_appeal,
    hide_comment,
    keep_comment,
    report_comment,
    take_back_comment,
    write_comment,
)
from wishes.wishes.api.bodies import NoBody
from wishes.wishes.api.reading import TAGS
from wishes.wishes.models import Wish
from wishes.wishes.policies import is_open_to_all


class CommentSerializer(serializers.ModelSerializer[Comment]):
    """A comment under its writer's chosen name."""

    author = serializers.CharField(source="author.public_name", read_only=True, help_text=_("显示名"))
    state = serializers.ChoiceField(choices=CommentState.choices, read_only=True, help_text=_("状态"))

    class Meta:
        model = Comment
        fields = ("id", "author", "text", "written_at", "state", "hidden_reason")
        read_only_fields = fields


class TextBody(serializers.Serializer[Any]):
    """What to say."""

    text = words(LONGEST_COMMENT, _("留言，公开；不要写电话和门牌号"))


class ReportBody(serializers.Serializer[Any]):
    """What is wrong with it."""

    reason = serializers.ChoiceField(choices=ReportReason.choices, help_text=_("哪里不对"))


class HideBody(serializers.Serializer[Any]):
    """Why it is hidden."""

    reason = words(200, _("为什么隐藏，留言人会看到"))


class CommentAppealBody(serializers.Serializer[Any]):
    """Why it should not be."""

    words = words(300, _("为什么不该隐藏"))


class DecideBody(serializers.Serializer[Any]):
    """What somebody else finds."""

    show_again = serializers.BooleanField(help_text=_("是否恢复公开"))
    answer = words(200, _("给留言人的答复"))


class Comments(ApiView):
    """What neighbours say about a wish."""

    permission_classes = (AllowAny,)
    pagination_class = KeysetPagination
    serializer_class = CommentSerializer
    queryset = Comment.objects.none()

    def get_permissions(self) -> Any:
        return [IsAuthenticated()] if self.request.method == "POST" else super().get_permissions()

    @extend_schema(operation_id="comments_list", summary=_("邻居们说"), tags=TAGS)
    def get(self, request: Request, pk: int) -> Response:
        """The newest first."""
        rows = self.paginate_queryset(shown_comments(self._wish(pk)))
        return self.get_paginated_response(self.get_serializer(rows, many=True).data)

    @extend_schema(
        operation_id="comments_write",
        summary=_("留言"),
        description=_("给社区确认过住址的居民，和这里的志愿者、工作人员。"),
        tags=TAGS,
        request=TextBody,
        responses={201: CommentSerializer},
    )
    @once
    def post(self, request: Request, pk: int) -> Response:
        """For verified people."""
        wish = self._wish(pk)
        comment = write_comment(actor=self.person, wish=wish, text=self.read_body(TextBody)["text"])
        return Response(CommentSerializer(comment).data, status=status.HTTP_201_CREATED)

    def _wish(self, pk: int) -> Wish:
        wish = get_object_or_404(Wish.objects.visible_to(self.request.user), pk=pk)
        if not is_open_to_all(wish):
            raise Http404
        return wish


class Waiting(ApiView):
    """Comments that wait for the staff of a place."""

    permission_classes = (IsAuthenticated,)
    pagination_class = KeysetPagination
    serializer_class = CommentSerializer
    queryset = Comment.objects.none()

    @extend_schema(operation_id="comments_waiting", summary=_("要看一看的留言"), tags=TAGS)
    def get(self, request: Request) -> Response:
        """Reported ones, and those whose author appeals."""
        if not holds_anywhere(self.person, HANDLER_ROLES):
            raise NotAllowed(_("只有社区和网格的工作人员处理留言。"))
        rows = self.paginate_queryset(waiting_for(self.person))
        return self.get_paginated_response(self.get_serializer(rows, many=True).data)


Take = Callable[..., object]


class CommentStep(ApiView):
    """Base of what can be done with a comment."""

    permission_classes = (IsAuthenticated,)
    serializer_class = CommentSerializer
    queryset = Comment.objects.none()
    body: ClassVar[type[serializers.Serializer[Any]]]
    take: ClassVar[Take]

    @once
    def post(self, request: Request, pk: int) -> Response:
        """Refused with 403 where it is not the caller's to take, 409 where it is too late for it."""
        comment = _visible(self.person, pk)
        type(self).take(actor=self.person, comment=comment, **self.read_body(self.body))
        return Response(CommentSerializer(Comment.objects.select_related("author").get(pk=pk)).data)


def _visible(person: User, pk: int) -> Comment:
    comment = Comment.objects.select_related("wish", "author", "appeal").filter(pk=pk).first()
    if comment is None or not may_see_comment(person, comment):
        raise Http404
    return comment


def _step(name: str, summary: str | Promise, body: type[serializers.Serializer[Any]], take: Take) -> type[CommentStep]:
    view = type(f"Comment{name.title()}", (CommentStep,), {"body": body, "take": staticmethod(take)})
    document = extend_schema(
        operation_id=f"comments_{name}", summary=summary, tags=TAGS, request=body, responses=CommentSerializer
    )
    documented: type[CommentStep] = extend_schema_view(post=document)(view)
    return documented


STEPS: Mapping[str, type[CommentStep]] = {
    name: _step(name, summary, body, take)
    for name, summary, body, take in (
        ("report", _("举报这条留言"), ReportBody, report_comment),
        ("hide", _("隐藏这条留言"), HideBody, hide_comment),
        ("keep", _("看过了，没有问题"), NoBody, keep_comment),
        ("appeal", _("申诉"), CommentAppealBody, appeal_comment),
        ("decide", _("复核申诉"), DecideBody, decide_appeal),
        ("remove", _("删掉这条留言"), NoBody, take_back_comment),
    )
}
