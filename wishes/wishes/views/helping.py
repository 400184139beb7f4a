"""Who helps with a wish: one person with a service, any number with goods, each with what they did."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection

from grids.bodies.models import Body
from portal.accounts.models import User
from portal.columns import Columns
from portal.photos.models import Photo
from wishes.wishes.domain import ClaimState, PhotoRole
from wishes.wishes.models import COUNTED, Claim, Wish, WishPhoto
from wishes.wishes.policies import Viewer

# So many claims are shown on one page at most; a quantity is rarely met by more.
MOST = 100
# Told on most pages of a wish, so it is written out.
_CLAIM, _CLAIMANT = Columns(Claim, "c"), Columns(User, "p", only=User.NAMED_BY)
_BODY = Columns(Body, "b", only=("id", "kind", "name"))
_CLAIMS = f"""
SELECT {_CLAIM.sql}, {_CLAIMANT.sql}, {_BODY.sql}
FROM wishes_claim c JOIN portal_user p ON p.id = c.claimant_id LEFT JOIN grids_body b ON b.id = c.body_id
WHERE c.wish_id = %s ORDER BY c.id LIMIT {MOST}
"""  # noqa: S608 - the names above


@dataclass(frozen=True)
class Helper:
    """One claim as this viewer may read it: `message` is between the claimant, the author and the staff."""

    claim: Claim
    message: str
    photos: list[Photo]

    @property
    def is_done(self) -> bool:
        """Whether this one has done their part."""
        return self.claim.state == ClaimState.DONE


def claims_of(wish: Wish) -> list[Claim]:
    """All claims of the wish, also those given up, with the people behind them as far as they are named."""
    with connection.cursor() as cursor:
        cursor.execute(_CLAIMS, [wish.pk])
        return [_claim(wish, iter(row)) for row in cursor.fetchall()]


def _claim(wish: Wish, row: Iterator[Any]) -> Claim:
    claim = _CLAIM.take(row)
    assert claim is not None
    Claim.wish.field.set_cached_value(claim, wish)
    Claim.claimant.field.set_cached_value(claim, _CLAIMANT.take(row))
    Claim.body.field.set_cached_value(claim, _BODY.take(row))
    return claim


def helpers_of(
    claims: Iterable[Claim], photos: Iterable[WishPhoto], viewer: Viewer, *, reads_messages: bool
) -> list[Helper]:
    """Those who help or have helped; of a service the last one."""
    counted = [claim for claim in claims if claim.state in COUNTED]
    if counted and counted[-1].exclusive:
        counted = counted[-1:]
    shown = [each for each in photos if each.role == PhotoRole.FULFILMENT]
    return [
        Helper(
            claim,
            claim.message if reads_messages or viewer.pk == claim.claimant_id else "",
            [each.photo for each in shown if each.claim_id == claim.pk or claim.exclusive],
        )
        for claim in counted
    ]


def helper_names(wishes: Iterable[Wish]) -> dict[int, str]:
    """Who helps with each of a few wishes, as others may know them, in one query; of goods nobody in particular."""
    one_each = [wish.pk for wish in wishes if wish.claimant_id is not None]
    if not one_each:
        return {}
    claims = Claim.objects.filter(wish_id__in=one_each, state__in=COUNTED, exclusive=True)
    return {claim.wish_id: claim.public_name for claim in claims.select_related("claimant", "body").order_by("id")}
