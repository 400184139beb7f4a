"""Appeals (申诉): a decision about somebody's words is looked at once more, by somebody else (docs/domain.md §7)."""

from datetime import datetime, timedelta

from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.accounts.models import User
from portal.errors import Conflict, NotAllowed
from portal.outbox.models import Event
from portal.outbox.registry import key_of
from portal.outbox.services import record
from wishes.wishes.domain import Action, AppealState, End, State, state_after_appeal
from wishes.wishes.events import WishDeclined
from wishes.wishes.handling.appeals import (
    AppealKind,
    Contested,
    kind_of,
    may_decide_appeal,
    register_appeal_kind,
    subject_of,
    subject_type_of,
)
from wishes.wishes.handling.events import AppealDismissed, AppealOpened, AppealReminded, AppealUpheld
from wishes.wishes.limits import APPEAL_DAYS, APPEAL_LIMIT, count_of, due_after, needs_verification
from wishes.wishes.models import Appeal, Wish
from wishes.wishes.policies import is_handler
from wishes.wishes.services import steps


@transaction.atomic
def open_appeal(
    *, actor: User, subject: models.Model, reason: str, on_behalf_of: User | None = None, at: datetime | None = None
) -> Appeal:
    """Whoever's words were decided about appeals, once, within the days the place allows.

    A cadre of the place other than who decided may do it for them. Raises `Invalid` (field "reason"), `NotAllowed`,
    `Conflict` where nothing stands to be appealed, it is too late or was appealed already.
    """
    now = steps.moment(at)
    contested = _contested(subject)
    wish = steps.locked(contested.wish)
    contested = _contested(type(subject)._default_manager.get(pk=subject.pk))
    _check_appellant(actor, contested, on_behalf_of)
    days = count_of(APPEAL_DAYS, wish.territory, 15)
    if now > contested.at + timedelta(days=days):
        raise Conflict(_("{days}天内可以申诉，现在已经过了。可以重新提出。").format(days=days), code="too_late")
    reason = steps.required(reason, field="reason", message=_("请写一句为什么觉得不对。"))
    assert wish.territory is not None
    due = due_after(APPEAL_LIMIT, wish.territory, now)
    try:
        with transaction.atomic():
            appeal = Appeal.objects.create(
                wish=wish,
                subject_type=subject_type_of(subject),
                subject_id=subject.pk,
                contested_at=contested.at,
                appellant_id=contested.appellant_id,
                first_decider_id=contested.decider_id,
                reason=reason,
                opened_at=now,
                due_at=due,
                remind_at=due,
            )
    except IntegrityError as error:
        raise Conflict(_("这件事已经申诉过一次了。"), code="appealed") from error
    event = AppealOpened(wish_id=wish.pk, appeal_id=appeal.pk)
    record(event, subject=wish, actor=actor, on_behalf_of=on_behalf_of, text=reason, at=now)
    return appeal


@transaction.atomic
def decide_appeal(*, actor: User, appeal: Appeal, uphold: bool, reason: str, at: datetime | None = None) -> Appeal:
    """Somebody else than who decided first decides; upheld, the decision is undone.

    Raises `Invalid` (field "reason"), `NotAllowed`, `Conflict` once it is decided.
    """
    now = steps.moment(at)
    wish = steps.locked(appeal.wish)
    found = Appeal.objects.select_related("wish").get(pk=appeal.pk)
    if found.state != AppealState.OPEN:
        raise Conflict(_("这件申诉已经有了结果。"), code="decided")
    if not may_decide_appeal(actor, found):
        raise NotAllowed(_("申诉由书记或街道来定，不能由原来处理的人来定。"))
    reason = steps.required(reason, field="reason", message=_("请写一句为什么这样定，申诉的人会看到。"))
    found.state = AppealState.UPHELD if uphold else AppealState.DISMISSED
    found.decided_by, found.decided_at, found.decision, found.remind_at = actor, now, reason, None
    found.save()
    told = AppealUpheld if uphold else AppealDismissed
    record(told(wish_id=wish.pk, appeal_id=found.pk), subject=wish, actor=actor, text=reason, at=now)
    if uphold:
        kind_of(found.subject_type).uphold(subject_of(found), actor, now)
    return found


@transaction.atomic
def remind_of_appeal(*, appeal: Appeal, at: datetime | None = None) -> bool:
    """Those who can decide hear of an appeal that waits too long, once a day. False where it is not due."""
    now = steps.moment(at)
    found = Appeal.objects.select_for_update(of=("self",)).select_related("wish").get(pk=appeal.pk)
    if found.remind_at is None or found.remind_at > now:
        return False
    found.reminders += 1
    found.remind_at = now + timedelta(days=1)
    found.save(update_fields=["reminders", "remind_at"])
    record(AppealReminded(wish_id=found.wish_id, appeal_id=found.pk), subject=found.wish, at=now)
    return True


def _contested(subject: models.Model) -> Contested:
    contested = kind_of(subject_type_of(subject)).contested(subject)
    if contested is None:
        raise Conflict(_("现在没有可以申诉的。"), code="nothing_to_appeal")
    return contested


def _check_appellant(actor: User, contested: Contested, on_behalf_of: User | None) -> None:
    if actor.pk == contested.appellant_id:
        return
    for_them = on_behalf_of is not None and on_behalf_of.pk == contested.appellant_id
    if not (for_them and actor.pk != contested.decider_id and is_handler(actor, contested.wish)):
        raise NotAllowed(_("只有本人可以申诉。"))


# -- a wish that was declined ------------------------------------------------------------------------------------------
def _declined(wish: Wish) -> Contested | None:
    if wish.state != State.CLOSED or wish.end != End.DECLINED or wish.closed_at is None:
        return None
    declined = Event.objects.about(wish).filter(type=key_of(WishDeclined)).order_by("-id").first()
    decider = declined.actor_id if declined else None
    return Contested(wish, wish.author_id, decider, wish.closed_at, reason=wish.end_reason)


def _take_on(wish: Wish, actor: User, at: datetime) -> None:
    """Back to where it was declined, with its clock running again."""
    wish = steps.locked(wish)
    assert wish.territory is not None
    assert wish.category is not None
    special = wish.category.needs_verification or needs_verification(wish.special_group, wish.territory)
    verified = wish.verifications.filter(passed=True).exists()
    to = state_after_appeal(to_verify=special and not verified, was_public=wish.published_at is not None)
    steps.move(wish, Action.UPHOLD_APPEAL, to)
    wish.end = wish.end_reason = ""
    wish.closed_at = None
    steps.restart(wish, at=at)
    steps.save(wish)


register_appeal_kind(
    AppealKind(model="wishes.wish", label=gettext_lazy("没有受理的心愿"), contested=_declined, uphold=_take_on)
)
