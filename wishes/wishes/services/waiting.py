"""Waiting for the resident, and longer limits with a reason (docs/domain.md §2, "Urgency and limits")."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from portal.accounts.models import User
from portal.deadlines.domain import Limit
from portal.deadlines.words import limit_words
from portal.errors import Conflict, Invalid
from portal.outbox.services import record
from wishes.wishes.domain import Action
from wishes.wishes.events import ResidentAnswered, ResidentAsked, WishExtended
from wishes.wishes.limits import extension_rule
from wishes.wishes.models import Extension, Question, Wish
from wishes.wishes.policies import require
from wishes.wishes.services import steps


@transaction.atomic
def pause_for_resident(*, actor: User, wish: Wish, question: str, at: datetime | None = None) -> Question:
    """Asks the resident something; the clock rests until the answer.

    Raises `Invalid` (field "question"), `NotAllowed`, `Conflict` while another question waits.
    """
    now = steps.moment(at)
    wish = steps.locked(wish)
    require(actor, Action.ASK, wish, at=now)
    text = steps.required(question, field="question", message=_("请写下想问居民什么。"))
    asked = Question.objects.create(wish=wish, asked_by=actor, text=text, asked_at=now)
    wish.waiting_since = now
    steps.pause(wish, reason=gettext_noop("等居民回答"), actor=actor, at=now)
    steps.responded(wish, now)
    record(ResidentAsked(wish_id=wish.pk, question_id=asked.pk), subject=wish, actor=actor, at=now)
    steps.save(wish)
    return asked


@transaction.atomic
def answer_question(
    *, actor: User, question: Question, answer: str, on_behalf_of: User | None = None, at: datetime | None = None
) -> Wish:
    """The resident answers and the clock runs on. Raises `Invalid` (field "answer"), `NotAllowed`, `Conflict`."""
    now = steps.moment(at)
    wish = steps.locked(question.wish)
    require(actor, Action.ANSWER, wish, on_behalf_of=on_behalf_of, at=now)
    waiting = wish.questions.filter(pk=question.pk, answered_at=None).first()
    if waiting is None:
        raise Conflict(_("这个问题已经回答过了。"), code="answered")
    waiting.answer = steps.required(answer, field="answer", message=_("请写下您的回答。"), longest=1000)
    waiting.answered_at = now
    waiting.save()
    wish.waiting_since = None
    steps.resume(wish, at=now)
    event = ResidentAnswered(wish_id=wish.pk, question_id=waiting.pk)
    record(event, subject=wish, actor=actor, on_behalf_of=on_behalf_of, at=now)
    return steps.save(wish)


@transaction.atomic
def extend_wish(*, actor: User, wish: Wish, by: str, reason: str, at: datetime | None = None) -> Wish:
    """Gives more time: `by` is a limit code ("24h", "3d"); the reason is told to the resident.

    Raises `Invalid` (field "by" or "reason"), `NotAllowed`, `Conflict` while we wait for the resident, or where the
    limit was extended as often as the place allows.
    """
    now = steps.moment(at)
    wish = steps.locked(wish)
    require(actor, Action.EXTEND, wish, at=now)
    reason = steps.required(reason, field="reason", message=_("请写明为什么要延长，居民会看到。"), longest=200)
    try:
        limit = Limit.parse(by)
    except ValueError as error:
        raise Invalid(_("请选要延长多久。"), code="limit", field="by") from error
    _check_extension(wish, limit)
    before = wish.due_at
    steps.extend(wish, by=limit, reason=reason, actor=actor, at=now)
    extension = Extension.objects.create(
        wish=wish,
        extended_by=actor,
        limit=str(limit),
        reason=reason,
        due_before=before,
        due_after=wish.due_at,
        extended_at=now,
    )
    steps.responded(wish, now)
    event = WishExtended(wish_id=wish.pk, extension_id=extension.pk, due_before=before, due_after=wish.due_at)
    record(event, subject=wish, actor=actor, text=reason, at=now)
    return steps.save(wish)


def _check_extension(wish: Wish, by: Limit) -> None:
    rule = extension_rule(wish.territory)
    if not rule.allows(by):
        words = _("一次最多延长{longest}。").format(longest=limit_words(rule.longest))
        raise Invalid(words, code="too_long", field="by")
