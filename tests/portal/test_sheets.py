"""Cells that no spreadsheet takes for a formula."""

import pytest

from portal.sheets import plain_cell


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+86", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "\u3000=1", "＝1+1", "＠x", '=cmd|" /C calc"!A0'],
)
def test_what_begins_like_a_formula_is_text(text: str) -> None:
    assert plain_cell(text).startswith("'")


@pytest.mark.parametrize("text", ["", "修水管", "3 栋", "a=b", "第一行\n=第二行"])
def test_other_text_stays_as_it_is(text: str) -> None:
    assert plain_cell(text) == text


def test_what_no_text_contains_goes() -> None:
    assert plain_cell("修\x00水\x07管") == "修水管"
