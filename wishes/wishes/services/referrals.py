"""Another body's answer to a wish that was referred to it (转请别处办理), public on the wish."""

import secrets
from datetime import datetime, timedelta

from django.core import signing
from django.db import transaction
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.errors import Conflict, NotAllowed
from portal.outbox.services import record
from wishes.wishes.domain import ReferralState
from wishes.wishes.handling.events import ReferralAnswered, ReferralReminded
from wishes.wishes.limits import REFERRAL_LIMIT, REFERRAL_LINK_DAYS, count_of, due_after
from wishes.wishes.models import OutsideBody, Referral, Wish
from wishes.wishes.policies import is_handler
from wishes.wishes.services import steps

SALT = "wishes.referral"


def refer(wish: Wish, body: OutsideBody, *, actor: User, at: datetime) -> Referral:
    """Notes that the body was asked, in the transaction that closes the wish."""
    assert wish.territory is not None
    due = due_after(REFERRAL_LIMIT, wish.territory, at)
    return Referral.objects.create(
        wish=wish,
        body=body,
        referred_by=actor,
        key=secrets.token_urlsafe(24),
        opened_at=at,
        due_at=due,
        remind_at=due,
        link_expires_at=at + timedelta(days=count_of(REFERRAL_LINK_DAYS, wish.territory, 60)),
    )


def link_token(referral: Referral) -> str:
    """What stands in the link by which the body answers; it is signed, so that none can be guessed."""
    return signing.dumps({"r": referral.pk, "k": referral.key}, salt=SALT)


def referral_of(token: str) -> Referral | None:
    """The referral a link belongs to; None for a link that is none of ours."""
    try:
        named = signing.loads(token, salt=SALT)
        pk, key = int(named["r"]), str(named["k"])
    except (signing.BadSignature, KeyError, TypeError, ValueError):
        return None
    related = ("wish", "wish__category", "wish__territory", "wish__community", "body")
    found: Referral | None = Referral.objects.select_related(*related).filter(pk=pk, key=key).first()
    return found


@transaction.atomic
def answer_by_link(*, referral: Referral, answer: str, at: datetime | None = None) -> Referral:
    """The body answers by its link. Raises `Invalid` (field "answer"), `Conflict` once answered or expired."""
    now = steps.moment(at)
    if now > referral.link_expires_at:
        raise Conflict(_("这个链接已经过期，请和社区联系。"), code="link_expired")
    return _answer(referral, answer, actor=None, at=now)


@transaction.atomic
def record_answer(*, actor: User, wish: Wish, answer: str, at: datetime | None = None) -> Referral:
    """Staff of the place write down what the body said. Raises `Invalid` (field "answer"), `NotAllowed`, `Conflict`."""
    waiting = waiting_referral(actor, wish)
    return _answer(waiting, answer, actor=actor, at=steps.moment(at))


@transaction.atomic
def remind_of_referral(*, referral: Referral, at: datetime | None = None) -> bool:
    """Who referred the wish hears that no answer has come, every few days. False where it is not due."""
    now = steps.moment(at)
    found = Referral.objects.select_for_update(of=("self",)).select_related("wish").get(pk=referral.pk)
    if found.remind_at is None or found.remind_at > now:
        return False
    found.reminders += 1
    found.remind_at = now + timedelta(days=3)
    found.save(update_fields=["reminders", "remind_at"])
    record(ReferralReminded(wish_id=found.wish_id, referral_id=found.pk), subject=found.wish, at=now)
    return True


def waiting_referral(actor: User, wish: Wish) -> Referral:
    """The referral whose answer staff of the place may write down. Raises `NotAllowed`, `Conflict`."""
    if not is_handler(actor, wish):
        raise NotAllowed(_("只有负责这里的工作人员可以这样做。"))
    found = Referral.objects.select_related("body").filter(wish=wish, state=ReferralState.WAITING).first()
    if found is None:
        raise Conflict(_("没有在等答复的转请。"), code="no_referral")
    return found


def _answer(referral: Referral, answer: str, *, actor: User | None, at: datetime) -> Referral:
    answer = steps.required(answer, field="answer", message=_("请写下答复，大家会看到。"), longest=1000)
    found = Referral.objects.select_for_update(of=("self",)).select_related("wish").get(pk=referral.pk)
    if found.state != ReferralState.WAITING:
        raise Conflict(_("已经答复过了，谢谢。"), code="answered")
    found.state, found.answer, found.answered_at = ReferralState.ANSWERED, answer, at
    found.recorded_by, found.remind_at = actor, None
    found.save()
    event = ReferralAnswered(wish_id=found.wish_id, referral_id=found.pk, body_id=found.body_id)
    record(event, subject=found.wish, actor=actor, text=answer, at=at)
    return found
