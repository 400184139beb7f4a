"""Numbers as typed and as kept."""

import pytest

from portal.accounts.phones import normalise_phone, shown_phone
from portal.errors import Invalid


@pytest.mark.parametrize(
    "typed",
    [
        "13812345678",
        "138 1234 5678",
        "138-1234-5678",
        " 138　1234　5678 ",
        "１３８１２３４５６７８",
        "+86 138 1234 5678",
        "0086 13812345678",
        "(138) 1234.5678",
    ],
)
def test_every_way_of_writing_a_number_is_one_number(typed: str) -> None:
    assert normalise_phone(typed) == "+8613812345678"


def test_numbers_of_hong_kong_are_taken() -> None:
    assert normalise_phone("+852 5123 4567") == "+85251234567"


@pytest.mark.parametrize("typed", ["", "abc", "138123", "1381234567890", "025 8888 8888", "'; DROP TABLE", "+"])
def test_what_is_no_mobile_number_is_refused_at_its_field(typed: str) -> None:
    with pytest.raises(Invalid) as refusal:
        normalise_phone(typed)
    assert refusal.value.code == "phone_invalid"
    assert refusal.value.field == "phone"


def test_codes_do_not_go_to_far_away_countries() -> None:
    with pytest.raises(Invalid) as refusal:
        normalise_phone("+44 7911 123456")
    assert refusal.value.code == "phone_region"


def test_a_number_is_shown_in_groups() -> None:
    assert shown_phone("+8613812345678") == "138 1234 5678"
    assert shown_phone("+85251234567") == "+852 5123 4567"
    assert shown_phone(None) == ""
