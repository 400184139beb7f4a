"""The slip of a wish for programs: the PDF that the page gives."""

from typing import Any

from django.http import Http404, HttpResponse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request

from portal.paper import pdf_response
from wishes.neighbours.policies import has_slip
from wishes.neighbours.views.sharing import A5, slip_of
from wishes.wishes.api.reading import TAGS, WishView


class SlipQuery(serializers.Serializer[Any]):
    """On which paper."""

    size = serializers.ChoiceField(choices=[("a4", "A4"), (A5, "A5")], required=False, help_text=_("纸张"))


class Slip(WishView):
    """The slip with number, what happens next and a code, naming nobody."""

    permission_classes = (IsAuthenticated,)
    query_serializer_class = SlipQuery

    @extend_schema(
        operation_id="wishes_slip",
        summary=_("回执（PDF）"),
        description=_("只给许愿人和代录的工作人员；别人和草稿回答 404。做不了 PDF 时回答 503。"),
        tags=TAGS,
        responses={(200, "application/pdf"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, pk: int) -> HttpResponse:
        """A4, or A5 with `size=a5`."""
        wish = self.visible(pk)
        if not has_slip(self.person, wish):
            raise Http404
        return pdf_response("wishes/neighbours/slip_paper.html", slip_of(request, wish), name=wish.number)
