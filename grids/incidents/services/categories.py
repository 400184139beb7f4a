"""Configuring what incidents can be about; every change is written down."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from grids.incidents.domain import Group
from grids.incidents.events import CategoryChanged
from grids.incidents.limits import check_limit
from grids.incidents.models import IncidentCategory
from grids.roles.domain import Role
from grids.roles.queries import holds_anywhere
from portal.accounts.models import User
from portal.errors import Invalid, NotAllowed
from portal.outbox.services import record

FIELDS = (
    "code",
    "name",
    "group",
    "limit",
    "handled_at",
    "near_metres",
    "emergency_advice",
    "hint",
    "position",
    "is_active",
)


@transaction.atomic
def save_category(*, actor: User, category: IncidentCategory | None = None, **fields: Any) -> IncidentCategory:
    """A new category, or changes to one; incidents keep theirs and the limit they began with.

    Raises `Invalid` with the field, `NotAllowed`.
    """
    if not actor.is_superuser and not holds_anywhere(actor, {Role.SYSTEM_ADMINISTRATOR}):
        raise NotAllowed(_("只有系统管理员可以改事件类别。"))
    row = IncidentCategory.objects.select_for_update().get(pk=category.pk) if category else IncidentCategory()
    changed = tuple(sorted(name for name, value in fields.items() if getattr(row, name) != value))
    if row.pk is not None and not changed:
        return row
    for name in changed:
        setattr(row, name, fields[name])
    if row.group not in Group.values:
        raise Invalid(_("请从列表里选。"), field="group")
    check_limit(row.limit)
    try:
        row.full_clean()
    except ValidationError as error:
        field, messages = next(iter(error.message_dict.items()))
        raise Invalid(messages[0], field="" if field == "__all__" else field) from error
    row.save()
    record(CategoryChanged(category_id=row.pk, fields=changed), subject=row, actor=actor)
    return row
