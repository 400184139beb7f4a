"""Drafts between the pages of posting: whose they are, which page comes next, photos added and taken off."""

from collections.abc import Iterable

from django.core.files.uploadedfile import UploadedFile
from django.db import connection, transaction
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.columns import Columns
from portal.errors import Conflict, Invalid, NotAllowed
from portal.photos.services import accept_upload
from wishes.wishes.domain import PhotoRole, State
from wishes.wishes.models import Wish, WishPhoto
from wishes.wishes.photos import PHOTO_PURPOSE
from wishes.wishes.policies import may_go_on_with
from wishes.wishes.services import attach_photo, remove_photo
from wishes.wishes.similar import similar_wishes, sought_by

STEPS = ("where", "what", "details", "similar", "who", "check")


class AlreadySent(Exception):
    """The draft has become a wish; its own page tells the rest."""

    def __init__(self, wish: Wish) -> None:
        super().__init__(wish.number)
        self.wish = wish


def own_draft(member: User) -> Wish | None:
    """The draft the member has begun for themselves, if there is one."""
    drafts = Wish.objects.select_related("category", "territory", "community")
    return drafts.filter(author=member, entered_by=None, state=State.DRAFT, number="").first()


_TO_SEND = Columns(
    Wish, "w", only=("id", "state", "number", "author_id", "entered_by_id", "territory_id", "category_id")
)


def draft_or_404(member: User, draft_id: int, *, to_send: bool = False) -> Wish:
    """A draft of the member's own, or one they write for a resident. Raises Http404, `AlreadySent`.

    `to_send`: with no more than has to be known of it before it is sent; the rest is read when it is asked for.
    """
    wish = _to_send(draft_id) if to_send else Wish.objects.with_surroundings().filter(pk=draft_id).first()
    if wish is None or not may_go_on_with(member, wish):
        raise Http404
    if wish.author_id == member.pk:
        wish.author = member
    if wish.state != State.DRAFT:
        if not wish.number:
            raise Http404
        raise AlreadySent(wish)
    return wish


def _to_send(draft_id: int) -> Wish | None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {_TO_SEND.sql} FROM wishes_wish w WHERE w.id = %s", [draft_id])  # noqa: S608 - columns
        row = cursor.fetchone()
    return _TO_SEND.take(iter(row)) if row is not None else None


def step_url(draft: Wish, step: str) -> str:
    """The page of this question for this draft."""
    return reverse("wish_draft", kwargs={"draft_id": draft.pk, "step": step})


def furthest(draft: Wish, step: str) -> str:
    """The step to remember: pages further on that were reached before stay reachable."""
    known = STEPS.index(draft.draft_step) if draft.draft_step in STEPS else 0
    return STEPS[max(known, STEPS.index(step))]


def similar_to(draft: Wish) -> list[int]:
    """Keys of other people's open wishes near by that may be the same matter, the likeliest first."""
    sought = sought_by(draft)
    return similar_wishes(sought, but_not_of=draft.author) if sought else []


def next_step(draft: Wish, step: str) -> str:
    """The page after this one; back to the answers for somebody who came from there to change one."""
    if draft.draft_step == "check":
        return "check"
    following = STEPS[STEPS.index(step) + 1]
    if following == "similar" and not similar_to(draft):
        return "who"
    return following


def previous_url(draft: Wish, step: str) -> str:
    """Where the back link of a page leads."""
    if draft.draft_step == "check" and step != "check":
        return step_url(draft, "check")
    before = STEPS[max(STEPS.index(step) - 1, 0)]
    if before == "similar" and not similar_to(draft):
        before = "details"
    return step_url(draft, before) if step != "where" else reverse("home")


def add_photos(member: User, wish: Wish, files: Iterable["UploadedFile[bytes]"]) -> list[str]:
    """Takes in each picture by itself and returns what is to be said about those that could not be taken."""
    problems = []
    for file in files:
        try:
            with transaction.atomic():
                photo = accept_upload(actor=member, file=file, purpose=PHOTO_PURPOSE)
                attach_photo(actor=member, wish=wish, photo=photo)
        except (Invalid, Conflict, NotAllowed) as error:
            problems.append(_("{name}：{reason}").format(name=file.name, reason=error.message))
    return problems


def take_off(member: User, wish: Wish, photo_id: str) -> None:
    """Takes a photo off the draft; one that is gone already is no problem."""
    found = wish.photos.filter(pk=int(photo_id)).first() if photo_id.isdecimal() else None
    if found is not None:
        remove_photo(actor=member, wish=wish, wish_photo=found)


def request_photos(wish: Wish) -> list[WishPhoto]:
    """Photos of the matter as posted, in order."""
    return list(wish.photos.filter(role=PhotoRole.REQUEST).select_related("photo"))
