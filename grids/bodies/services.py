"""Use cases of bodies: registered, changed, given people who may act for them."""

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from grids.bodies.domain import BodyKind
from grids.bodies.events import BodyAdded, BodyChanged, MemberAdded, MemberEnded
from grids.bodies.models import Body, BodyMember
from grids.bodies.units import require_same_community
from grids.roles.domain import Role
from grids.roles.queries import holds
from grids.territory.domain import Level
from grids.territory.models import Territory
from portal.accounts.models import User
from portal.errors import Invalid, NotAllowed
from portal.outbox.services import record

FIELDS = ("kind", "name", "territory", "description", "contact_name", "contact_phone", "is_active")
LEVELS = frozenset({Level.DISTRICT, Level.STREET, Level.COMMUNITY, Level.GRID})


@transaction.atomic
def add_body(*, actor: User, kind: str, name: str, territory: Territory, **details: Any) -> Body:
    """Registers a body in a place the administrator configures. Raises `Invalid` with the field, `NotAllowed`."""
    _check_scope(actor, territory)
    body = Body(kind=kind, name=name.strip(), territory=territory, **details)
    _check(body)
    body.save()
    event = BodyAdded(body_id=body.pk, kind=body.kind, territory_code=str(territory.code))
    record(event, subject=body, actor=actor)
    return body


@transaction.atomic
def change_body(*, actor: User, body: Body, **fields: Any) -> Body:
    """Changes what is given. Claims made in its name keep it.

    Raises `Invalid` with the field, `NotAllowed`, and `Conflict` where it would leave its instructor behind.
    """
    body = Body.objects.select_for_update(of=("self",)).select_related("territory").get(pk=body.pk)
    _check_scope(actor, body.territory)
    changed = tuple(sorted(name for name, value in fields.items() if getattr(body, name) != value))
    if not changed:
        return body
    for name in changed:
        setattr(body, name, fields[name])
    _check_scope(actor, body.territory)
    _check(body)
    if "territory" in changed:
        require_same_community(body)
    body.save()
    record(BodyChanged(body_id=body.pk, fields=changed), subject=body, actor=actor)
    return body


@transaction.atomic
def add_member(
    *, actor: User, body: Body, user: User, starts_on: date | None = None, ends_on: date | None = None
) -> BodyMember:
    """Lets somebody act for the body from `starts_on` (today) until `ends_on`. Raises `Invalid`, `NotAllowed`."""
    _check_scope(actor, body.territory)
    member = BodyMember(body=body, user=user, starts_on=starts_on or timezone.localdate(), ends_on=ends_on)
    _check(member)
    member.save()
    record(MemberAdded(body_id=body.pk, member_id=member.pk, user_id=user.pk), subject=body, actor=actor)
    return member


@transaction.atomic
def end_member(*, actor: User, member: BodyMember, on: date | None = None) -> BodyMember:
    """They no longer act for the body from that day on (today). Raises `Invalid` for a day before they began."""
    _check_scope(actor, member.body.territory)
    member.ends_on = on or timezone.localdate()
    _check(member)
    member.save()
    event = MemberEnded(body_id=member.body_id, member_id=member.pk, user_id=member.user_id)
    record(event, subject=member.body, actor=actor)
    return member


def _check_scope(actor: User, territory: Territory) -> None:
    if not actor.is_superuser and not holds(actor, {Role.SYSTEM_ADMINISTRATOR}, territory):
        raise NotAllowed(_("这个地方不归您配置。"))


def _check(row: Body | BodyMember) -> None:
    """What the database would refuse, said with its field."""
    if isinstance(row, Body):
        if row.kind not in BodyKind.values:
            raise Invalid(_("请从列表里选。"), field="kind")
        if not row.name:
            raise Invalid(_("请写名称。"), field="name")
        if row.territory.level not in LEVELS:
            raise Invalid(_("请选区县、街道、社区或网格。"), field="territory")
    try:
        row.full_clean()
    except ValidationError as error:
        field, messages = next(iter(error.message_dict.items()))
        raise Invalid(messages[0], field="" if field == "__all__" else field) from error
