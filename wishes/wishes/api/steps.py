"""Steps of a wish for programs: each is a POST that makes one service call and answers with the wish as it is then."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer

from grids.bodies.queries import acting_for
from portal.accounts.models import User
from portal.api.idempotency import once
from portal.errors import Conflict, Invalid
from portal.photos.models import Photo
from wishes.wishes import services
from wishes.wishes.api import bodies
from wishes.wishes.api.answers import ContactSerializer, WishDetailSerializer
from wishes.wishes.api.reading import TAGS, WishView
from wishes.wishes.domain import Action, Stars
from wishes.wishes.forms.steps import outside_bodies
from wishes.wishes.models import Wish
from wishes.wishes.photos import PHOTO_PURPOSE
from wishes.wishes.services.claims import claim_for

Data = dict[str, Any]
Take = Callable[[User, Wish, Data], object]


class StepView(WishView):
    """Base of the steps."""

    permission_classes = (IsAuthenticated,)
    serializer_class = WishDetailSerializer
    body: ClassVar[type[Serializer[Any]]]
    take: ClassVar[Take]

    @once
    def post(self, request: Request, pk: int) -> Response:
        """Take the step. Refused with 403 where it is not the caller's to take, 409 where it is too late for it."""
        wish = self.visible(pk)
        type(self).take(self.person, wish, self.read_body(self.body))
        return self.detail(pk)


def step(name: str, action: Action, body: type[Serializer[Any]], take: Take) -> type[StepView]:
    """The view of one step, documented."""
    view = type(f"{action.name.title().replace('_', '')}Step", (StepView,), {"body": body, "take": staticmethod(take)})
    document = extend_schema(
        operation_id=f"wishes_{name.replace('-', '_')}",
        summary=action.label,
        description=gettext_lazy("不该您办的回答 403，已经不能办的回答 409。办好后回答心愿现在的样子。"),
        tags=TAGS,
        request=body,
        responses=WishDetailSerializer,
    )
    documented: type[StepView] = extend_schema_view(post=document)(view)
    return documented


def _plain(service: Callable[..., object]) -> Take:
    """A service whose keywords are the fields of the body."""
    return lambda actor, wish, data: service(actor=actor, wish=wish, **data)


def _for_author(service: Callable[..., object]) -> Take:
    """The same, where staff of the place may act for the author."""

    def take(actor: User, wish: Wish, data: Data) -> object:
        return service(actor=actor, wish=wish, on_behalf_of=_principal(wish, data), **data)

    return take


def _principal(wish: Wish, data: Data) -> User | None:
    """The author, where the caller says to act for them; taken out of the data."""
    return wish.author if data.pop("on_behalf", False) else None


def _claim(actor: User, wish: Wish, data: Data) -> object:
    body = None
    if (chosen := data.pop("body")) is not None:
        body = next((one for one in acting_for(actor) if one.pk == chosen), None)
        if body is None:
            raise Invalid(_("您不是这个组织或单位的经办人。"), code="unknown_body", field="body")
    return services.claim_wish(actor=actor, wish=wish, body=body, **data)


def _give_up(actor: User, wish: Wish, data: Data) -> object:
    claim = claim_for(actor, wish, data.pop("claim", None))
    return services.give_up_claim(actor=actor, claim=claim, **data)


def _fulfil(actor: User, wish: Wish, data: Data) -> object:
    photos = own_photos(actor, data["photos"])
    return services.fulfil_claim(actor=actor, wish=wish, claim=data["claim"], note=data["note"], photos=photos)


def _confirm(actor: User, wish: Wish, data: Data) -> object:
    author = _principal(wish, data)
    stars = Stars(speed=data["speed"], attitude=data["attitude"], result=data["result"])
    return services.confirm_wish(actor=actor, wish=wish, stars=stars, comment=data["comment"], on_behalf_of=author)


def _answer(actor: User, wish: Wish, data: Data) -> object:
    author = _principal(wish, data)
    question = wish.questions.filter(answered_at=None).first()
    if question is None:
        raise Conflict(_("这个问题已经回答过了。"), code="answered")
    return services.answer_question(actor=actor, question=question, answer=data["answer"], on_behalf_of=author)


def _duplicate(actor: User, wish: Wish, data: Data) -> object:
    other = Wish.objects.visible_to(actor).exclude(number="").filter(number=data["of"]).first()
    if other is None:
        words = _("没有找到编号 {number} 的心愿，请核对一下。").format(number=data["of"])
        raise Invalid(words, code="unknown_wish", field="of")
    return services.close_duplicate(actor=actor, wish=wish, of=other, reason=data["reason"])


def _not_ours(actor: User, wish: Wish, data: Data) -> object:
    given = data.pop("body", None)
    body = outside_bodies(wish).filter(pk=given).first() if given is not None else None
    if given is not None and body is None:
        raise Invalid(_("没有登记过这个单位。"), code="unknown_body", field="body")
    return services.close_not_ours(actor=actor, wish=wish, body=body, **data)


def _appeal(actor: User, wish: Wish, data: Data) -> object:
    author = _principal(wish, data)
    return services.open_appeal(actor=actor, subject=wish, on_behalf_of=author, **data)


def _naming(service: Callable[..., object]) -> Take:
    """A service that may be told of a colleague, `to`."""

    def take(actor: User, wish: Wish, data: Data) -> object:
        given = data.pop("to", None)
        to = User.objects.filter(pk=given, is_active=True).first() if given is not None else None
        if given is not None and to is None:
            raise Invalid(_("这位同志不负责这里，请另选一位。"), code="wrong_person", field="to")
        return service(actor=actor, wish=wish, to=to, **data)

    return take


def own_photos(actor: User, ids: list[UUID]) -> list[Photo]:
    """Photos the actor has sent and not used yet, in the order given. Raises Invalid (field "photos")."""
    free = Photo.objects.filter(owner=actor, purpose=PHOTO_PURPOSE, wish_photo=None).in_bulk(ids)
    if missing := [str(one) for one in ids if one not in free]:
        words = _("没有这张照片，或者已经用过了：{ids}").format(ids=", ".join(missing))
        raise Invalid(words, code="unknown_photo", field="photos")
    return [free[one] for one in dict.fromkeys(ids)]


STEPS: Mapping[str, type[StepView]] = {
    name: step(name, action, body, take)
    for name, action, body, take in (
        ("edit", Action.EDIT, bodies.EditBody, _for_author(services.edit_wish)),
        ("claim", Action.CLAIM, bodies.ClaimBody, _claim),
        ("give-up", Action.GIVE_UP, bodies.GiveUpBody, _give_up),
        ("fulfil", Action.FULFIL, bodies.FulfilBody, _fulfil),
        ("enough", Action.ENOUGH, bodies.EnoughBody, _plain(services.declare_enough)),
        ("confirm", Action.CONFIRM, bodies.ConfirmBody, _confirm),
        ("reopen", Action.REOPEN, bodies.ReopenBody, _for_author(services.reopen_wish)),
        ("withdraw", Action.WITHDRAW, bodies.WithdrawBody, _for_author(services.withdraw_wish)),
        ("verify", Action.VERIFY, bodies.VerifyBody, _plain(services.verify_wish)),
        (
            "reject-verification",
            Action.REJECT_VERIFICATION,
            bodies.RejectBody,
            _plain(services.reject_verification),
        ),
        ("publish", Action.PUBLISH, bodies.NoBody, _plain(services.publish_wish)),
        ("decline", Action.DECLINE, bodies.ReasonBody, _plain(services.decline_wish)),
        (
            "cannot-be-done",
            Action.CLOSE_CANNOT_BE_DONE,
            bodies.ReasonBody,
            _plain(services.close_cannot_be_done),
        ),
        ("not-ours", Action.CLOSE_NOT_OURS, bodies.NotOursBody, _not_ours),
        ("appeal", Action.APPEAL, bodies.AppealBody, _appeal),
        ("duplicate", Action.CLOSE_DUPLICATE, bodies.DuplicateBody, _duplicate),
        ("question", Action.ASK, bodies.QuestionBody, _plain(services.pause_for_resident)),
        ("answer", Action.ANSWER, bodies.AnswerBody, _answer),
        ("extend", Action.EXTEND, bodies.ExtendBody, _plain(services.extend_wish)),
        ("transfer", Action.TRANSFER, bodies.TransferBody, _naming(services.transfer_wish)),
        ("object", Action.OBJECT, bodies.ObjectBody, _naming(services.object_to_dispatch)),
        ("accept-handover", Action.ACCEPT_HANDOVER, bodies.NoBody, _plain(services.accept_handover)),
        ("refuse-handover", Action.REFUSE_HANDOVER, bodies.ReasonBody, _plain(services.refuse_handover)),
        ("withdraw-handover", Action.WITHDRAW_HANDOVER, bodies.NoBody, _plain(services.withdraw_handover)),
        (
            "decide-objection",
            Action.DECIDE_OBJECTION,
            bodies.DecideObjectionBody,
            _naming(services.decide_objection),
        ),
    )
}


class RevealContact(WishView):
    """The contact of the resident, for a reason. Every look is written down and shown to the resident."""

    permission_classes = (IsAuthenticated,)
    serializer_class = ContactSerializer
    throttle_scope = "reveal"
    repeats_on_purpose = "Each look is written down, and nothing of it is kept to be given again."

    @extend_schema(
        operation_id="wishes_reveal_contact",
        summary=Action.REVEAL.label,
        description=gettext_lazy("只给正在帮忙的人和这里的工作人员；每看一次都会记下来，许愿人看得到。"),
        tags=TAGS,
        request=bodies.RevealBody,
        responses=ContactSerializer,
    )
    def post(self, request: Request, pk: int) -> Response:
        """Name, phone and address, unmasked, for the live claimant and the staff of the place."""
        wish = self.visible(pk)
        reason = self.read_body(bodies.RevealBody)["reason"]
        contact = services.reveal_contact(actor=self.person, wish=wish, reason=reason)
        return Response(self.get_serializer(contact).data)
