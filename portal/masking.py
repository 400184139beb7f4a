"""Masking of personal data, the default wherever a person is shown to others (docs/domain.md §2, §7)."""

import re

# Family names of two characters, which would otherwise be cut in half.
COMPOUND_SURNAMES = frozenset(
    "欧阳 太史 端木 上官 司马 东方 独孤 南宫 万俟 闻人 夏侯 诸葛 尉迟 公羊 赫连 澹台 皇甫 宗政 濮阳 "
    "公冶 太叔 申屠 公孙 慕容 "
    "仲孙 钟离 长孙 宇文 司徒 鲜于 司空 令狐 百里 呼延 东郭 南门 第五"
    " 歐陽 東方 獨孤 聞人 諸葛 尉遲 澹臺 鍾離 長孫 鮮于".split()
)


def mask_name(name: str) -> str:
    """Family name and one star: 张三 → 张*, 欧阳修 → 欧阳*. An empty name stays empty."""
    name = name.strip()
    if not name:
        return ""
    if name[:2] in COMPOUND_SURNAMES:
        return f"{name[:2]}*"
    return f"{name[0]}*"


def mask_phone(phone: str) -> str:
    """The last four digits only, which is enough to recognise one's own: +8613812345678 → ···5678."""
    digits = [c for c in phone if c.isdigit()]
    return "···" + "".join(digits[-4:]) if len(digits) >= 8 else "···"


def mask_address(address: str) -> str:
    """Nothing of a door number is shown: the whole address becomes three dots."""
    return "···" if address.strip() else ""


# Not dates, and not the numbers of wishes and incidents.
_NUMBER = re.compile(r"(?<![\d-])(?!20\d\d-\d{1,4}-\d{1,4}(?!\d))\+?\d(?:[ \-]?\d){6,}[\dxX]?")


def mask_numbers(text: str) -> str:
    """Words without telephone, card and account numbers, before they go where more people read them."""
    return _NUMBER.sub("···", text)
