"""One open gift wish per household, held by the database (docs/domain.md §2, "Special groups")."""

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from portal.errors import Conflict
from wishes.wishes.domain import UNDER_WAY
from wishes.wishes.gifts import household_digest
from wishes.wishes.models import Wish
from wishes.wishes.services import steps


def note_household(wish: Wish) -> None:
    """Writes down whose gift it is, as long as it is open; nothing for what is no gift."""
    assert wish.community is not None
    wish.household = ""
    if wish.is_gift:
        wish.household = household_digest(
            community_code=str(wish.community.code), address=wish.address, community=str(wish.community.name)
        )


def save_only_gift(wish: Wish) -> Wish:
    """Saves a wish that has just come under way. Raises `Conflict` (code "open_gift") where the household has one."""
    if not wish.is_gift:
        return steps.save(wish)
    if _others(wish):
        raise Conflict(_one_at_a_time(), code="open_gift")
    try:
        with transaction.atomic():
            return steps.save(wish)
    except IntegrityError as error:
        if "wish_one_open_gift" not in str(error):
            raise
        raise Conflict(_one_at_a_time(), code="open_gift") from error


def _one_at_a_time() -> str:
    return _("一户同时只能有一个礼物心愿在办。等上一个办完，再许新的。")


def _others(wish: Wish) -> bool:
    same = Q(author_id=wish.author_id, is_gift=True)
    if wish.household:
        same |= Q(household=wish.household)
    return Wish.objects.filter(same, state__in=[str(state) for state in UNDER_WAY]).exclude(pk=wish.pk).exists()
