"""Simplified Chinese as readers of traditional Chinese expect it."""

import pytest

from portal.hant import to_traditional


@pytest.mark.parametrize(
    ("simplified", "traditional"),
    [
        ("洲岛家园社区的网格员", "洲島家園社區的網格員"),
        ("核实通过，%(name)s 支持", "核實通過，%(name)s 支持"),
        ("短信验证码发到{phone}", "簡訊驗證碼發到{phone}"),
        ("回头看看里面", "回頭看看裡面"),
    ],
)
def test_conversion_keeps_terms_and_placeholders(simplified: str, traditional: str) -> None:
    assert to_traditional(simplified) == traditional
