"""Who helps with a wish: one person with a service, any number with goods, each with what they did."""

from collections.abc import Iterable
from dataclasses import dataclass

from portal.photos.models import Photo
from wishes.wishes.domain import ClaimState, PhotoRole
from wishes.wishes.models import COUNTED, Claim, Wish, WishPhoto
from wishes.wishes.policies import Viewer

# So many claims are shown on one page at most; a quantity is rarely met by more.
MOST = 100


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
    """All claims of the wish, also those given up, with the people behind them."""
    claims = list(wish.claims.select_related("claimant", "body").order_by("id")[:MOST])
    for claim in claims:
        claim.wish = wish
    return claims


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
