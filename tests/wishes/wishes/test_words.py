"""One writing on both sides of a search."""

import pytest

from wishes.wishes.words import fold, grams_of, number_asked, terms_of


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("廚房水管漏水", "厨房水管漏水"),
        ("臺階、路燈！", "台阶 路灯"),
        ("ＷｉＦｉ 坏了", "wifi 坏了"),
        ("一行\n两行\t三\u3000行", "一行 两行 三 行"),
        ("①号楼㎡", "1号楼m2"),
        ("100%_x\\", "100 x"),
        ("\x00\u202e水\u200b", "水"),
        ("", ""),
    ],
)
def test_what_is_compared(text: str, folded: str) -> None:
    assert fold(text) == folded
    assert fold(folded) == folded


def test_a_part_becomes_the_same_as_in_the_whole() -> None:
    # OpenCC chooses 乾/干, 着/著 by their neighbours when it sees them.
    for whole in ("乾隆年間的餅乾", "藉著燈光", "一隻乾淨的碗"):
        assert all(fold(letter) in fold(whole) for letter in whole)


def test_the_terms_of_a_query() -> None:
    assert terms_of(" 漏水，厨房 漏水 ") == ["漏水", "厨房"]
    assert terms_of("％＿ ，。") == []
    assert len(terms_of(" ".join("天地玄黄宇宙洪荒"))) == 5
    assert terms_of("长" * 5000) == ["长" * 20]


def test_grams() -> None:
    assert grams_of("灯") == ["灯"]
    assert grams_of("漏水管") == ["水管", "漏水"]


@pytest.mark.parametrize(
    ("query", "number"),
    [
        ("2026-1121-0037", "2026-1121-0037"),
        ("202611210037", "2026-1121-0037"),
        (" ２０２６－１１２１－００３７ ", "2026-1121-0037"),
        ("1121-0037", "1121-0037"),
        ("0037", "0037"),
        ("037", ""),
        ("13800001111", ""),
        ("漏水0037", ""),
        ("٠٠٣٧", ""),
        ("", ""),
    ],
)
def test_a_number_or_its_end(query: str, number: str) -> None:
    assert number_asked(query) == number
