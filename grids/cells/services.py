"""Use cases of Party organisations: set up, changed, led for a term."""

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from grids.bodies.domain import BodyKind
from grids.bodies.models import Body
from grids.bodies.services import add_body, change_body
from grids.cells.domain import RANK_LEVELS, RANK_OF_LEVEL, OrganisationKind, Post, Rank, stands_below
from grids.cells.events import OrganisationAdded, OrganisationChanged, TermEnded, TermGiven
from grids.cells.models import LeadershipTerm, PartyOrganisation
from grids.cells.policies import may_arrange
from grids.territory.domain import Level, clean_name
from grids.territory.models import Territory
from portal.accounts.models import User
from portal.errors import Conflict, Invalid, NotAllowed
from portal.outbox.services import record

FIELDS = ("name", "rank", "kind", "unit", "territory", "parent", "phone", "founded_on", "is_active")


@transaction.atomic
def add_organisation(
    *, actor: User, name: str, rank: int, territory: Territory, acts: bool = False, **details: Any
) -> PartyOrganisation:
    """Sets up an organisation; with `acts` it takes on wishes as a body of the same name.

    Raises `Invalid` with the field, `NotAllowed`.
    """
    _require(actor, territory)
    organisation = PartyOrganisation(name=name, rank=rank, territory=territory, **details)
    _check(organisation)
    _body_follows(actor, organisation, acts)
    organisation.save()
    record(
        OrganisationAdded(organisation_id=organisation.pk, rank=int(rank), territory_code=str(territory.code)),
        subject=organisation,
        actor=actor,
    )
    return organisation


@transaction.atomic
def change_organisation(
    *, actor: User, organisation: PartyOrganisation, acts: bool | None = None, **fields: Any
) -> PartyOrganisation:
    """Changes what is given; the body it acts as follows. Raises `Invalid`, `Conflict`, `NotAllowed`."""
    found = locked(organisation)
    _require(actor, found.territory)
    changed = [name for name, value in fields.items() if getattr(found, name) != value]
    was_acting = found.acts
    for name in changed:
        setattr(found, name, fields[name])
    _require(actor, found.territory)
    _check(found)
    if "is_active" in changed and not found.is_active:
        _close(actor, found)
        acts = False
    if "is_active" in changed:
        found.dissolved_on = None if found.is_active else timezone.localdate()
    _body_follows(actor, found, was_acting if acts is None else acts)
    if found.acts != was_acting:
        changed.append("acts")
    if changed:
        found.save()
        event = OrganisationChanged(organisation_id=found.pk, fields=tuple(sorted(changed)))
        record(event, subject=found, actor=actor)
    return found


def locked(organisation: PartyOrganisation) -> PartyOrganisation:
    """The organisation as it is now, held until the transaction ends."""
    held = PartyOrganisation.objects.select_for_update(of=("self",)).select_related("territory", "parent", "body")
    return held.get(pk=organisation.pk)


def _close(actor: User, organisation: PartyOrganisation) -> None:
    """An organisation that is dissolved has nobody below it and nobody in office."""
    below = organisation.children.filter(is_active=True).values_list("name", flat=True).first()
    if below:
        raise Conflict(_("下面还有“%s”，请先给它换一个上级。") % below, code="has_children", field="is_active")
    today = timezone.localdate()
    for term in organisation.terms.filter(ends_on__gt=today):
        _end(actor, term, max(today, term.starts_on))


def _body_follows(actor: User, organisation: PartyOrganisation, acts: bool) -> None:
    """The body an organisation acts as has its name and place, and takes part while it acts."""
    body = organisation.body
    if body is None and acts:
        same = Body.objects.filter(
            territory=organisation.territory, name=organisation.name, kind=BodyKind.PARTY_ORGANISATION
        ).first()
        organisation.body = same or add_body(
            actor=actor,
            kind=BodyKind.PARTY_ORGANISATION,
            name=organisation.name,
            territory=organisation.territory,
        )
        body = organisation.body
    if body is not None:
        given = {"name": organisation.name, "territory": organisation.territory, "is_active": acts}
        organisation.body = change_body(actor=actor, body=body, **given)


@transaction.atomic
def follow_body(*, body: Body) -> PartyOrganisation | None:
    """A body that was registered or changed by itself has its organisation, of the same name and place.

    Called for every change of a body; does nothing where they agree already.
    """
    mine = PartyOrganisation.objects.select_for_update(of=("self",)).filter(body=body).first()
    if body.kind != BodyKind.PARTY_ORGANISATION:
        PartyOrganisation.objects.filter(body=body).update(body=None)
        return None
    same = PartyOrganisation.objects.filter(territory=body.territory, name=body.name).exclude(body=body).first()
    if same is not None:
        # The one of that name is meant: it is the body's from now on.
        PartyOrganisation.objects.filter(body=body).update(body=None)
        PartyOrganisation.objects.filter(pk=same.pk).update(body=body)
        return same
    if mine is None:
        rank = RANK_OF_LEVEL[Level(body.territory.level)]
        mine = PartyOrganisation.objects.create(name=body.name, rank=rank, territory=body.territory, body=body)
        event = OrganisationAdded(organisation_id=mine.pk, rank=int(rank), territory_code=str(body.territory.code))
        record(event, subject=mine)
    elif (mine.name, mine.territory_id) != (body.name, body.territory_id):
        if mine.territory_id != body.territory_id:
            # What it stood below and what stood below it is arranged anew by whoever moved it.
            mine.children.update(parent=None)
            mine.parent = None
            if body.territory.level not in RANK_LEVELS[Rank(mine.rank)]:
                mine.rank = RANK_OF_LEVEL[Level(body.territory.level)]
        mine.name, mine.territory = body.name, body.territory
        mine.save()
        record(OrganisationChanged(organisation_id=mine.pk, fields=("name", "territory")), subject=mine)
    return mine


@transaction.atomic
def move_organisations(*, old: Territory, new: Territory) -> int:
    """A dissolved grid's organisations stand in the other grid; one whose name is taken there gets the number too.

    Returns how many. The bodies they act as have moved already.
    """
    taken = set(PartyOrganisation.objects.filter(territory=new).values_list("name", flat=True))
    moved = PartyOrganisation.objects.select_for_update(of=("self",)).select_related("body").filter(territory=old)
    for one in (found := list(moved.order_by("rank", "pk"))):
        name = one.body.name if one.body is not None else one.name
        if name in taken:
            name = f"{name[:50]}（{str(old.code)[-3:]}）"
        taken.add(name)
        one.territory, one.name = new, name
        one.save(update_fields=["territory", "name"])
        if one.body is not None and one.body.name != name:
            one.body.name = name
            one.body.save(update_fields=["name"])
        record(OrganisationChanged(organisation_id=one.pk, fields=("name", "territory")), subject=one)
    return len(found)


@transaction.atomic
def give_term(
    *, actor: User, organisation: PartyOrganisation, user: User, post: str, starts_on: date, ends_on: date
) -> LeadershipTerm:
    """Gives somebody a post in an organisation until the day on which it no longer holds.

    Raises `NotAllowed`; `Invalid` with the field; `Conflict` when there is a secretary at that time already.
    """
    organisation = locked(organisation)
    _require(actor, organisation.territory)
    if not organisation.is_active:
        raise Conflict(_("这个党组织已经撤销了。"), code="organisation_dissolved")
    if post not in Post.values:
        raise Invalid(_("请从列表里选。"), field="post")
    if ends_on <= starts_on:
        raise Invalid(_("届满日期要在任职日期之后。"), field="ends_on")
    term = LeadershipTerm(organisation=organisation, user=user, post=post, starts_on=starts_on, ends_on=ends_on)
    try:
        with transaction.atomic():
            term.save()
    except IntegrityError as error:
        raise _overlap(error) from error
    event = TermGiven(term_id=term.pk, organisation_id=organisation.pk, user_id=user.pk, post=str(post))
    record(event, subject=organisation, actor=actor)
    return term


@transaction.atomic
def end_term(*, actor: User, term: LeadershipTerm, on: date | None = None) -> LeadershipTerm:
    """Ends a term from a day on (today unless told), or lets it last longer; reminders begin anew.

    Raises `NotAllowed`, `Invalid`, `Conflict`.
    """
    organisation = locked(term.organisation)
    _require(actor, organisation.territory)
    found = LeadershipTerm.objects.select_for_update().get(pk=term.pk)
    found.organisation = organisation
    day = on or max(timezone.localdate(), found.starts_on)
    if day < found.starts_on:
        raise Invalid(_("届满日期不能早于任职日期。"), field="ends_on")
    return found if day == found.ends_on else _end(actor, found, day)


def _end(actor: User, term: LeadershipTerm, day: date) -> LeadershipTerm:
    term.ends_on, term.reminded = day, 0
    try:
        with transaction.atomic():
            term.save(update_fields=["ends_on", "reminded"])
    except IntegrityError as error:
        raise _overlap(error) from error
    event = TermEnded(term_id=term.pk, organisation_id=term.organisation_id, user_id=term.user_id, post=term.post)
    record(event, subject=term.organisation, actor=actor)
    return term


def _overlap(error: IntegrityError) -> Exception:
    if "one_secretary_at_a_time" in str(error):
        return Conflict(_("这个党组织在这段时间已经有书记了。"), code="has_secretary", field="post")
    if "same_party_term_once" in str(error):
        return Conflict(_("这位同志在这段时间已经担任这个职务了。"), code="already_in_post", field="post")
    return error


def _require(actor: User, territory: Territory) -> None:
    if not may_arrange(actor, territory):
        raise NotAllowed(_("这个地方不归您配置。"))


def _check(organisation: PartyOrganisation) -> None:
    """What the database would refuse, said with its field."""
    if organisation.rank not in Rank.values:
        raise Invalid(_("请从列表里选。"), field="rank")
    if organisation.kind not in OrganisationKind.values:
        raise Invalid(_("请从列表里选。"), field="kind")
    organisation.name = clean_name(organisation.name)
    if not organisation.name:
        raise Invalid(_("请写名称。"), field="name")
    if organisation.territory.dissolved_on is not None:
        raise Invalid(_("这个网格已经并入别的网格了。"), field="territory")
    rank, level = Rank(organisation.rank), Level(organisation.territory.level)
    if level not in RANK_LEVELS[rank]:
        words = {"rank": rank.label, "level": level.label}
        raise Invalid(_("%(rank)s不能设在%(level)s这一级。") % words, field="territory")
    organisation.unit = clean_name(organisation.unit)
    if (organisation.kind == OrganisationKind.PLACE) != (organisation.unit == ""):
        raise Invalid(_("单位、行业党组织要写是哪个单位或行业；属地党组织不用写。"), field="unit")
    above = organisation.parent
    if above is not None and not (above.is_active and _fits(organisation, above)):
        words = {"rank": rank.label, "above": Rank(above.rank).label}
        raise Invalid(
            _("%(rank)s不能放在这个%(above)s下面：上级要高一级，而且管得到这个地方。") % words, field="parent"
        )
    for below in organisation.children.select_related("territory") if organisation.pk else ():
        if not _fits(below, organisation):
            raise Invalid(_("这样改以后，“%s”就不能再放在它下面了。") % below.name, field="rank")
    try:
        organisation.full_clean()
    except ValidationError as error:
        field, messages = next(iter(error.message_dict.items()))
        raise Invalid(messages[0], field="" if field == "__all__" else field) from error


def _fits(below: PartyOrganisation, above: PartyOrganisation) -> bool:
    return stands_below(Rank(below.rank), str(below.territory.path), Rank(above.rank), str(above.territory.path))
