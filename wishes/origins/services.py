"""Making a wish of something (转为心愿): by the posting that everybody uses, once for each source."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, Unpack
from uuid import UUID

from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.accounts.services import find_or_register_assisted
from portal.errors import Conflict, Invalid, NotAllowed
from portal.outbox.services import record
from portal.photos.models import Photo
from portal.photos.services import copy_photo
from wishes.origins.events import WishMade
from wishes.origins.models import WishOrigin
from wishes.origins.queries import lives, living_origin, origins_of
from wishes.origins.registry import Prefill, Source
from wishes.wishes.models import Wish
from wishes.wishes.photos import PHOTO_PURPOSE
from wishes.wishes.services import WishFields, enter_wish
from wishes.wishes.services.steps import moment
from wishes.wishes.views.behalf import check_same_person

MYSELF, ANOTHER = "me", "other"


class MadeAlready(Conflict):
    """A wish was made of it before, and that one lives."""

    default_code = "made_already"

    def __init__(self, wish: Wish | None) -> None:
        number = wish.number if wish is not None else ""
        super().__init__(_("这件事已经转为心愿 {number}，不用再转。").format(number=number))
        self.wish = wish


@transaction.atomic
def make_wish(
    *,
    actor: User,
    source: Source[Any],
    subject: models.Model,
    who: str,
    legal_name: str = "",
    phone: str = "",
    consent: bool = False,
    photos: Collection[UUID] = (),
    at: datetime | None = None,
    **fields: Unpack[WishFields],
) -> Wish:
    """Sends a wish made of the source, and remembers that it was. Of two who do so at once, one does.

    `who` is "me", "other" (a resident with `legal_name` and `phone`, registered where they have no account) or the key
    of one of the people whom the source knows. `photos` are those of the source to be copied: they will be public.
    Raises `MadeAlready`, `Conflict`, `Invalid` with the field, `NotAllowed`.
    """
    now = moment(at)
    subject = source.hold(subject)
    may = source.may_make(actor, subject)
    if not may:
        raise (Conflict if may.by_state else NotAllowed)(may.reason, code=may.code)
    if (living := living_origin(source, subject)) is not None:
        raise MadeAlready(living.wish)
    prefill: Prefill = source.prefill(actor, subject)
    author = _author(actor, prefill, who, legal_name=legal_name, phone=phone)
    fields.setdefault("contact_name", author.legal_name or author.display_name or str(_("居民")))
    wish = enter_wish(
        actor=actor,
        author=author,
        consent=consent,
        told_by=prefill.told_by,
        photos=_copies(actor, prefill, photos),
        at=now,
        **fields,
    )
    _keep(source, subject, wish, at=now)
    event = WishMade(wish_id=wish.pk, kind=source.kind, source_key=subject.pk)
    record(event, subject=wish, actor=actor, at=now)
    record(event, subject=subject, actor=actor, at=now)
    return wish


def _author(actor: User, prefill: Prefill, who: str, *, legal_name: str, phone: str) -> User:
    if who == MYSELF and prefill.for_myself:
        return actor
    if who == ANOTHER and prefill.for_others:
        if not legal_name.strip():
            raise Invalid(_("请写居民的姓名。"), code="required", field="legal_name")
        check_same_person(legal_name, phone)
        return find_or_register_assisted(actor=actor, phone=phone, legal_name=legal_name)
    for person in prefill.people:
        if str(person.pk) == who:
            return person
    raise Invalid(_("请选替谁许愿。"), code="required", field="who")


def _copies(actor: User, prefill: Prefill, chosen: Collection[UUID]) -> list[Photo]:
    """Photos of the actor's own with the chosen pictures. Raises `Invalid` (field "photos") for one not offered."""
    offered = {photo.pk: photo for photo in prefill.photos}
    if any(key not in offered for key in chosen):
        raise Invalid(_("请从列出的照片里选。"), code="unknown_photo", field="photos")
    return [
        copy_photo(actor=actor, photo=photo, purpose=PHOTO_PURPOSE) for key, photo in offered.items() if key in chosen
    ]


def _keep(source: Source[Any], subject: models.Model, wish: Wish, *, at: datetime) -> None:
    """The row that the database takes once: whoever comes second waits here until the first has ended.

    Only what came to nothing makes room, as it stands now: another may have been quicker since the page was read.
    """
    gone = [one.pk for one in origins_of(source, subject) if one.is_current and not lives(one.wish)]
    WishOrigin.objects.filter(pk__in=gone).update(is_current=False)
    try:
        with transaction.atomic():
            WishOrigin.objects.create(wish=wish, kind=source.kind, source_key=subject.pk, made_at=at)
    except IntegrityError:
        living = living_origin(source, subject)
        raise MadeAlready(living.wish if living is not None else None) from None
