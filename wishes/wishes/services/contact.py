"""The private part of a wish: masked by default, shown for a reason to those who need it, every look written down."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.masking import mask_address, mask_name, mask_phone
from portal.outbox.services import record
from wishes.wishes.domain import Action
from wishes.wishes.events import ContactRevealed
from wishes.wishes.models import Wish
from wishes.wishes.policies import is_author, is_scribe, require
from wishes.wishes.services import steps


@dataclass(frozen=True)
class Contact:
    """How to reach the resident. `masked` says whether these are stars or the real thing."""

    name: str
    phone: str
    address: str
    masked: bool


def contact_for(*, viewer: User | AnonymousUser, wish: Wish) -> Contact:
    """The contact as stars; the real one only for the author, and for the cadre who is writing the draft down."""
    if is_author(viewer, wish) or is_scribe(viewer, wish):
        return real_contact(wish)
    return Contact(
        name=mask_name(wish.contact_name),
        phone=mask_phone(wish.contact_phone) if wish.contact_phone else "",
        address=mask_address(wish.address),
        masked=True,
    )


@transaction.atomic
def reveal_contact(*, actor: User, wish: Wish, reason: str, at: datetime | None = None) -> Contact:
    """The real contact for the live claimant and the handlers; the look is recorded and the author can read it.

    Raises `Invalid` (field "reason"), `NotAllowed`, `Conflict` once the claim is over.
    """
    now = steps.moment(at)
    wish = steps.locked(wish)
    if is_author(actor, wish):
        return real_contact(wish)
    require(actor, Action.REVEAL, wish, at=now)
    reason = steps.required(reason, field="reason", message=_("请写一句为什么要看，许愿人会看到。"), longest=200)
    record(ContactRevealed(wish_id=wish.pk, viewer_id=actor.pk), subject=wish, actor=actor, text=reason, at=now)
    return real_contact(wish)


def real_contact(wish: Wish) -> Contact:
    """Everything, unmasked: for services that have asked the policy and written the look down."""
    return Contact(name=wish.contact_name, phone=wish.contact_phone, address=wish.address, masked=False)
