"""Planning a gathering, changing it, calling it off."""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from grids.cells.domain import Rank
from grids.cells.models import PartyOrganisation
from grids.gatherings.domain import (
    AUDIENCE_OF_KIND,
    ENTERED_WITHIN,
    LONGEST,
    PLANNED_WITHIN,
    RANKS_OF_KIND,
    Audience,
    GatheringKind,
    GatheringState,
)
from grids.gatherings.events import GatheringCancelled, GatheringChanged, GatheringPlanned
from grids.gatherings.models import Gathering
from grids.gatherings.policies import may_organise
from portal.accounts.models import User
from portal.cleaning import clean_text
from portal.errors import Conflict, Invalid, NotAllowed
from portal.outbox.services import record

FIELDS = ("title", "starts_at", "ends_at", "place", "topics", "audience")
LINES = frozenset({"topics"})


@transaction.atomic
def plan_gathering(
    *, actor: User, organisation: PartyOrganisation, kind: str, now: datetime | None = None, **given: Any
) -> Gathering:
    """An officer of the organisation plans a gathering; `given` are the `FIELDS`. Whom it is for is told.

    What was held on paper within the last month is entered in the same way. Raises `Invalid` with the field,
    `NotAllowed`, `Conflict` when the organisation holds one of the kind on that day already.
    """
    organisation = held_organisation(organisation)
    require_officer(actor, organisation)
    if not organisation.is_active:
        raise Conflict(_("这个党组织已经撤销了。"), code="organisation_dissolved")
    if kind not in GatheringKind.values:
        raise Invalid(_("请选一种。"), field="kind")
    if Rank(organisation.rank) not in RANKS_OF_KIND[GatheringKind(kind)]:
        raise Invalid(_("这一级党组织不开这种会，请换一种。"), field="kind")
    moment = now or timezone.now()
    gathering = Gathering(organisation=organisation, kind=kind, planned_by=actor, planned_at=moment)
    given["audience"] = given.get("audience") or AUDIENCE_OF_KIND[GatheringKind(kind)]
    _take(gathering, given, moment)
    _save(gathering)
    record(GatheringPlanned(gathering_id=gathering.pk), subject=gathering, actor=actor, at=now)
    return gathering


@transaction.atomic
def change_gathering(*, actor: User, gathering: Gathering, now: datetime | None = None, **given: Any) -> Gathering:
    """Changes what is given before check-in begins; whom it is for is told. Raises as planning does."""
    found = held_gathering(gathering)
    require_officer(actor, found.organisation)
    if found.state != GatheringState.PLANNED:
        raise Conflict(_("已经开始签到或取消了，不能再改安排。"), code="not_planned")
    changed = tuple(sorted(name for name in given if getattr(found, name) != given[name]))
    if changed:
        _take(found, given, now or timezone.now())
        if "starts_at" in changed:
            found.asked_at = None
        _save(found)
        record(GatheringChanged(gathering_id=found.pk, fields=changed), subject=found, actor=actor, at=now)
    return found


@transaction.atomic
def cancel_gathering(*, actor: User, gathering: Gathering, reason: str, now: datetime | None = None) -> Gathering:
    """Calls it off with a reason that whoever was invited reads. Raises `Invalid`, `NotAllowed`, `Conflict`."""
    found = held_gathering(gathering)
    require_officer(actor, found.organisation)
    if found.state not in (GatheringState.PLANNED, GatheringState.OPEN):
        raise Conflict(_("已经结束或取消了。"), code="gathering_over")
    words = clean_text(reason)[:200]
    if not words:
        raise Invalid(_("请写为什么取消，大家会看到。"), field="reason")
    found.state, found.cancel_reason = GatheringState.CANCELLED, words
    found.save(update_fields=["state", "cancel_reason"])
    record(GatheringCancelled(gathering_id=found.pk), subject=found, actor=actor, text=words, at=now)
    return found


def held_organisation(organisation: PartyOrganisation) -> PartyOrganisation:
    """The organisation as it is now; it is not dissolved while something is planned for it."""
    held = PartyOrganisation.objects.select_for_update(of=("self",), no_key=True).select_related("territory")
    return held.get(pk=organisation.pk)


def held_gathering(gathering: Gathering) -> Gathering:
    """The gathering as it is now, held until the transaction ends: who checks in and who closes wait for each other."""
    held = Gathering.objects.select_for_update(of=("self",)).select_related("organisation__territory")
    return held.get(pk=gathering.pk)


def require_officer(actor: User, organisation: PartyOrganisation) -> None:
    """Raises `NotAllowed`."""
    if not may_organise(actor, organisation):
        raise NotAllowed(_("只有这个党组织的班子和社区工作人员可以安排。"))


def _take(gathering: Gathering, given: dict[str, Any], now: datetime) -> None:
    """Takes over what was given and checks it. Raises `Invalid` with the field."""
    unknown = set(given) - set(FIELDS)
    if unknown:
        raise TypeError(f"A gathering has no {', '.join(sorted(unknown))} to change.")
    for name, value in given.items():
        setattr(gathering, name, clean_text(value, lines=name in LINES) if isinstance(value, str) else value)
    for name, longest, words in (
        ("title", 60, _("请写主题。")),
        ("place", 80, _("请写在哪里开。")),
        ("topics", 1000, ""),
    ):
        value = str(getattr(gathering, name))
        if words and not value:
            raise Invalid(words, field=name)
        if len(value) > longest:
            raise Invalid(_("最多写{longest}个字。").format(longest=longest), code="too_long", field=name)
    if gathering.audience not in Audience.values:
        raise Invalid(_("请选请谁参加。"), field="audience")
    if gathering.ends_at <= gathering.starts_at:
        raise Invalid(_("结束时间要在开始时间之后。"), field="ends_at")
    if gathering.ends_at - gathering.starts_at > LONGEST:
        raise Invalid(_("一次最长一天。"), field="ends_at")
    if "starts_at" in given and not now - ENTERED_WITHIN <= gathering.starts_at <= now + PLANNED_WITHIN:
        raise Invalid(_("只能安排一年以内的；已经开过的，一个月以内可以补记。"), field="starts_at")
    gathering.held_on = timezone.localdate(gathering.starts_at)


def _save(gathering: Gathering) -> None:
    try:
        with transaction.atomic():
            gathering.save()
    except IntegrityError as error:
        if "one_gathering_of_a_kind_a_day" in str(error):
            words = _("这一天已经安排过一次{kind}了。").format(kind=GatheringKind(gathering.kind).label)
            raise Conflict(words, code="same_day", field="starts_at") from error
        raise
