"""Gift wishes (礼物心愿): a value to go by, and what makes two addresses one household (docs/domain.md §2).

A household is known by as little as possible: a keyed digest of community and address, from which nobody reads the
address back. Who gives no address is known by being the author.
"""

import re
import unicodedata

from django.utils.crypto import salted_hmac

# What people write between the numbers of an address; they all part them alike.
_PARTS = re.compile(r"(?:号楼|单元|栋|幢|座|室|房|户|层|楼|号|#|[\s\-—–_/,，.。、()（）])+")


def normalised_address(address: str, *, community: str = "") -> str:
    """An address as it is compared: 5栋2单元302室, 5 幢 2-302 and 5-2-302 are one, with the community's name or not."""
    text = unicodedata.normalize("NFKC", address).lower().replace(" ", "")
    if community:
        text = text.removeprefix(community.lower())
    return _PARTS.sub("-", text).strip("-")


def household_digest(*, community_code: str, address: str, community: str = "") -> str:
    """Which household an address belongs to, as 64 hexadecimal digits; empty where no address is given."""
    place = normalised_address(address, community=community)
    if not place:
        return ""
    return salted_hmac("wishes.household", f"{community_code}|{place}", algorithm="sha256").hexdigest()


def most_expected(guide: str) -> int | None:
    """The upper end of a value guide such as 300–500, in yuan; None where it names no number."""
    numbers = [int(number) for number in re.findall(r"[0-9]+", guide)]
    return max(numbers, default=None)


def is_above_guide(value: int | None, guide: str) -> bool:
    """Whether a gift is dearer than what is usually given here."""
    most = most_expected(guide)
    return value is not None and most is not None and value > most
