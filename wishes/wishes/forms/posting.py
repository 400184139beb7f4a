"""The questions of posting a wish, one form for each page."""

import re
from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from grids.territory.domain import Level
from grids.territory.models import Territory
from grids.territory.numbers import place_by_code
from wishes.wishes.domain import Kind, SpecialGroup
from wishes.wishes.models import Category, ToldBy

Choices = Iterable[tuple[str, str | Promise]]


class PlaceField(forms.ChoiceField):
    """A community or grid by its code; becomes the `Territory`. The choices offered are only the ones near by."""

    def valid_value(self, value: str) -> bool:
        return bool(re.fullmatch(r"[0-9]{12}|[0-9]{15}", value))

    def clean(self, value: Any) -> Territory:
        code = super().clean(value)
        found = place_by_code(code, Level.COMMUNITY, Level.GRID)
        if found is None:
            raise forms.ValidationError(_("没有找到这个地方，请重新选一个。"))
        return found


class WhereForm(forms.Form):
    """Where is it: the grid, and words that everybody may read."""

    territory = PlaceField(
        label=_("在哪个网格？"),
        widget=forms.RadioSelect,
        error_messages={"required": _("请选心愿在哪个网格；说不清就选第一项。")},
    )
    place = forms.CharField(
        label=_("大概在什么地方"),
        required=False,
        max_length=80,
        help_text=_("大家都能看到，不要写门牌号。例如：3 栋东边的楼道"),
    )

    def __init__(self, *args: Any, places: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["territory"].choices = list(places)  # type: ignore[attr-defined]


class CategoryCards(forms.RadioSelect):
    """Categories as large cards under the heading of their group."""

    template_name = "wishes/widgets/category_cards.html"


class WhatForm(forms.Form):
    """What is it about."""

    category = forms.ModelChoiceField(
        label=_("选一个最接近的"),
        queryset=Category.objects.none(),
        to_field_name="code",
        widget=CategoryCards,
        empty_label=None,
        error_messages={
            "required": _("请选一个最接近的类别。"),
            "invalid_choice": _("这个类别现在不能选了，请换一个。"),
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["category"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Category.objects.filter(is_active=True, children__isnull=True).select_related("parent")
        field.choices = self._groups(list(field.queryset))

    @staticmethod
    def _groups(categories: list[Category]) -> list[tuple[str, list[tuple[Category, str]]]]:
        groups: dict[str, list[tuple[Category, str]]] = {}
        for category in categories:
            heading = category.parent.name if category.parent else ""
            groups.setdefault(heading, []).append((_CardValue(category), category.name))  # type: ignore[arg-type]
        return list(groups.items())


class _CardValue(str):
    """The code of a category that carries the category along, for the card's icon and hint."""

    category: Category

    def __new__(cls, category: Category) -> "_CardValue":
        value = super().__new__(cls, category.code)
        value.category = category
        return value


class DetailsForm(forms.Form):
    """What exactly. Photos are taken care of by the page, so that they stay when a field has an error."""

    title = forms.CharField(
        label=_("用一句话说"),
        max_length=60,
        help_text=_("例如：厨房水管漏水，想请人看看"),
        error_messages={
            "required": _("请用一句话写下心愿。"),
            "max_length": _("一句话最多写 60 个字，详细的写在下面。"),
        },
    )
    quantity = forms.IntegerField(
        label=_("要多少"),
        min_value=1,
        max_value=1_000_000,
        error_messages={
            "required": _("请写下要多少，只填数字。"),
            "invalid": _("数量只填数字，例如 20。"),
            "min_value": _("数量至少是 1。"),
            "max_value": _("数量最多填 1000000。"),
        },
    )
    unit = forms.CharField(
        label=_("单位"),
        max_length=10,
        help_text=_("斤、件、箱……"),
        error_messages={"required": _("请写单位，例如：斤。")},
    )
    estimated_value = forms.IntegerField(
        label=_("大概值多少钱（元）"),
        required=False,
        min_value=1,
        max_value=100_000,
        error_messages={
            "invalid": _("价钱只填数字，例如 400。"),
            "min_value": _("价钱至少是 1 元。"),
            "max_value": _("价钱最多填 100000 元。"),
        },
    )
    details = forms.CharField(
        label=_("详细情况"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("什么时候方便、要注意什么。大家都能看到，请不要写电话和门牌号。"),
    )

    def __init__(self, *args: Any, kind: str, gift_guide: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if gift_guide:
            words = _("这里的礼物一般是 {guide} 元。一户同时只能许一个礼物心愿。")
            self.fields["estimated_value"].help_text = words.format(guide=gift_guide)
        else:
            del self.fields["estimated_value"]
        if kind != Kind.GOODS:
            del self.fields["quantity"], self.fields["unit"]
        self.fields["title"].widget.attrs["autocomplete"] = "off"


class PhoneField(forms.CharField):
    """A number somebody answers, mobile or landline; spaces, dashes and brackets are forgiven."""

    default_error_messages = {"invalid": _("这不像一个电话号码，请看看有没有少写或多写数字。")}
    widget = forms.TextInput(attrs={"type": "tel", "inputmode": "tel", "autocomplete": "tel"})

    def clean(self, value: Any) -> str:
        text = re.sub(r"[\s()（）\-—–]", "", str(super().clean(value) or ""))
        text = text.translate({0xFF10 + digit: str(digit) for digit in range(10)})
        if text and not re.fullmatch(r"\+?[0-9]{7,15}", text):
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return text


class WhoForm(forms.Form):
    """Whom to call, and how much of it others may read."""

    contact_name = forms.CharField(
        label=_("怎么称呼您"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": _("请写下怎么称呼您。")},
    )
    contact_phone = PhoneField(
        label=_("联系电话"),
        max_length=30,
        help_text=_("只有帮您的人和负责的工作人员看得到，每次查看都有记录。"),
        error_messages={"required": _("请留一个能找到您的电话。")},
    )
    address = forms.CharField(
        label=_("详细地址"),
        required=False,
        max_length=200,
        help_text=_("和电话一样保密。要上门帮忙时才用得到。"),
        widget=forms.TextInput(attrs={"autocomplete": "street-address"}),
    )
    special_group = forms.ChoiceField(
        label=_("有没有下面的情况"),
        required=False,
        choices=SpecialGroup.choices,
        widget=forms.RadioSelect,
        help_text=_("有的话，网格员会先来核实，姓名一律不公开。"),
    )
    show_name = forms.TypedChoiceField(
        label=_("公开时怎么写您的名字"),
        choices=[("0", _("只写姓，例如“王*”")), ("1", _("写我的显示名"))],
        coerce=lambda value: value == "1",
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, phone_required: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["contact_phone"].required = phone_required


class SendForm(forms.Form):
    """The last page: a separate consent to publish, asked where it has not been given yet."""

    consent = forms.BooleanField(
        label=_("我同意把上面标明“公开”的内容给大家看"),
        error_messages={"required": _("要请邻居帮忙，得先同意公开心愿的内容。电话和地址不会公开。")},
    )


class ResidentForm(forms.Form):
    """Whom a cadre writes for (代居民填写)."""

    legal_name = forms.CharField(label=_("居民姓名"), max_length=60, error_messages={"required": _("请写居民的姓名。")})
    phone = forms.CharField(
        label=_("手机号"),
        required=False,
        max_length=30,
        widget=forms.TextInput(attrs={"type": "tel", "inputmode": "tel", "autocomplete": "off"}),
        help_text=_("登记过的会自动找到；没有手机的老人可以不填。"),
    )
    told_by = forms.ChoiceField(
        label=_("怎么说的"),
        choices=ToldBy.choices,
        initial=ToldBy.PHONE,
        widget=forms.RadioSelect,
        error_messages={"required": _("请选居民是怎么说的。"), "invalid_choice": _("请选居民是怎么说的。")},
    )
    consent = forms.BooleanField(
        label=_("已经把个人信息保护说明读给本人听，本人同意"),
        error_messages={"required": _("请先读给本人听，本人同意了再登记。")},
    )
