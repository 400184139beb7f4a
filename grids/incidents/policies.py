"""Who may do what with an incident, and why not: one decision for pages, API and services alike.

`domain.TRANSITIONS` says which relation may take which step in which state; here it is found out what somebody is to an
incident, and the few conditions that are no table are added.
"""

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from grids.bodies.domain import BodyKind
from grids.bodies.queries import acting_for
from grids.incidents.domain import (
    ABOVE,
    JUDGE_ROLES,
    LIVE_SUMMONS,
    NOT_BY_HANDLERS,
    SENIOR_ROLES,
    STREET_ROLES,
    TRANSITIONS,
    Action,
    Relation,
    State,
    SummonsState,
    step_for,
)
from grids.incidents.limits import reopen_within
from grids.incidents.models import Incident, Summons
from grids.incidents.querysets import reads_as_staff
from grids.roles.domain import HANDLER_ROLES
from grids.roles.queries import Person, held_by
from grids.territory.domain import Level
from portal.accounts.models import User
from portal.decision import YES, Decision
from portal.errors import Conflict, NotAllowed


def relations_of(user: User, incident: Incident) -> frozenset[Relation]:
    """What this person is to the incident; at most two queries, remembered while it stands so."""
    known: dict[object, frozenset[Relation]] = incident.__dict__.setdefault("_relations", {})
    key = user.pk, incident.state, incident.responsible_territory_id, incident.handler_id
    if key not in known:
        known[key] = frozenset(_relations(user, incident))
    return known[key]


def _relations(user: User, incident: Incident) -> set[Relation]:
    found: set[Relation] = set()
    charge = str(incident.responsible_territory.path)
    for held in held_by(user):
        if held.role in HANDLER_ROLES and held.covers(incident.path):
            found.add(Relation.STAFF)
            if held.covers(charge):
                found.add(Relation.IN_CHARGE)
                if held.role in SENIOR_ROLES:
                    found.add(Relation.SENIOR)
        if held.role in JUDGE_ROLES and held.covers(incident.path):
            found.add(Relation.JUDGE)
        if held.role in STREET_ROLES and held.covers(incident.path):
            found.add(Relation.STREET)
    if incident.handler_id == user.pk and incident.state == State.HANDLING:
        found.add(Relation.HANDLER)
    if is_reporter(user, incident):
        found.add(Relation.REPORTER)
    if own_summonses(user, incident):
        found.add(Relation.SUMMONED)
    return found


def own_summonses(user: Person, incident: Incident) -> list[Summons]:
    """The live summonses of departments for which this person acts; those of one state of the incident."""
    if not isinstance(user, User) or incident.state != State.CO_HANDLING:
        return []
    bodies = [body.pk for body in acting_for(user) if body.kind == BodyKind.DEPARTMENT]
    if not bodies:
        return []
    live = incident.summonses.filter(body__in=bodies, state__in=sorted(map(str, LIVE_SUMMONS)))
    return list(live.select_related("body").order_by("id"))


def is_reporter(user: Person, incident: Incident) -> bool:
    """This person reported it, or added a report to it."""
    if not isinstance(user, User):
        return False
    return any(report.reporter_id == user.pk for report in incident.reports.all())


def had_a_hand(user: User, incident: Incident) -> bool:
    """Whether this person handled it, now or in an earlier round."""
    if incident.handler_id == user.pk:
        return True
    return any(part.user_id == user.pk for part in incident.handlings.all())


def knows_particulars(user: Person, incident: Incident) -> bool:
    """Whether this person reads the reports' words and sees photos that are not public.

    Staff of the place do, and those who act for a department as long as it is called.
    """
    return isinstance(user, User) and (reads_as_staff(user, incident) or bool(own_summonses(user, incident)))


def can(user: Person, action: Action, incident: Incident, *, at: datetime | None = None) -> Decision:
    """Whether this person may take this step now; otherwise why not."""
    step = step_for(incident.state, action)
    if step is None or not isinstance(user, User):
        return _too_late(user, action, incident)
    if not step.by & relations_of(user, incident):
        return Decision(False, _("这一步由负责这里的工作人员来办。"), code="not_yours")
    if action in NOT_BY_HANDLERS and had_a_hand(user, incident):
        return Decision(False, _("谁办的谁不核查、不考评，请别的同志来看。"), code="own_work")
    condition = _CONDITIONS.get(action)
    return condition(user, incident, at or timezone.now()) if condition else YES


def _too_late(user: Person, action: Action, incident: Incident) -> Decision:
    """The step does not exist in this state: late for those who could take it in another, not theirs for others."""
    by = {relation for (_state, other), step in TRANSITIONS.items() if other == action for relation in step.by}
    by -= {Relation.SUMMONED}
    if Relation.HANDLER in by:
        by |= {Relation.IN_CHARGE}
    if isinstance(user, User) and by & relations_of(user, incident):
        words = _("这件事现在是“{state}”，不用再办这一步。").format(state=incident.state_words)
        return Decision(False, words, by_state=True, code="wrong_state")
    return Decision(False, _("这一步由负责这里的工作人员来办。"), code="not_yours")


def _may_pass_up(user: User, incident: Incident, at: datetime) -> Decision:
    if Level(incident.responsible_territory.level) not in ABOVE:
        return Decision(False, _("已经在街道了，再往上没有了。请处置，或者派给别的同志。"), by_state=True)
    return YES


def _may_reopen(user: User, incident: Incident, at: datetime) -> Decision:
    """A reporter within some days of the verification; those who judge it as long as nobody has."""
    if Relation.JUDGE in relations_of(user, incident) or incident.verified_at is None:
        return YES
    if at > incident.verified_at + reopen_within(incident.territory):
        return Decision(False, _("过了可以要求再办的日子。又有问题，请重新上报。"), by_state=True)
    return YES


def _may_pause(user: User, incident: Incident, at: datetime) -> Decision:
    if incident.paused_at is not None:
        return Decision(False, _("计时已经暂停了。"), by_state=True)
    return YES


def _may_resume(user: User, incident: Incident, at: datetime) -> Decision:
    if incident.paused_at is None:
        return Decision(False, _("计时没有暂停。"), by_state=True)
    return YES


def _may_report_in(user: User, incident: Incident, at: datetime) -> Decision:
    if not any(one.state == SummonsState.WAITING for one in own_summonses(user, incident)):
        return Decision(False, _("已经报到了。"), by_state=True)
    return YES


_CONDITIONS = {
    Action.REPORT_IN: _may_report_in,
    Action.PASS_UP: _may_pass_up,
    Action.REOPEN: _may_reopen,
    Action.PAUSE: _may_pause,
    Action.RESUME: _may_resume,
}


def require(user: User, action: Action, incident: Incident, *, at: datetime | None = None) -> None:
    """Raises `Conflict` (too late for anybody) or `NotAllowed` (not you) with the reason."""
    decision = can(user, action, incident, at=at)
    if not decision:
        refusal = Conflict if decision.by_state else NotAllowed
        raise refusal(decision.reason, code=decision.code)


def actions_for(user: Person, incident: Incident, *, at: datetime | None = None) -> list[Action]:
    """The steps this person may take now, in the order of the loop."""
    return [action for action in Action if can(user, action, incident, at=at)]


def may_reveal(user: Person, incident: Incident) -> bool:
    """Whether this person may see who reported it: staff who handle matters of the place."""
    return isinstance(user, User) and Relation.STAFF in relations_of(user, incident)
