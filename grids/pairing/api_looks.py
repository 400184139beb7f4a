"""What only a look shows that is written down: a household's special care, and a member's half-year for the unit."""

from typing import Any

from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from grids.members.models import PartyMember
from grids.pairing import services
from grids.pairing.domain import Care
from grids.pairing.feedback import give_feedback
from grids.pairing.feedback_papers import ask_feedbacks, half_named
from grids.pairing.models import Household
from grids.pairing.policies import handles
from grids.pairing.scope import handled_place
from grids.territory.api import TAGS
from portal.api.base import ApiView
from portal.api.idempotency import once
from portal.jobs.api import JobSerializer


class CareLookBody(serializers.Serializer[Any]):
    """Why somebody looks."""

    reason = serializers.CharField(max_length=200)


class CareBody(serializers.Serializer[Any]):
    """Special care, or none."""

    care = serializers.ChoiceField(choices=Care.choices, allow_blank=True)


class LookView(ApiView):
    """Base: for who handles the place; to others there is nothing."""

    permission_classes = (IsAuthenticated,)
    queryset = Household.objects.none()


class FigureSerializer(serializers.Serializer[Any]):
    """One more line, in words."""

    key = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    value = serializers.CharField()


class FeedbackSerializer(serializers.Serializer[Any]):
    """A member's half-year in the community."""

    since = serializers.DateField()
    until = serializers.DateField()
    households = serializers.IntegerField()
    new_households = serializers.IntegerField()
    members = serializers.IntegerField()
    figures = FigureSerializer(many=True)


class HalfBody(serializers.Serializer[Any]):
    """Which half of a year."""

    half = serializers.ChoiceField(choices=["last", "this"], default="last")


class FeedbackToUnit(LookView):
    """What the community tells a member's unit."""

    repeats_on_purpose = "Each look is written down, and nothing of it is kept to be given again."
    serializer_class = FeedbackSerializer

    @extend_schema(operation_id="pairing_feedback", summary=_("给单位的半年反馈"), tags=TAGS, request=HalfBody)
    def post(self, request: Request, pk: int) -> Response:
        """Counted from the pairings; a look that is written down."""
        rows = PartyMember.objects.confirmed().select_related("organisation__territory")
        member = rows.filter(pk=pk).first()
        if member is None or not handles(self.person, member.organisation.territory):
            raise Http404
        today = timezone.localdate()
        half = half_named(self.read_body(HalfBody)["half"], today)
        return Response(self.get_serializer(give_feedback(actor=self.person, member=member, half=half)).data)


class AllFeedbackBody(HalfBody):
    """Of which community."""

    place = serializers.CharField(max_length=18)


class FeedbacksToUnits(LookView):
    """The papers of all members of a community."""

    serializer_class = JobSerializer

    @extend_schema(
        operation_id="pairing_feedbacks",
        summary=_("做全社区给单位的半年反馈"),
        tags=TAGS,
        request=AllFeedbackBody,
        responses={202: JobSerializer},
    )
    @once
    def post(self, request: Request) -> Response:
        """Made in the background; each paper is a look that is written down."""
        body = self.read_body(AllFeedbackBody)
        place = handled_place(self.person, body["place"])
        job = ask_feedbacks(actor=self.person, place=place, half=body["half"])
        return Response(self.get_serializer(job).data, status=status.HTTP_202_ACCEPTED)


class CareView(LookView):
    """Views of the special care of a household, for who handles matters there."""

    serializer_class = CareBody

    def household(self, pk: int) -> Household:
        """The household. Raises Http404 for who does not handle there."""
        found = Household.objects.select_related("building").filter(pk=pk).first()
        if found is None or not handles(self.person, found.building):
            raise Http404
        return found


class RevealCare(CareView):
    """A look, written down."""

    repeats_on_purpose = "Each look is written down, and nothing of it is kept to be given again."

    @extend_schema(
        operation_id="pairing_care_reveal",
        summary=_("查看特殊关照"),
        tags=TAGS,
        request=CareLookBody,
        responses=CareBody,
    )
    def post(self, request: Request, pk: int) -> Response:
        """Once, with a reason that is written down."""
        household = self.household(pk)
        reason = self.read_body(CareLookBody)["reason"]
        return Response({"care": services.reveal_care(actor=self.person, household=household, reason=reason)})


class SetCare(CareView):
    """What care the household needs."""

    @extend_schema(
        operation_id="pairing_care_set", summary=_("修改特殊关照"), tags=TAGS, request=CareBody, responses={204: None}
    )
    @once
    def post(self, request: Request, pk: int) -> Response:
        """One kind of care, or none."""
        household = self.household(pk)
        services.set_care(actor=self.person, household=household, care=self.read_body(CareBody)["care"])
        return Response(status=status.HTTP_204_NO_CONTENT)
