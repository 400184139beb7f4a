"""What remains of a person's wishes when they leave (注销): numbers, states and dates, none of their words."""

from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.notifications.models import Notice
from portal.outbox.models import Event
from portal.outbox.services import erase_texts, record
from portal.photos.services import delete_photo
from wishes.wishes.domain import Action, ClaimState, End, SpecialGroup, State
from wishes.wishes.events import WishAutoConfirmed, WishWithdrawn
from wishes.wishes.models import (
    Appeal,
    Call,
    Claim,
    Handover,
    Question,
    Rating,
    Referral,
    Reopening,
    Verification,
    Wish,
    WishPhoto,
)
from wishes.wishes.services import steps
from wishes.wishes.services.claims import drop

SUBJECT = "wishes.wish"


def erase_person(*, user: User, words: tuple[str, ...], at: datetime) -> None:
    """Empties everything this person wrote or was reached by in wishes; runs in the transaction of the erasure.

    Open wishes are withdrawn and live claims given up first. `words` are the names and numbers that must not remain
    in what others wrote about these wishes either.
    """
    for wish in Wish.objects.filter(author=user).order_by("pk"):
        _close_for_good(wish, at)
    for claim in Claim.objects.filter(claimant=user, state=ClaimState.LIVE).order_by("pk"):
        _give_back(claim, at)
    photos = WishPhoto.objects.filter(photo__owner=user).select_related("photo")
    for shown in photos:
        picture = shown.photo
        shown.delete()
        delete_photo(photo=picture)
    theirs = Wish.objects.filter(author=user)
    touched = list(Wish.objects.filter(Q(author=user) | Q(claims__claimant=user)).values_list("pk", flat=True))
    _forget_notices(list(theirs.values_list("pk", flat=True)), touched, words)
    _empty_wishes(theirs)
    Claim.objects.filter(claimant=user).update(message="", note="")
    Claim.objects.filter(claimant=user).exclude(end_reason="").update(end_reason=_("（本人已注销）"))
    _erase_events(user, touched)
    _blot_out(Question.objects.filter(wish__in=touched), "text", words)
    _blot_out(Wish.objects.filter(pk__in=touched), "end_reason", words)
    Appeal.objects.filter(appellant=user).update(reason=_("（本人已注销）"))
    Call.objects.filter(callback__wish__author=user).update(note="")
    _blot_out(Appeal.objects.filter(wish__in=touched), "decision", words)
    _blot_out(Referral.objects.filter(wish__in=touched), "answer", words)
    for field in ("reason", "decision"):
        _blot_out(Handover.objects.filter(wish__in=touched), field, words)


def _close_for_good(wish: Wish, at: datetime) -> None:
    wish = steps.locked(wish)
    if wish.state == State.DRAFT and not wish.number:
        wish.photos.all().delete()
        wish.delete()
        return
    if wish.state == State.FULFILLED:
        steps.close(wish, action=Action.AUTO_CONFIRM, end=End.FULFILLED, reason="", at=at)
        record(WishAutoConfirmed(wish_id=wish.pk), subject=wish, at=at)
        steps.save(wish)
    elif wish.state != State.CLOSED:
        steps.close(wish, action=Action.WITHDRAW, end=End.WITHDRAWN, reason="", at=at)
        record(WishWithdrawn(wish_id=wish.pk, claimant_id=wish.claimant_id), subject=wish, at=at)
        steps.save(wish)


def _give_back(claim: Claim, at: datetime) -> None:
    wish = steps.locked(claim.wish)
    drop(wish, claim, reason=_("（本人已注销）"), actor=None, at=at)
    steps.save(wish)


def _empty_wishes(wishes: "QuerySet[Wish]") -> None:
    wishes.update(
        title=_("（已应本人要求删除）"),
        details="",
        place="",
        address="",
        contact_name="",
        contact_phone="",
        show_name=False,
        special_group=SpecialGroup.NONE,
        household="",
    )
    wishes.filter(end=End.WITHDRAWN).update(end_reason="")
    Verification.objects.filter(wish__in=wishes).update(note="", reason="")
    Question.objects.filter(wish__in=wishes).update(answer="")
    Rating.objects.filter(wish__in=wishes).update(comment="")
    Reopening.objects.filter(wish__in=wishes).update(reason="")


def _forget_notices(theirs: list[int], touched: list[int], words: tuple[str, ...]) -> None:
    """Others keep the notice that something happened, without the words of whoever left."""
    about = Notice.objects.filter(event__subject_type=SUBJECT)
    about.filter(event__subject_id__in=theirs).update(params={"title": _("（已应本人要求删除）")})
    for notice in about.filter(event__subject_id__in=touched).exclude(event__subject_id__in=theirs):
        cleaned = {name: _without(str(value), words) for name, value in notice.params.items()}
        if cleaned != notice.params:
            notice.params = cleaned
            notice.save(update_fields=["params"])


def _erase_events(user: User, touched: list[int]) -> None:
    """The free words this person gave, and those others gave about their wishes."""
    about = Event.objects.filter(subject_type=SUBJECT, subject_id__in=touched)
    erase_texts(about.filter(Q(actor=user) | Q(on_behalf_of=user)))
    erase_texts(about.filter(subject_id__in=Wish.objects.filter(author=user).values("pk")))


def _blot_out(rows: "QuerySet[Any]", field: str, words: tuple[str, ...]) -> None:
    for row in rows.exclude(**{field: ""}):
        cleaned = _without(getattr(row, field), words)
        if cleaned != getattr(row, field):
            type(row)._base_manager.filter(pk=row.pk).update(**{field: cleaned})


def _without(text: str, words: tuple[str, ...]) -> str:
    for word in sorted(words, key=len, reverse=True):
        text = text.replace(word, "＊＊")
    return text
