"""Use cases of a visit that was written down wrongly: put right, or withdrawn. What it was before is kept."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from grids.incidents.services.steps import optional, required
from grids.pairing.models import Household
from grids.visits.domain import LONGEST_WAY, WORDS_LONGEST
from grids.visits.dues import recount
from grids.visits.events import VisitCorrected, VisitWithdrawn
from grids.visits.models import Visit, VisitRevision
from grids.visits.policies import is_fresh, may_correct, may_visit
from grids.visits.services import checked_kind, checked_topics, held_visit
from grids.visits.ties import tied_words
from portal.accounts.models import User
from portal.errors import Conflict, Invalid, NotAllowed
from portal.outbox.services import record

FIELDS = ("household", "kind", "topics", "words", "visited_at")
REASON_LONGEST = 200


@transaction.atomic
def correct_visit(
    *, actor: User, visit: Visit, reason: str = "", seen: int | None = None, at: datetime | None = None, **given: Any
) -> Visit:
    """Puts right what is given (`FIELDS`); numbers and the rhythm of care follow. `seen` is how often it had been
    corrected when the page was read.

    Whoever made the visit needs no reason while it is fresh. Nothing changes where nothing differs. Raises
    `NotAllowed`, `Invalid` with the field, `Conflict`.
    """
    now = at or timezone.now()
    found = held_visit(visit)
    words = _allowed(actor, found, reason, now)
    if seen is not None and seen != found.corrections:
        raise Conflict(_("别的同志刚刚改过这次走访，请先看看再改。"), code="changed_meanwhile")
    values = {name: _checked(actor, found, name, value) for name, value in given.items()}
    changed = tuple(name for name in FIELDS if name in values and values[name] != getattr(found, name))
    if not changed:
        return found
    was = _keep(actor, found, now)
    for name in changed:
        setattr(found, name, values[name])
    found.building = found.household.building
    found.corrections = was.number
    found.save(update_fields=[*changed, "building", "corrections"])
    _follow(was.household_id, found.household_id, now=now)
    event = VisitCorrected(visit_id=found.pk, number=was.number, fields=changed)
    record(event, subject=found, actor=actor, text=words, at=now)
    return found


@transaction.atomic
def withdraw_visit(*, actor: User, visit: Visit, reason: str, at: datetime | None = None) -> Visit:
    """The visit counts no longer; it stays to be read, as withdrawn. Withdrawing twice is withdrawing once.

    Raises `NotAllowed`, `Invalid` (field "reason"), `Conflict` where something came of it.
    """
    now = at or timezone.now()
    found = held_visit(visit)
    if found.withdrawn_at is not None:
        return found
    _allowed(actor, found, reason, now)
    words = required(reason, message=_("请写为什么撤回。"), field="reason", longest=REASON_LONGEST)
    _refuse_tied(found)
    was = _keep(actor, found, now)
    found.corrections, found.withdrawn_at = was.number, now
    found.save(update_fields=["corrections", "withdrawn_at"])
    _follow(found.household_id, now=now)
    event = VisitWithdrawn(visit_id=found.pk, number=was.number, household_id=found.household_id)
    record(event, subject=found, actor=actor, text=words, at=now)
    return found


def _allowed(actor: User, visit: Visit, reason: str, now: datetime) -> str:
    """The reason, which may be left out by whoever made the visit. Raises `NotAllowed`, `Conflict`, `Invalid`."""
    may = may_correct(actor, visit, now=now)
    if not may:
        raise (Conflict if may.by_state else NotAllowed)(may.reason, code=may.code)
    if is_fresh(actor, visit, now=now):
        return optional(reason, field="reason", longest=REASON_LONGEST)
    return required(reason, message=_("请写为什么要改。"), field="reason", longest=REASON_LONGEST)


def _checked(actor: User, visit: Visit, name: str, value: Any) -> Any:
    """One corrected value. Raises `Invalid` with the field, `Conflict`."""
    if name == "household":
        return _checked_household(actor, visit, value)
    if name == "kind":
        return checked_kind(value)
    if name == "topics":
        return checked_topics(value)
    if name == "words":
        return optional(value, field="words", longest=WORDS_LONGEST)
    if name == "visited_at":
        if not visit.logged_at - LONGEST_WAY <= value <= visit.logged_at:
            raise Invalid(_("走访时间要在记下之前，最早早 7 天。"), code="out_of_range", field="visited_at")
        return value
    raise TypeError(f"A visit has no {name} to correct.")


def _checked_household(actor: User, visit: Visit, household: Household) -> Household:
    if household.pk != visit.household_id:
        if not may_visit(actor, household):
            raise Invalid(_("这一户不归您走访。"), code="not_yours", field="household")
        _refuse_tied(visit)
    return household


def _refuse_tied(visit: Visit) -> None:
    """Raises `Conflict` where something was found at this door that goes on."""
    if words := tied_words(visit):
        raise Conflict(words, code="something_came_of_it")


def _keep(actor: User, visit: Visit, now: datetime) -> VisitRevision:
    """What the visit is now, before it is changed."""
    return VisitRevision.objects.create(
        visit=visit,
        number=visit.corrections + 1,
        made_by=actor,
        made_at=now,
        **{name: getattr(visit, name) for name in FIELDS},
    )


def _follow(*households: int, now: datetime) -> None:
    for key in sorted(set(households)):
        recount(household_id=key, today=timezone.localdate(now))
