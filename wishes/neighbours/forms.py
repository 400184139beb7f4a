"""Forms of what neighbours do around a wish."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from wishes.neighbours.domain import LONGEST_COMMENT, ReportReason

NUMBER = re.compile(r"[0-9]{4}-[0-9]{4}-[0-9]{4,9}")


def _ascii(text: str) -> str:
    """Full-width digits and dashes as they stand on a keyboard, without spaces."""
    text = "".join(str(int(c)) if c.isdecimal() else c for c in text)
    return re.sub(r"[—–－−]", "-", re.sub(r"\s", "", text))


class StatusForm(forms.Form):
    """What is needed to read how far a wish is."""

    number = forms.CharField(
        label=_("心愿编号"),
        max_length=40,
        help_text=_("在回执和短信里，例如：2026-1121-0037"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
        error_messages={"required": _("请写下心愿的编号。")},
    )
    tail = forms.CharField(
        label=_("登记时留的电话的后四位"),
        max_length=12,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
        error_messages={"required": _("请写下电话的后四位。")},
    )

    def clean_number(self) -> str:
        number = _ascii(self.cleaned_data["number"])
        if re.fullmatch(r"[0-9]{12,17}", number):
            number = f"{number[:4]}-{number[4:8]}-{number[8:]}"
        if not NUMBER.fullmatch(number):
            raise forms.ValidationError(_("编号像 2026-1121-0037 这样，请再看看回执。"))
        return number

    def clean_tail(self) -> str:
        tail = _ascii(self.cleaned_data["tail"])
        if not re.fullmatch(r"[0-9]{4}", tail):
            raise forms.ValidationError(_("请写电话的最后四个数字。"))
        return tail


class CommentForm(forms.Form):
    """A comment; the service says what is missing."""

    text = forms.CharField(
        label=_("说几句"),
        max_length=LONGEST_COMMENT,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("大家都能看到，请不要写电话和门牌号。"),
        error_messages={"required": _("请写几个字再发。")},
    )


class ReportForm(forms.Form):
    """What is wrong with a comment."""

    reason = forms.ChoiceField(
        label=_("哪里不对"),
        choices=ReportReason.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("请选一个原因。")},
    )


class HideForm(forms.Form):
    """Why a comment is taken from view."""

    reason = forms.CharField(
        label=_("为什么隐藏"),
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("留言人会看到，也可以申诉。"),
        error_messages={"required": _("请写明为什么隐藏，留言人会看到。")},
    )


class AppealForm(forms.Form):
    """Why it should not have been."""

    words = forms.CharField(
        label=_("为什么不该隐藏"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("会请另一位同志来看，每条留言可以申诉一次。"),
        error_messages={"required": _("请写一句为什么不该隐藏。")},
    )


class DecideForm(forms.Form):
    """What somebody else finds."""

    show_again = forms.TypedChoiceField(
        label=_("复核下来"),
        choices=[("1", _("恢复公开")), ("0", _("还是不能公开"))],
        coerce=lambda value: value == "1",
        widget=forms.RadioSelect,
        error_messages={"required": _("请选一项。")},
    )
    answer = forms.CharField(
        label=_("给留言人的答复"),
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("请写一句答复，留言人会看到。")},
    )


class NothingToFill(forms.Form):
    """A step that only has to be confirmed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
