"""One step with many wishes (批量办理): each wish by the ordinary service and in its own transaction.

What is to be done is written down first, a row for each wish. A row is locked while its step is taken and says in the
same transaction what became of it: a process that dies leaves rows that can be gone on with, never one done twice.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.encoding import force_str
from django.utils.translation import gettext as _

from grids.roles.domain import HANDLER_ROLES
from grids.roles.queries import holds_anywhere
from portal.accounts.models import User
from portal.decision import Decision
from portal.errors import Conflict, DomainError, Invalid, NotAllowed
from portal.outbox.services import audit
from wishes.desk.domain import MAX_AT_ONCE
from wishes.desk.events import BulkBegun
from wishes.desk.models import BulkRow, BulkRun
from wishes.wishes import services
from wishes.wishes.domain import Action
from wishes.wishes.models import AnswerTemplate, Wish
from wishes.wishes.policies import can

Purpose = AnswerTemplate.Purpose
Outcome = BulkRow.Outcome


@dataclass(frozen=True)
class BulkAction:
    """A step that can be taken with many at once; `answers` names the templates that give its words."""

    action: Action
    take: Callable[[User, Wish, Mapping[str, Any]], object]
    answers: str = ""


def _transfer(actor: User, wish: Wish, params: Mapping[str, Any]) -> object:
    to = User.objects.filter(pk=params["to"], is_active=True).first()
    if to is None:
        raise Invalid(_("这位同志不负责这里，请另选一位。"), code="wrong_person", field="to")
    return services.transfer_wish(actor=actor, wish=wish, to=to, reason=params["reason"])


def _with_reason(service: Callable[..., object]) -> Callable[[User, Wish, Mapping[str, Any]], object]:
    return lambda actor, wish, params: service(actor=actor, wish=wish, reason=params["reason"])


def _not_ours(actor: User, wish: Wish, params: Mapping[str, Any]) -> object:
    return services.close_not_ours(
        actor=actor, wish=wish, referred_to=params["referred_to"], reason=params.get("reason", "")
    )


def _extend(actor: User, wish: Wish, params: Mapping[str, Any]) -> object:
    return services.extend_wish(actor=actor, wish=wish, by=params["by"], reason=params["reason"])


ACTIONS: Mapping[str, BulkAction] = {
    each.action.value: each
    for each in (
        BulkAction(Action.PUBLISH, lambda actor, wish, params: services.publish_wish(actor=actor, wish=wish)),
        BulkAction(
            Action.ACCEPT_HANDOVER, lambda actor, wish, params: services.accept_handover(actor=actor, wish=wish)
        ),
        BulkAction(Action.TRANSFER, _transfer),
        BulkAction(
            Action.ASK,
            lambda actor, wish, params: services.pause_for_resident(actor=actor, wish=wish, question=params["reason"]),
            Purpose.ASK,
        ),
        BulkAction(Action.EXTEND, _extend, Purpose.EXTEND),
        BulkAction(Action.DECLINE, _with_reason(services.decline_wish), Purpose.DECLINE),
        BulkAction(Action.CLOSE_CANNOT_BE_DONE, _with_reason(services.close_cannot_be_done), Purpose.CANNOT_BE_DONE),
        BulkAction(Action.CLOSE_NOT_OURS, _not_ours, Purpose.NOT_OURS),
    )
}


def chosen_wishes(actor: User, keys: Sequence[int]) -> list[Wish]:
    """The wishes of these keys that the person handles, in the order of their keys; others do not exist for them.

    Raises `Invalid` (field "wish") for none or more than `MAX_AT_ONCE`.
    """
    if not keys:
        raise Invalid(_("请先勾选要办的心愿。"), code="nothing_chosen", field="wish")
    if len(set(keys)) > MAX_AT_ONCE:
        words = _("一次最多办 {most} 件，请分几次。").format(most=MAX_AT_ONCE)
        raise Invalid(words, code="too_many", field="wish")
    related = ("category", "territory", "author", "responsible", "claimant")
    wishes = Wish.objects.handled_by(actor).filter(pk__in=set(keys)).select_related(*related)
    return list(wishes.defer("territory__boundary", "details").order_by("pk"))


def decisions(actor: User, action: str, wishes: Sequence[Wish]) -> list[tuple[Wish, Decision]]:
    """Whether the step may be taken with each of them as things stand."""
    return [(wish, can(actor, Action(action), wish)) for wish in wishes]


@transaction.atomic
def begin_bulk(*, actor: User, uuid: UUID, action: str, keys: Sequence[int], params: Mapping[str, Any]) -> BulkRun:
    """Write down what is to be done with which wishes; `carry_out` does it. The same `uuid` again is the same run.

    Raises `Invalid` for an unknown action, none or too many wishes; `NotAllowed` for who handles nothing; `Conflict`
    for somebody else's `uuid`.
    """
    if not holds_anywhere(actor, HANDLER_ROLES):
        raise NotAllowed(_("这里是工作人员的工作台。您现在没有负责的网格或社区。"))
    if action not in ACTIONS:
        raise Invalid(_("请选要办什么。"), code="unknown_action", field="action")
    wishes = chosen_wishes(actor, keys)
    if not wishes:
        raise Invalid(_("勾选的心愿都不归您负责。"), code="nothing_chosen", field="wish")
    run, is_new = BulkRun.objects.get_or_create(
        uuid=uuid, defaults={"actor": actor, "action": action, "params": dict(params)}
    )
    if run.actor_id != actor.pk:
        raise Conflict(_("这一页已经用过了，请回到工单重新勾选。"), code="used")
    if is_new:
        BulkRow.objects.bulk_create(BulkRow(run=run, wish=wish) for wish in wishes)
        audit(BulkBegun(run=str(run.uuid), action=action, wishes=len(wishes)), subject=actor, actor=actor)
    return run


def carry_out(*, actor: User, run: BulkRun) -> BulkRun:
    """Take the step with every wish of the run that waits for it, one after the other; may be called again.

    A refusal is written beside its wish and stops nobody else's. Raises `NotAllowed` for somebody else's run.
    """
    if run.actor_id != actor.pk:
        raise NotAllowed(_("这是别人正在办的，只有本人可以接着办。"))
    # By key, so that two runs over the same wishes never wait for each other in a circle.
    for pk in run.rows.filter(outcome=Outcome.WAITING).order_by("wish_id").values_list("pk", flat=True):
        _take(actor, run, pk)
    if run.finished_at is None and not run.rows.filter(outcome=Outcome.WAITING).exists():
        run.finished_at, run.params = timezone.now(), {}
        run.save(update_fields=["finished_at", "params"])
    return run


@transaction.atomic
def _take(actor: User, run: BulkRun, pk: int) -> None:
    row = BulkRow.objects.select_for_update(of=("self",)).select_related("wish").get(pk=pk)
    if row.outcome != Outcome.WAITING:
        return
    try:
        with transaction.atomic():
            ACTIONS[run.action].take(actor, row.wish, run.params)
    except DomainError as refusal:
        row.outcome, row.words = Outcome.REFUSED, force_str(refusal.message)[:300]
    else:
        row.outcome = Outcome.DONE
    row.save(update_fields=["outcome", "words"])
