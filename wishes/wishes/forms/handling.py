"""Forms of what is settled around a wish: who answers for it, call-backs, other bodies' answers, appeals."""

from django import forms
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import User
from wishes.wishes.domain import CallOutcome
from wishes.wishes.forms.steps import StepForm, colleagues
from wishes.wishes.handling.handover import open_handover


class ColleagueForm(StepForm):
    """A form that may name a colleague, as `to`."""

    def offer(self, nobody: str, people: dict[int, str]) -> None:
        """What can be chosen: nobody first, then these people."""
        field = self.fields["to"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = User.objects.filter(pk__in=list(people))
        field.choices = [("", nobody), *people.items()]
        self.initial.setdefault("to", "")


class ObjectForm(ColleagueForm):
    reason = forms.CharField(
        label=_("为什么不该派到这里"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("只有工作人员看得到。有人接下之前，还由您负责，时限不停。"),
        error_messages={"required": _("请写明为什么不该派到这里。")},
    )
    to = forms.ModelChoiceField(
        label=_("您觉得该由谁办"),
        queryset=User.objects.none(),
        required=False,
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": _("这位同志不负责这里，请另选一位。")},
    )

    def prepare(self) -> None:
        self.offer(_t("说不准，请上一级来定"), colleagues(self.wish, self.actor.pk))


class RefuseHandoverForm(StepForm):
    reason = forms.CharField(
        label=_("为什么不能接"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("提的人会看到。还由原来的同志负责。"),
        error_messages={"required": _("请写一句为什么不能接。")},
    )


class DecideObjectionForm(ColleagueForm):
    to = forms.ModelChoiceField(
        label=_("由谁来办"),
        queryset=User.objects.none(),
        required=False,
        widget=forms.RadioSelect,
        help_text=_("请别人办的，对方接下以后才换人。"),
        error_messages={"invalid_choice": _("这位同志不负责这里，请另选一位。")},
    )
    reason = forms.CharField(
        label=_("为什么这样定"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("提异议的人会看到。"),
        error_messages={"required": _("请写一句为什么这样定。")},
    )

    def prepare(self) -> None:
        handover = open_handover(self.wish)
        if handover is None:
            return
        who = handover.holder.legal_name if handover.holder else ""
        people = colleagues(self.wish)
        if self.actor.pk in people:
            people = {self.actor.pk: _t("我来办"), **{pk: words for pk, words in people.items() if pk != self.actor.pk}}
        self.offer(_t("仍由{who}负责").format(who=who), people)
        if handover.proposed_id in people:
            self.initial["to"] = handover.proposed_id


class AppealForm(StepForm):
    reason = forms.CharField(
        label=_("您为什么觉得不对"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("由书记或街道来看，不是原来处理的人。每次处理可以申诉一次。"),
        error_messages={"required": _("请写一句为什么觉得不对。")},
    )


class DecideAppealForm(forms.Form):
    verdict = forms.ChoiceField(
        label=_("您怎么定"),
        choices=[("uphold", _("申诉成立，撤销原来的处理")), ("dismiss", _("维持原来的处理"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("请选一个。")},
    )
    reason = forms.CharField(
        label=_("为什么这样定"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("申诉的人会看到。"),
        error_messages={"required": _("请写一句为什么这样定，申诉的人会看到。")},
    )


class CallForm(forms.Form):
    outcome = forms.ChoiceField(
        label=_("居民怎么说"),
        choices=CallOutcome.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("请选一个。")},
    )
    note = forms.CharField(
        label=_("记录"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("还没办好的，写下哪里没办好，办事的人会看到。"),
    )


class ReferralAnswerForm(forms.Form):
    answer = forms.CharField(
        label=_("答复"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("大家都能看到。请不要写居民的姓名和电话。"),
        error_messages={"required": _("请写下答复，大家会看到。")},
    )
