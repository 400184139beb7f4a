"""From the first word of a draft to a submitted wish (许愿), and edits until somebody has claimed it."""

from datetime import datetime
from typing import TypedDict, Unpack

from grids.territory.models import Territory
from portal.accounts.models import User
from portal.photos.models import Photo
from wishes.wishes.domain import PhotoRole
from wishes.wishes.models import Category, Wish, WishPhoto


class WishFields(TypedDict, total=False):
    """What a resident writes. Everything may come alone: a draft is saved page by page."""

    title: str
    details: str
    category: Category | None
    quantity: int | None
    unit: str
    territory: Territory | None  # a grid where known, else the community
    place: str  # public and coarse, no door number
    address: str  # private
    contact_name: str  # private
    contact_phone: str  # private
    show_name: bool
    special_group: str
    draft_step: str


def start_draft(*, actor: User, on_behalf_of: User | None = None, at: datetime | None = None) -> Wish:
    """The resident's one open draft, begun now if there is none; contact and community come from the account.

    With `on_behalf_of`, a cadre writes for that resident (代录) and is recorded as `entered_by`.
    """
    raise NotImplementedError


def save_draft(*, actor: User, wish: Wish, at: datetime | None = None, **fields: Unpack[WishFields]) -> Wish:
    """Keeps what has been typed so far; nothing is required yet. Raises `Invalid` with the field for what can never be right."""
    raise NotImplementedError


def discard_draft(*, actor: User, wish: Wish) -> None:
    """Removes a draft that was never submitted."""
    raise NotImplementedError


def submit_wish(*, actor: User, wish: Wish, at: datetime | None = None) -> Wish:
    """Sends the wish: number, dispatch and clock in one transaction; returns it in its new state."""
    raise NotImplementedError


def edit_wish(
    *, actor: User, wish: Wish, version: int | None = None, at: datetime | None = None, **fields: Unpack[WishFields]
) -> Wish:
    """Changes a submitted wish until it is claimed. `version` is what the form was filled from: `Conflict` if it moved on."""
    raise NotImplementedError


def attach_photo(*, actor: User, wish: Wish, photo: Photo, role: PhotoRole = PhotoRole.REQUEST) -> WishPhoto:
    """Adds one of the actor's own photos; `Invalid` (field "photos") beyond the territory's maximum (9 by default)."""
    raise NotImplementedError


def remove_photo(*, actor: User, wish: Wish, wish_photo: WishPhoto) -> None:
    """Takes a photo of the request off again, until the wish is claimed."""
    raise NotImplementedError
