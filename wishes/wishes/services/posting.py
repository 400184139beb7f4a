"""From the first word of a draft to a submitted wish (许愿), and edits until somebody has claimed it."""

from datetime import datetime
from typing import Any, TypedDict, Unpack, cast

from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from grids.roles.domain import HANDLER_ROLES
from grids.roles.queries import holds_anywhere, lives_in, residency_of
from grids.territory.domain import Level
from grids.territory.models import Territory
from grids.territory.numbers import present_place
from grids.territory.tree import hold_place
from portal.accounts.models import User
from portal.cleaning import clean_text
from portal.errors import Conflict, Invalid, NotAllowed
from portal.outbox.services import record
from portal.photos.services import delete_photo
from wishes.wishes.domain import Action, Kind, SpecialGroup, State, format_number, state_after_submission
from wishes.wishes.events import WishEdited, WishPublished, WishSubmitted
from wishes.wishes.limits import looks_first_at_unconfirmed, needs_verification
from wishes.wishes.models import Category, Wish, WishNumber
from wishes.wishes.policies import is_handler, require
from wishes.wishes.services import steps
from wishes.wishes.services.dispatch import dispatch
from wishes.wishes.services.gifts import note_household, save_only_gift


class WishFields(TypedDict, total=False):
    """What a resident writes. Everything may come alone: a draft is saved page by page."""

    title: str
    details: str
    category: Category | None
    quantity: int | None
    unit: str
    estimated_value: int | None  # yuan, for gifts
    territory: Territory | None  # a grid where known, else the community
    place: str  # public and coarse, no door number
    address: str  # private
    contact_name: str  # private
    contact_phone: str  # private
    show_name: bool
    special_group: str
    draft_step: str


LONGEST = {
    "title": 60,
    "details": 4000,  # the pages ask for 2000; other systems may send 4000
    "unit": 10,
    "place": 80,
    "address": 200,
    "contact_name": 60,
    "contact_phone": 20,
    "draft_step": 20,
}
EDITABLE = frozenset(WishFields.__annotations__)


@transaction.atomic
def start_draft(
    *, actor: User, on_behalf_of: User | None = None, told_by: str = "", at: datetime | None = None
) -> Wish:
    """The resident's one open draft, begun now if there is none; contact and place come from the account.

    With `on_behalf_of`, a cadre writes for that resident (代录) and is recorded as `entered_by`. That draft is apart
    from the resident's own, and holds of the resident only what the cadre knows: name and address are asked for anew,
    so that nobody reads them from an account by beginning a draft. `told_by` is how they told it (`ToldBy`). Raises
    `NotAllowed` when the actor is no cadre.
    """
    author = on_behalf_of or actor
    scribe = actor if author.pk != actor.pk else None
    if scribe is not None and not holds_anywhere(scribe, HANDLER_ROLES):
        raise NotAllowed(_("只有工作人员可以替居民登记心愿。"))
    begun = Wish.objects.filter(author=author, entered_by=scribe, state=State.DRAFT, number="")
    draft = begun.first()
    if draft is not None:
        return draft
    draft = Wish(author=author, entered_by=scribe, created_at=steps.moment(at), contact_phone=author.phone or "")
    if scribe is None:
        _fill_in(draft, author)
    else:
        draft.told_by = told_by
        if author.assisted_by_id == scribe.pk:
            draft.contact_name = author.legal_name
    try:
        with transaction.atomic():
            draft.save()
    except IntegrityError:
        # Two pages opened at once: the other one has just begun the draft.
        return begun.get()
    return draft


@transaction.atomic
def save_draft(*, actor: User, wish: Wish, at: datetime | None = None, **fields: Unpack[WishFields]) -> Wish:
    """Keeps what has been typed so far; nothing is required yet. Raises `Invalid` for what can never be right.

    Also takes a wish that came back from verification, which is a draft again.
    """
    wish = steps.locked(wish)
    if wish.state != State.DRAFT:
        raise Conflict(_("这个心愿已经提交了，不再是草稿。"), code="wrong_state")
    require(actor, Action.EDIT, wish, at=at)
    _apply(wish, fields)
    return steps.save(wish)


@transaction.atomic
def discard_draft(*, actor: User, wish: Wish) -> None:
    """Removes a draft that was never submitted. Raises `Conflict` for a wish that was."""
    wish = steps.locked(wish)
    if wish.state != State.DRAFT or wish.number:
        raise Conflict(_("提交过的心愿不能删掉，可以撤回。"), code="wrong_state")
    require(actor, Action.EDIT, wish)
    for shown in wish.photos.select_related("photo"):
        delete_photo(photo=shown.photo)
    wish.delete()


@transaction.atomic
def submit_wish(*, actor: User, wish: Wish, at: datetime | None = None) -> Wish:
    """Sends the wish: number, dispatch and clock in one transaction; returns it in its new state.

    Who may: anybody with an account whose phone is verified, or who was registered by staff, names the place of the
    wish and so decides which grid hears of it. A resident whose residency there is not confirmed yet may send as well;
    where the place's setting says so, such a wish is looked at by the community first.
    Raises `Invalid` with the field that is missing, `NotAllowed`, `Conflict` when it was sent already.
    """
    now = steps.moment(at)
    wish = steps.locked_in_place(wish)
    if actor.pk == wish.author_id:
        wish.author = actor  # whose roles and home are known by now
    require(actor, Action.SUBMIT, wish, at=now)
    _check_author(wish)
    check_complete(wish)
    _check_scribe(actor, wish)
    assert wish.category is not None
    assert wish.territory is not None
    _stand_in_present_grid(wish, wish.territory)
    again = bool(wish.number)
    _settle(wish)
    steps.move(wish, Action.SUBMIT, _state_after(wish))
    wish.waiting_since = None
    if not again:
        wish.submitted_at = now
    if wish.state == State.PUBLISHED:
        wish.published_at = wish.published_at or now
    steps.start(wish, at=now, again=again)
    on_behalf_of = wish.author if actor.pk != wish.author_id else None
    event = WishSubmitted(wish_id=wish.pk, again=again)
    record(event, subject=wish, actor=actor, on_behalf_of=on_behalf_of, at=now)
    dispatch(wish, actor=actor, at=now, again=again)
    if wish.state == State.PUBLISHED:
        record(WishPublished(wish_id=wish.pk), subject=wish, at=now)
    if not again:
        # Last, since whoever posts at the same moment waits for the row of the day until this transaction ends.
        wish.number = next_number(now)
    return save_only_gift(wish)


@transaction.atomic
def edit_wish(
    *,
    actor: User,
    wish: Wish,
    version: int | None = None,
    on_behalf_of: User | None = None,
    at: datetime | None = None,
    **fields: Unpack[WishFields],
) -> Wish:
    """Changes a submitted wish until it is claimed; `version` is what the form was filled from.

    Place and category stay as dispatched. Raises `Conflict` (code "changed") when somebody changed it meanwhile,
    `Invalid` with the field, `NotAllowed`.
    """
    now = steps.moment(at)
    wish = steps.locked(wish)
    require(actor, Action.EDIT, wish, on_behalf_of=on_behalf_of, at=now)
    if version is not None and version != wish.version:
        raise Conflict(_("您打开以后，这个心愿有了变化。请看看现在的内容，再改一次。"), code="changed")
    if {"territory", "category", "special_group"} & set(fields):
        raise Invalid(_("地点、类别和特殊情况提交后不能改，可以撤回后重新许一个。"), code="fixed")
    before = {name: getattr(wish, name) for name in fields}
    _apply(wish, fields)
    check_complete(wish)
    changed = tuple(sorted(name for name, value in before.items() if getattr(wish, name) != value))
    if not changed:
        return wish
    note_household(wish)
    record(WishEdited(wish_id=wish.pk, fields=changed), subject=wish, actor=actor, on_behalf_of=on_behalf_of, at=now)
    return save_only_gift(wish)


def _stand_in_present_grid(wish: Wish, place: Territory) -> None:
    """The net of grids may have changed since the place was chosen; while the wish is sent, it stays as it is."""
    held = place
    while held.dissolved_on is not None:
        held = hold_place(present_place(held))
    if held.pk != wish.territory_id:
        set_place(wish, held)
    wish.path = str(held.path)


def set_place(wish: Wish, place: Territory) -> None:
    """Puts the wish into the grid, or the community where no grid is known. Raises `Invalid` (field "territory")."""
    grid, community = place.ancestor_at(Level.GRID), place.ancestor_at(Level.COMMUNITY)
    if community is None:
        raise Invalid(_("请选到社区或网格。"), code="too_wide", field="territory")
    wish.territory = grid or community
    wish.community = community
    wish.path = str(wish.territory.path)


def check_complete(wish: Wish) -> None:
    """Raises `Invalid` with the first field that is missing for sending."""
    assisted_without_phone = wish.entered_by_id is not None and not wish.author.phone
    missing = [
        ("territory", wish.territory_id is None, _("请选心愿在哪个社区或网格。")),
        ("category", wish.category is None or not wish.category.is_active, _("请选一个类别。")),
        ("title", not wish.title, _("请用一句话写下心愿。")),
        ("contact_name", not wish.contact_name, _("请写下怎么称呼您。")),
        ("contact_phone", not wish.contact_phone and not assisted_without_phone, _("请留一个能找到您的电话。")),
    ]
    for field, is_missing, message in missing:
        if is_missing:
            raise Invalid(message, code="required", field=field)


def next_number(at: datetime) -> str:
    """The next number of that local day, race-free: one statement moves the day's row and reads it."""
    day = timezone.localdate(at)
    table = connection.ops.quote_name(WishNumber._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} AS n (day, last) VALUES (%s, 1) "  # noqa: S608 - the table's own quoted name
            "ON CONFLICT (day) DO UPDATE SET last = n.last + 1 RETURNING last",
            [day],
        )
        (last,) = cursor.fetchone()
    return format_number(day, int(last))


def _fill_in(draft: Wish, author: User) -> None:
    """What the account already knows, so that nobody types it again."""
    draft.contact_name = author.legal_name or author.display_name
    residency = residency_of(author)
    if residency is not None:
        draft.address = residency.address
        set_place(draft, residency.place)


def _apply(wish: Wish, fields: WishFields) -> None:
    for name, value in cast(dict[str, Any], fields).items():
        if name not in EDITABLE:
            raise TypeError(f"{name} is not a field a resident writes")
        if name == "territory":
            if value is not None:
                set_place(wish, value)
        elif name in LONGEST:
            setattr(wish, name, _text(name, value))
        else:
            setattr(wish, name, value)
    if wish.special_group not in SpecialGroup.values:
        raise Invalid(_("请从列表里选。"), field="special_group")
    if wish.category is not None and wish.category_id != wish.category.pk:
        raise Invalid(_("请从列表里选。"), field="category")
    if wish.quantity is not None and not 1 <= wish.quantity <= 1_000_000:
        raise Invalid(_("数量请填 1 到 1000000。"), code="range", field="quantity")
    if wish.estimated_value is not None and not 1 <= wish.estimated_value <= 100_000:
        raise Invalid(_("估计价值请填 1 到 100000 元。"), code="range", field="estimated_value")


def _text(name: str, value: str) -> str:
    cleaned = clean_text(value, lines=name == "details")
    if name == "contact_phone":
        cleaned = cleaned.replace(" ", "").replace("-", "").replace("—", "")
    if len(cleaned) > LONGEST[name]:
        raise Invalid(_("最多写{longest}个字。").format(longest=LONGEST[name]), code="too_long", field=name)
    return cleaned


def _check_author(wish: Wish) -> None:
    author = wish.author
    if not (author.phone_verified_at or author.assisted_by_id or wish.entered_by_id or author.is_staff):
        raise NotAllowed(_("请先用手机验证码登录一次，再许愿。"))


def _check_scribe(actor: User, wish: Wish) -> None:
    """A cadre sends wishes for residents only in the places they answer for."""
    if actor.pk != wish.author_id and not is_handler(actor, wish):
        raise NotAllowed(_("这个地方不归您负责，请当地的工作人员来登记。"))


def _settle(wish: Wish) -> None:
    """Kind, limit and amount follow from the category; only goods have an amount."""
    assert wish.category is not None
    wish.kind, wish.urgency, wish.is_gift = wish.category.kind, wish.category.urgency, wish.category.is_gift
    wish.estimated_value = wish.estimated_value if wish.is_gift else None
    note_household(wish)
    if wish.kind == Kind.GOODS:
        wish.quantity, wish.unit = wish.quantity or 1, wish.unit or _("件")
    else:
        wish.quantity, wish.unit = None, ""


def _state_after(wish: Wish) -> State:
    assert wish.category is not None
    assert wish.territory is not None
    special = wish.category.needs_verification or needs_verification(wish.special_group, wish.territory)
    look_first = wish.category.needs_moderation or (
        looks_first_at_unconfirmed(wish.territory) and not lives_in(wish.author, wish.community_id)
    )
    return state_after_submission(special=special, needs_moderation=look_first)
