"""The one page between a source and the wish made of it: filled in already, to be checked and sent."""

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.accounts.models import User
from portal.masking import mask_name, mask_phone
from wishes.origins.registry import Prefill
from wishes.origins.services import ANOTHER, MYSELF
from wishes.wishes.forms.posting import PlaceField
from wishes.wishes.models import Category
from wishes.wishes.views.places import grid_choices


class MakeForm(forms.Form):
    """For whom, where and what; photos are chosen beside it."""

    who = forms.ChoiceField(
        label=gettext_lazy("替谁许这个心愿？"),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("请选替谁许愿。")},
    )
    legal_name = forms.CharField(label=gettext_lazy("居民姓名"), max_length=60, required=False)
    phone = forms.CharField(
        label=gettext_lazy("手机号"),
        max_length=30,
        required=False,
        widget=forms.TextInput(attrs={"type": "tel", "inputmode": "tel", "autocomplete": "off"}),
        help_text=gettext_lazy("登记过的会自动找到；没有手机的老人可以不填。"),
    )
    title = forms.CharField(
        label=gettext_lazy("用一句话说"),
        max_length=60,
        error_messages={"required": gettext_lazy("请用一句话写下心愿。")},
    )
    category = forms.ModelChoiceField(
        label=gettext_lazy("类别"),
        queryset=Category.objects.none(),
        to_field_name="code",
        empty_label=gettext_lazy("请选一个最接近的"),
        error_messages={"required": gettext_lazy("请选一个最接近的类别。")},
    )
    territory = PlaceField(label=gettext_lazy("在哪个网格？"))
    place = forms.CharField(
        label=gettext_lazy("大概在什么地方"),
        required=False,
        max_length=80,
        help_text=gettext_lazy("大家都能看到，不要写门牌号。"),
    )
    details = forms.CharField(
        label=gettext_lazy("详细情况"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("大家都能看到。原话里有名字、电话、门牌号的，请先删掉。"),
    )
    consent = forms.BooleanField(label=gettext_lazy("本人同意公开心愿的内容（电话和地址不公开）"), required=False)

    def __init__(self, data: QueryDict | None, *, prefill: Prefill) -> None:
        people = [(str(one.pk), _person_words(one)) for one in prefill.people]
        others = [(ANOTHER, _("别的居民（下面写姓名）"))] if prefill.for_others else []
        myself = [(MYSELF, _("我自己"))] if prefill.for_myself else []
        choices = [*people, *myself, *others]
        initial = {
            "who": choices[0][0] if choices else "",
            "title": prefill.title[:60],
            "category": prefill.category,
            "territory": prefill.place.code if prefill.place is not None else "",
            "place": prefill.spot,
            "details": prefill.details,
        }
        super().__init__(data, initial=initial)
        self.fields["who"].choices = choices  # type: ignore[attr-defined]
        if not prefill.for_others:
            del self.fields["legal_name"], self.fields["phone"]
        self.fields["territory"].choices = grid_choices(prefill.place)  # type: ignore[attr-defined]
        category = self.fields["category"]
        assert isinstance(category, forms.ModelChoiceField)
        category.queryset = Category.objects.filter(is_active=True, children__isnull=True)


def _person_words(person: User) -> str:
    phone = mask_phone(str(person.phone)) if person.phone else ""
    name = mask_name(person.legal_name or person.display_name)
    return " ".join(part for part in (str(_("上报人")), name, phone) if part)
