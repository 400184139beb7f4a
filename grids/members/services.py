"""Use cases of members: report, be confirmed, correct, leave; staff look with a reason."""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from grids.cells.domain import OrganisationKind
from grids.cells.models import PartyOrganisation
from grids.members import policies
from grids.members.domain import SERVICE_POSTS, MemberState
from grids.members.events import (
    BackboneNamed,
    CorrectionAsked,
    MemberCorrected,
    MemberDecided,
    MemberLeft,
    MemberReported,
    MemberRevealed,
)
from grids.members.models import PartyMember, ServicePost
from grids.roles.queries import community_of
from grids.territory.domain import Level, clean_name
from portal.accounts.consents import give_consent, has_consent, text_in_force, withdraw_consent
from portal.accounts.models import ConsentText, User
from portal.errors import Conflict, Invalid, NotAllowed
from portal.outbox.models import Event
from portal.outbox.services import erase_texts, record

CONSENT = ConsentText.Kind.PARTY
OWN_FIELDS = ("organisation", "unit_branch", "is_mobile", "station", "post", "near", "shown_to")
# What the organisation has confirmed; changed, it is confirmed again.
CONFIRMED_FIELDS = frozenset({"organisation", "unit_branch"})


@transaction.atomic
def ensure_default_posts() -> None:
    """The eight usual posts, where there is none yet; what was removed stays removed."""
    if not ServicePost.objects.exists():
        ServicePost.objects.bulk_create(
            ServicePost(name=name, description=words, position=number)
            for number, (name, words) in enumerate(SERVICE_POSTS)
        )


@transaction.atomic
def report(*, actor: User, agreed: bool, now: datetime | None = None, **given: Any) -> PartyMember:
    """The reporting slip: the person tells their community's organisation that they will serve there.

    `given` are the fields of `OWN_FIELDS`. Raises `Invalid` with the field, also without the separate consent;
    `Conflict` for who has reported already.
    """
    User.objects.select_for_update().get(pk=actor.pk)
    if not agreed:
        raise Invalid(_("请先同意我们怎样用您的党员信息。不同意也可以照常使用其他功能。"), field="agreed")
    found = PartyMember.objects.filter(user=actor).first()
    if found is not None and found.state != MemberState.REFUSED:
        raise Conflict(_("您已经报到过了，可以直接改资料。"), code="already_reported")
    _require_neighbour(actor, given.get("organisation"))
    member = found or PartyMember(user=actor)
    member.state, member.reason, member.decided_by, member.decided_at = MemberState.REPORTED, "", None, None
    member.reported_at = now or timezone.now()
    _take(member, given)
    if not has_consent(actor, CONSENT, now=now) and text_in_force(CONSENT, now=now) is not None:
        give_consent(actor=actor, user=actor, kind=CONSENT, now=now)
    member.save()
    event = MemberReported(member_id=member.pk, organisation_id=member.organisation_id)
    record(event, subject=member, actor=actor, at=now)
    return member


@transaction.atomic
def correct_own(*, actor: User, **given: Any) -> PartyMember:
    """The member corrects their own record. Another branch or organisation is confirmed anew. Raises `Invalid`."""
    member = _own(actor)
    changed = tuple(sorted(name for name in given if getattr(member, name) != given[name]))
    if "organisation" in changed:
        _require_neighbour(actor, given["organisation"])
    _take(member, given)
    if changed:
        again = CONFIRMED_FIELDS & set(changed)
        if again:
            member.state, member.reason, member.decided_by, member.decided_at = MemberState.REPORTED, "", None, None
        member.save()
        record(MemberCorrected(member_id=member.pk, fields=changed), subject=member, actor=actor)
        if again:
            event = MemberReported(member_id=member.pk, organisation_id=member.organisation_id)
            record(event, subject=member, actor=actor)
    return member


@transaction.atomic
def ask_correction(*, actor: User, words: str) -> PartyMember:
    """The member asks the organisation to put right what only it can. Raises `Invalid`, `Conflict`."""
    member = _own(actor)
    if not words.strip():
        raise Invalid(_("请写清楚哪里不对。"), field="words")
    member.correction = words.strip()[:200]
    member.save(update_fields=["correction"])
    record(CorrectionAsked(member_id=member.pk), subject=member, actor=actor)
    return member


@transaction.atomic
def decide(*, actor: User, member: PartyMember, confirm: bool, reason: str, is_backbone: bool = False) -> PartyMember:
    """The community's organisation confirms a reporting or not, says why, and names who is of the backbone.

    Also answers a request for correction. Raises `NotAllowed`, `Invalid`.
    """
    found = locked(member)
    if not policies.may_decide(actor, found):
        raise NotAllowed(_("只有这个社区的工作人员可以确认，而且不能确认自己的。"))
    if not reason.strip():
        raise Invalid(_("请写一句答复，本人会看到。"), field="reason")
    was_backbone = found.is_backbone
    found.state = MemberState.CONFIRMED if confirm else MemberState.REFUSED
    found.is_backbone = is_backbone and confirm
    found.reason, found.correction = reason.strip()[:200], ""
    found.decided_by, found.decided_at = actor, timezone.now()
    found.save()
    record(MemberDecided(member_id=found.pk, state=found.state), subject=found, actor=actor, text=found.reason)
    if found.is_backbone != was_backbone:
        record(BackboneNamed(member_id=found.pk, is_backbone=found.is_backbone), subject=found, actor=actor)
    return found


@transaction.atomic
def reveal(*, actor: User, member: PartyMember, reason: str) -> PartyMember:
    """Name, phone and branch, to those who may look; the look is written down. Raises `NotAllowed`, `Invalid`."""
    if not policies.may_reveal(actor, member):
        raise NotAllowed(_("只有这个社区的工作人员可以查看。"))
    if not reason.strip():
        raise Invalid(_("请写明为什么要看。"), field="why")
    event = MemberRevealed(member_id=member.pk, owner_id=member.user_id)
    record(event, subject=member, actor=actor, text=reason.strip()[:200])
    return member


@transaction.atomic
def leave(*, actor: User) -> None:
    """The person takes the consent back; the record goes, with everything that hangs on it. Raises `Conflict`."""
    _own(actor)
    if has_consent(actor, CONSENT):
        withdraw_consent(actor=actor, user=actor, kind=CONSENT)  # its receiver removes the record
    else:
        remove(user=actor)


@transaction.atomic
def remove(*, user: User) -> None:
    """Takes a person's record away, without its words in the log; nothing where there is none."""
    member = PartyMember.objects.select_for_update().filter(user=user).first()
    if member is not None:
        erase_texts(Event.objects.filter(subject_type="grids.partymember", subject_id=member.pk))
        record(MemberLeft(member_id=member.pk), subject=member, actor=user)
        member.delete()


def waiting() -> Q:
    """Records that wait for an answer: reported, or with something to put right."""
    return Q(state=MemberState.REPORTED) | ~Q(correction="")


def locked(member: PartyMember) -> PartyMember:
    """The record as it is now, held until the transaction ends. Raises `Conflict` when it is gone."""
    held = PartyMember.objects.select_for_update(of=("self",)).select_related("organisation__territory", "user")
    found = held.filter(pk=member.pk).first()
    if found is None:
        raise Conflict(_("本人已经撤回了报到。"), code="member_left")
    return found


def _own(actor: User) -> PartyMember:
    found = PartyMember.objects.select_for_update(of=("self",)).select_related("organisation").filter(user=actor)
    member = found.first()
    if member is None:
        raise Conflict(_("您还没有报到。"), code="not_reported")
    return member


def _require_neighbour(actor: User, organisation: PartyOrganisation | None) -> None:
    """One serves where one lives. Raises `Invalid`."""
    home = community_of(actor)
    if home is None:
        raise Invalid(_("请先确认居民身份，再到所住的社区报到。"), field="organisation")
    if organisation is not None and not home.covers(organisation.territory):
        raise Invalid(_("请选您所住社区的党组织。"), field="organisation")


def _take(member: PartyMember, given: dict[str, Any]) -> None:
    """Takes over what was given and checks it. Raises `Invalid` with the field."""
    unknown = set(given) - set(OWN_FIELDS)
    if unknown:
        raise TypeError(f"A member has no {', '.join(sorted(unknown))} to change.")
    for name, value in given.items():
        setattr(member, name, clean_name(value) if isinstance(value, str) else value)
    organisation: PartyOrganisation | None = member.organisation if member.organisation_id else None
    if organisation is None or not organisation.is_active or organisation.kind != OrganisationKind.PLACE:
        raise Invalid(_("请选一个社区的党组织。"), field="organisation")
    if not member.unit_branch:
        raise Invalid(_("请写您的组织关系在哪个党支部。"), field="unit_branch")
    if member.is_mobile and not member.station:
        raise Invalid(_("流动党员请写在哪个服务站登记。"), field="station")
    if not member.is_mobile:
        member.station = ""
    place = str(organisation.territory.path)[: 3 * Level.COMMUNITY]
    if member.near is not None and not str(member.near.path).startswith(place):
        raise Invalid(_("请选这个社区里的网格或楼栋。"), field="near")
    try:
        member.clean_fields(exclude=["user"])
    except ValidationError as error:
        field, messages = next(iter(error.message_dict.items()))
        raise Invalid(messages[0], field=field) from error
