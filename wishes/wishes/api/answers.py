"""What programs are given: serializers with every field by name, and the detail of a wish as one viewer may read it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from portal.deadlines.words import Level, explain
from portal.photos.models import Photo, PhotoState
from wishes.wishes.claiming import tier_words, tiers_of
from wishes.wishes.domain import Action, ClaimState, End, Kind, PhotoRole, SpecialGroup, State, Urgency
from wishes.wishes.limits import auto_confirm_after
from wishes.wishes.models import Category, Wish
from wishes.wishes.policies import (
    ON_BEHALF_ACTIONS,
    Viewer,
    actions_for,
    can,
    is_author,
    is_claimant,
    is_handler,
    is_scribe,
    sees_private_notes,
    timeline_levels,
)
from wishes.wishes.services import contact_for
from wishes.wishes.services.steps import clock as clock_of_wish
from wishes.wishes.sources import came_by
from wishes.wishes.tiers import Tier
from wishes.wishes.views.calendars import reading_party
from wishes.wishes.views.cards import Card, cards_of
from wishes.wishes.views.helping import Helper, claims_of, helpers_of
from wishes.wishes.views.panels import along
from wishes.wishes.views.story import looks_of, steps_of


class GridNumberSerializer(serializers.Serializer[Any]):
    """How many wishes of a grid wait for somebody."""

    code = serializers.CharField(help_text=_("网格代码；没分到网格的记在社区名下"))
    name = serializers.CharField(help_text=_("名称"))
    open = serializers.IntegerField(help_text=_("等人认领的公开心愿"))


class WishMapSerializer(serializers.Serializer[Any]):
    """The numbers of the map."""

    place = serializers.CharField(help_text=_("地方的代码"))
    total = serializers.IntegerField(help_text=_("一共多少个"))
    grids = GridNumberSerializer(many=True)


class PlaceSerializer(serializers.Serializer[Any]):
    """A community or grid."""

    code = serializers.CharField()
    name = serializers.CharField()


class CategorySerializer(serializers.ModelSerializer[Category]):
    """A category wishes can hang on."""

    parent_code = serializers.CharField(
        source="parent.code", default=None, allow_null=True, help_text=_("上级类别的代码")
    )

    class Meta:
        model = Category
        fields = ["code", "name", "parent_code", "kind", "is_gift", "urgency", "hint", "emergency_advice"]
        read_only_fields = fields


class CategoryNameSerializer(serializers.Serializer[Any]):
    """A category in short."""

    code = serializers.CharField()
    name = serializers.CharField()


class DueSerializer(serializers.Serializer[Any]):
    """A time limit as lists show it."""

    at = serializers.DateTimeField(allow_null=True, help_text=_("到期；暂停时为 null"))
    level = serializers.ChoiceField(choices=[(level.value, level.value) for level in Level])
    words = serializers.CharField()


class WishCardSerializer(serializers.Serializer[Any]):
    """A wish in a list: only what everybody may read."""

    id = serializers.IntegerField(source="wish.pk")
    number = serializers.CharField(source="wish.number")
    title = serializers.CharField(source="wish.title")
    state = serializers.ChoiceField(choices=State.choices, source="wish.state")
    state_label = serializers.CharField(source="wish.get_state_display")
    end = serializers.ChoiceField(choices=End.choices, source="wish.end", allow_blank=True)
    kind = serializers.ChoiceField(choices=Kind.choices, source="wish.kind", allow_blank=True)
    category = CategoryNameSerializer(source="wish.category", allow_null=True)
    community = PlaceSerializer(source="wish.community", allow_null=True)
    territory = PlaceSerializer(source="wish.territory", allow_null=True)
    place = serializers.CharField(source="wish.place", help_text=_("大概位置"))
    author_name = serializers.CharField(source="wish.author_name", help_text=_("公开的称呼"))
    quantity = serializers.IntegerField(source="wish.quantity", allow_null=True)
    unit = serializers.CharField(source="wish.unit")
    claimed_quantity = serializers.IntegerField(source="wish.claimed_quantity", help_text=_("实物已经认领的数量"))
    sent_by = serializers.CharField(
        source="wish.source.name", default="", help_text=_("从哪里转来，例如热线；网页上许的为空")
    )
    submitted_at = serializers.DateTimeField(source="wish.submitted_at", allow_null=True)
    published_at = serializers.DateTimeField(source="wish.published_at", allow_null=True)
    closed_at = serializers.DateTimeField(source="wish.closed_at", allow_null=True)
    due = DueSerializer(allow_null=True, help_text=_("办理时限"))


class WorkCardSerializer(WishCardSerializer):
    """A wish in the work list: with what only the staff of the place read."""

    responsible = serializers.CharField(source="wish.responsible.legal_name", default="", help_text=_("责任人"))
    escalation = serializers.IntegerField(source="wish.escalation", help_text=_("0 未上报，1 网格，2 社区，3 街道"))
    waiting_since = serializers.DateTimeField(source="wish.waiting_since", allow_null=True)
    came_by = serializers.SerializerMethodField(help_text=_("来源：网上、代录，或者转来它的单位"))

    def get_came_by(self, card: Any) -> str:
        """Words for the staff."""
        return came_by(card["wish"] if isinstance(card, dict) else card.wish)


class PhotoSerializer(serializers.ModelSerializer[Photo]):
    """A photo and the addresses of its sizes, which ask for the same login."""

    large = serializers.CharField(source="large_url")
    medium = serializers.CharField(source="medium_url")
    thumb = serializers.CharField(source="thumb_url")
    refusal = serializers.CharField(source="get_refusal_display", help_text=_("用不了的原因"))

    class Meta:
        model = Photo
        fields = ["id", "state", "refusal", "width", "height", "large", "medium", "thumb"]
        read_only_fields = fields


class StepSerializer(serializers.Serializer[Any]):
    """One line of the timeline."""

    state = serializers.ChoiceField(choices=[("done", "done"), ("now", "now"), ("next", "next")])
    words = serializers.CharField()
    at = serializers.DateTimeField(allow_null=True)
    note = serializers.CharField()
    text = serializers.CharField()
    late = serializers.BooleanField(help_text=_("这时已经超时"))
    about = serializers.CharField(help_text=_("这一行说的是什么：空着是心愿本身，incident 是和它同一件事的事件"))


class ActionSerializer(serializers.Serializer[Any]):
    """A step the caller may take now."""

    action = serializers.ChoiceField(choices=Action.choices)
    words = serializers.CharField()


class ContactSerializer(serializers.Serializer[Any]):
    """How to reach the resident."""

    name = serializers.CharField()
    phone = serializers.CharField()
    address = serializers.CharField()
    masked = serializers.BooleanField(help_text=_("true 表示打了星号"))


class ClaimSerializer(serializers.Serializer[Any]):
    """Who helps."""

    id = serializers.IntegerField(source="claim.pk")
    name = serializers.CharField(source="claim.public_name", help_text=_("本人的公开称呼，或者组织、单位的名称"))
    body = serializers.IntegerField(source="claim.body_id", allow_null=True, help_text=_("以哪个组织或单位的名义"))
    assigned = serializers.BooleanField(source="claim.assigned", help_text=_("没人认领，由党组织负责"))
    quantity = serializers.IntegerField(source="claim.quantity", allow_null=True, help_text=_("实物的一份是多少"))
    state = serializers.ChoiceField(choices=ClaimState.choices, source="claim.state")
    mine = serializers.BooleanField(help_text=_("是不是您自己的"))
    claimed_at = serializers.DateTimeField(source="claim.claimed_at")
    note = serializers.CharField(source="claim.note")
    message = serializers.CharField(help_text=_("只给许愿人、认领人和工作人员"))


class TierSerializer(serializers.Serializer[Any]):
    """Who may claim, and from when on."""

    tier = serializers.ChoiceField(choices=Tier.choices)
    words = serializers.CharField()
    opens_at = serializers.DateTimeField()
    is_open = serializers.BooleanField()


class RatingSerializer(serializers.Serializer[Any]):
    """What the resident said of it."""

    speed = serializers.IntegerField()
    attitude = serializers.IntegerField()
    result = serializers.IntegerField()
    comment = serializers.CharField()


class QuestionSerializer(serializers.Serializer[Any]):
    """A question to the resident."""

    text = serializers.CharField()
    asked_at = serializers.DateTimeField()
    answer = serializers.CharField()
    answered_at = serializers.DateTimeField(allow_null=True)


class LookSerializer(serializers.Serializer[Any]):
    """Who looked at the contact."""

    at = serializers.DateTimeField()
    name = serializers.CharField()
    reason = serializers.CharField()


class VerificationSerializer(serializers.Serializer[Any]):
    """What was found on the spot."""

    at = serializers.DateTimeField(source="verified_at")
    name = serializers.CharField(source="verified_by.public_name")
    passed = serializers.BooleanField()
    note = serializers.CharField()


class ReferralSerializer(serializers.Serializer[Any]):
    """The body a wish was referred to, and what it answered."""

    body = serializers.CharField(source="body.name")
    due_at = serializers.DateTimeField(help_text=_("请对方最晚什么时候答复"))
    answer = serializers.CharField()
    answered_at = serializers.DateTimeField(allow_null=True)


class WishDetailSerializer(WishCardSerializer):
    """A wish with its way, its people, and what the caller may do."""

    details = serializers.CharField()
    estimated_value = serializers.IntegerField(allow_null=True, help_text=_("礼物大概值多少元"))
    urgency = serializers.ChoiceField(choices=Urgency.choices, allow_blank=True)
    end_reason = serializers.CharField()
    referred_to = serializers.CharField()
    duplicate_of = serializers.CharField(help_text=_("相同心愿的编号"))
    reopen_count = serializers.IntegerField()
    version = serializers.IntegerField()
    mine = serializers.BooleanField()
    special_group = serializers.ChoiceField(
        choices=SpecialGroup.choices, allow_null=True, help_text=_("只给本人和工作人员；别人得到 null")
    )
    photos = PhotoSerializer(many=True)
    done_photos = PhotoSerializer(many=True)
    timeline = StepSerializer(many=True)
    clock = serializers.ListField(child=serializers.CharField(), help_text=_("时限的来龙去脉"))
    claim = ClaimSerializer(allow_null=True, help_text=_("最近的一份认领"))
    claims = ClaimSerializer(many=True, help_text=_("谁在帮、谁帮过；实物可以有好几份"))
    tiers = TierSerializer(many=True, help_text=_("谁从何时起可以认领；等人认领时才有"))
    tier_words = serializers.ListField(child=serializers.CharField(), help_text=_("同上，用话说"))
    why_not_claim = serializers.CharField(help_text=_("您为什么现在不能认领；能认领时为空"))
    enough_at = serializers.DateTimeField(allow_null=True, help_text=_("从何时起差的部分不再找人认领"))
    rating = RatingSerializer(allow_null=True)
    questions = QuestionSerializer(many=True)
    looks = LookSerializer(many=True, help_text=_("谁看过联系方式；只给本人和工作人员"))
    verifications = VerificationSerializer(many=True, help_text=_("只给工作人员"))
    referral = ReferralSerializer(allow_null=True, help_text=_("转请的单位和答复，公开"))
    contact = ContactSerializer(allow_null=True)
    actions = ActionSerializer(many=True)
    on_behalf_actions = ActionSerializer(many=True, help_text=_("可以替本人办的"))


class HandlerSerializer(serializers.Serializer[Any]):
    """A colleague a wish can be handed to."""

    id = serializers.IntegerField()
    words = serializers.CharField()


class UploadSerializer(PhotoSerializer):
    """A photo just sent; it is looked at and cleaned within seconds."""

    state = serializers.ChoiceField(choices=PhotoState.choices)


def shown(card: Card) -> Mapping[str, Any]:
    """A card of a list, for `WishCardSerializer`."""
    return {"wish": card.wish, "due": _due(card)}


def detail_of(wish: Wish, viewer: Viewer, *, now: datetime) -> Mapping[str, Any]:
    """Everything this viewer may read of a wish they see, for `WishDetailSerializer`."""
    author, handler = is_author(viewer, wish), is_handler(viewer, wish)
    party = author or handler or is_scribe(viewer, wish)
    events, others = along.events_of(viewer, wish, timeline_levels(viewer, wish))
    clock = clock_of_wish(wish)
    days = auto_confirm_after(wish.territory).days if wish.state == State.FULFILLED and wish.territory else 0
    card = cards_of([wish], now=now)[0]
    photos = list(wish.photos.select_related("photo")) if wish.__dict__["has_photos"] else []
    photos = [each for each in photos if not each.photo.is_refused]
    possible = actions_for(viewer, wish)
    private = party or is_claimant(viewer, wish) or (viewer.pk is not None and viewer.pk == wish.entered_by_id)
    # What was never told of needs no query.
    told = {event.type for event in events}
    claims = claims_of(wish) if told & {"wishes.wish.claimed", "wishes.wish.assigned"} else []
    helpers = [_helper(each, viewer) for each in helpers_of(claims, photos, viewer, reads_messages=party)]
    return {
        "wish": wish,
        "due": _due(card),
        **{name: getattr(wish, name) for name in PLAIN},
        "duplicate_of": wish.duplicate_of.number if wish.duplicate_of else "",
        "mine": author,
        "special_group": wish.special_group if party else None,
        "photos": [each.photo for each in photos if each.role == PhotoRole.REQUEST],
        "done_photos": [each.photo for each in photos if each.role == PhotoRole.FULFILMENT],
        "timeline": [
            {
                "state": step.state,
                "words": step.label,
                "at": step.when or None,
                "note": step.note,
                "text": step.text,
                "late": step.late,
                "about": step.about,
            }
            for step in others.among(steps_of(wish, events, clock, now=now, days=days, claims=claims))
        ],
        "clock": explain(clock, now) if clock else [],
        **_tiers(wish, viewer, possible, now),
        "claim": helpers[-1] if helpers else None,
        "claims": helpers,
        "rating": wish.__dict__["last_rating"],
        "questions": list(wish.questions.exclude(answer="", answered_at__isnull=False)) if private else [],
        "looks": [
            {"at": look.occurred_at, "name": look.actor.public_name if look.actor else "", "reason": look.text}
            for look in (looks_of(events) if author or handler else [])
        ],
        "verifications": list(wish.verifications.select_related("verified_by"))
        if told & {"wishes.wish.verified", "wishes.wish.returned"} and sees_private_notes(viewer, wish)
        else [],
        "contact": contact_for(viewer=viewer, wish=wish) if party or can(viewer, Action.REVEAL, wish) else None,
        "referral": wish.referrals.select_related("body").last() if wish.end == End.NOT_OURS else None,
        "actions": [_named(action) for action in possible],
        "on_behalf_actions": [
            _named(action)
            for action in (Action if handler else ())
            if action in ON_BEHALF_ACTIONS
            and action not in possible
            and can(viewer, action, wish, on_behalf_of=wish.author)
        ],
    }


PLAIN = ("details", "estimated_value", "urgency", "end_reason", "referred_to", "reopen_count", "version", "enough_at")


def _due(card: Card) -> dict[str, Any] | None:
    if card.due is None:
        return None
    return {"at": card.wish.due_at, "level": card.due.level, "words": card.due.words}


def _named(action: Action) -> dict[str, Any]:
    return {"action": action.value, "words": action.label}


def _tiers(wish: Wish, viewer: Viewer, possible: list[Action], now: datetime) -> dict[str, Any]:
    """Who may claim when, as long as somebody may."""
    tiers = tiers_of(wish) if wish.state == State.PUBLISHED else None
    if tiers is None:
        return {"tiers": [], "tier_words": [], "why_not_claim": ""}
    rows = [
        {"tier": tier, "words": tier.label, "opens_at": tiers.opens_at(tier), "is_open": tiers.is_open(tier, now)}
        for tier in Tier
    ]
    party = reading_party(wish.path)
    why_not = "" if Action.CLAIM in possible else str(can(viewer, Action.CLAIM, wish).reason)
    return {"tiers": rows, "tier_words": tier_words(wish, now=now, party=party), "why_not_claim": why_not}


def _helper(helper: Helper, viewer: Viewer) -> dict[str, Any]:
    mine = viewer.pk is not None and viewer.pk == helper.claim.claimant_id
    return {"claim": helper.claim, "mine": mine, "message": helper.message}
