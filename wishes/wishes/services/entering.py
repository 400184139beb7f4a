"""A whole wish sent in one step: for a resident by staff (代录), or one's own."""

from collections.abc import Sequence
from datetime import datetime
from typing import Unpack

from django.db import transaction
from django.utils.translation import gettext as _

from portal.accounts.consents import give_consent, has_consent, text_in_force
from portal.accounts.models import ConsentText, User
from portal.errors import Conflict, Invalid
from portal.photos.models import Photo
from wishes.wishes.domain import PhotoRole, State
from wishes.wishes.models import Wish
from wishes.wishes.services.pictures import add_photos
from wishes.wishes.services.posting import WishFields, save_draft, start_draft, submit_wish

PUBLICATION = ConsentText.Kind.PUBLICATION


@transaction.atomic
def enter_wish(
    *,
    actor: User,
    author: User,
    consent: bool,
    told_by: str = "",
    photos: Sequence[Photo] = (),
    at: datetime | None = None,
    **fields: Unpack[WishFields],
) -> Wish:
    """Begins, fills in and sends a wish of the author's; another's is entered by the actor and recorded as such.

    `consent`: the author agrees that it is published. Raises `Conflict` (code "draft_open") where the actor has begun
    another one of this author's, which is not to be lost; `Invalid` with the field, `NotAllowed`.
    """
    scribe = actor if author.pk != actor.pk else None
    if Wish.objects.filter(author=author, entered_by=scribe, state=State.DRAFT, number="").exists():
        words = (
            _("您替这位居民写的另一份还没写完，请先写完或删掉。")
            if scribe
            else _("您有一份没写完的心愿，请先提交或删掉。")
        )
        raise Conflict(words, code="draft_open")
    draft = start_draft(actor=actor, on_behalf_of=author if scribe else None, told_by=told_by, at=at)
    draft = save_draft(actor=actor, wish=draft, at=at, **fields)
    add_photos(draft, photos, actor=actor, role=PhotoRole.REQUEST)
    if text_in_force(PUBLICATION) is not None and not has_consent(author, PUBLICATION):
        if not consent:
            words = _("要请邻居帮忙，得先同意公开心愿的内容。电话和地址不会公开。")
            raise Invalid(words, code="consent_required", field="consent")
        give_consent(actor=actor, user=author, kind=PUBLICATION)
    return submit_wish(actor=actor, wish=draft, at=at)
