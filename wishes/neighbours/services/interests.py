"""Following a wish (关注) and needing the same (我也需要)."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from portal.accounts.models import User
from wishes.neighbours.domain import InterestKind
from wishes.neighbours.models import Interest
from wishes.neighbours.policies import can_be_interested, require
from wishes.wishes.models import Wish


@transaction.atomic
def add_interest(*, actor: User, wish: Wish, kind: InterestKind, at: datetime | None = None) -> bool:
    """Follow, or need the same, which follows as well; whether that is new. Twice is as good as once.

    Raises `NotAllowed`, `Conflict` where the wish is over or has been merged.
    """
    wish = _held(wish)
    require(can_be_interested(actor, kind, wish))
    kinds = {kind, InterestKind.FOLLOW}
    now = at or timezone.now()
    known = set(Interest.objects.filter(wish=wish, user=actor, kind__in=kinds).values_list("kind", flat=True))
    new = [Interest(wish=wish, user=actor, kind=one, since=now) for one in sorted(kinds - known)]
    # The unique constraint decides between two presses at the same moment.
    Interest.objects.bulk_create(new, ignore_conflicts=True)
    return kind not in known


@transaction.atomic
def drop_interest(*, actor: User, wish: Wish, kind: InterestKind) -> bool:
    """Follow no longer, or need it no longer; whether there was anything to drop. Needs no permission."""
    gone, _rows = Interest.objects.filter(wish=wish, user=actor, kind=kind).delete()
    return gone > 0


def _held(wish: Wish) -> Wish:
    """The wish as it is now, held until the end, so that nobody comes to it after its neighbours have moved on."""
    return Wish.objects.select_for_update(of=("self",), no_key=True).get(pk=wish.pk)
