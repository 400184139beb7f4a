"""Forms of the steps a wish goes through, one small form for each."""

from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from grids.bodies.models import Body
from grids.roles.domain import HANDLER_ROLES
from grids.roles.queries import serving
from grids.territory.domain import ancestor_paths
from portal.accounts.models import User
from portal.accounts.phones import shown_phone
from portal.deadlines.domain import Limit
from portal.deadlines.words import limit_words
from wishes.wishes.forms.posting import PhoneField
from wishes.wishes.limits import extension_rule
from wishes.wishes.models import OutsideBody, Wish
from wishes.wishes.policies import names_of
from wishes.wishes.services.claims import live_claims
from wishes.wishes.services.steps import clock

EXTENSIONS_IN_HOURS = ("2h", "12h", "24h")
EXTENSIONS_IN_DAYS = ("1d", "3d", "5d", "7d", "15d")

OWN_NAME = "own"

MARKS = [
    ("1", _("很不满意")),
    ("2", _("不满意")),
    ("3", _("一般")),
    ("4", _("满意")),
    ("5", _("很满意")),
]


def _words(rows: int = 4) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class StepForm(forms.Form):
    """Base of all steps: knows the wish and who takes the step."""

    def __init__(self, *args: Any, wish: Wish, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.wish = wish
        self.actor = actor
        self.prepare()

    def prepare(self) -> None:
        """What a step offers depends on the wish."""


class NothingToSay(StepForm):
    """A step that only has to be confirmed."""


class ClaimForm(StepForm):
    quantity = forms.IntegerField(
        label=_("您认领多少"),
        min_value=1,
        max_value=1_000_000,
        error_messages={"required": _("请填您认领多少。"), "min_value": _("请填您认领多少，至少是 1。")},
    )
    body = forms.TypedChoiceField(
        label=_("以谁的名义"),
        widget=forms.RadioSelect,
        empty_value=None,
        error_messages={"required": _("请选以谁的名义认领。"), "invalid_choice": _("请从列表里选。")},
    )
    message = forms.CharField(
        label=_("想对许愿人说什么"),
        required=False,
        max_length=200,
        widget=_words(3),
        help_text=_("例如：我周六下午有空，先给您打电话。只有许愿人和工作人员看得到。"),
    )

    def prepare(self) -> None:
        self._offer_names()
        if not self.wish.is_shared:
            del self.fields["quantity"]
            return
        field = self.fields["quantity"]
        field.initial = self.wish.missing
        field.help_text = _("还差 {missing} {unit}，认领一部分也可以。").format(
            missing=self.wish.missing, unit=self.wish.unit
        )

    def _offer_names(self) -> None:
        """The actor's own name, and the bodies they act for; whoever acts for none is not asked."""
        names = names_of(self.actor, self.wish, timezone.now())
        if not names.bodies:
            del self.fields["body"]
            return
        own = [(OWN_NAME, _("我自己：{name}").format(name=self.actor.public_name))] if names.own else []
        field = self.fields["body"]
        field.choices = [*own, *((str(body.pk), body.name) for body in names.bodies)]  # type: ignore[attr-defined]
        self.initial.setdefault("body", OWN_NAME if names.own else str(names.bodies[0].pk))
        self.bodies = {str(body.pk): body for body in names.bodies}

    def clean_body(self) -> Body | None:
        return self.bodies.get(self.cleaned_data["body"])


class GiveUpForm(StepForm):
    reason = forms.CharField(
        label=_("为什么帮不了了"),
        max_length=500,
        widget=_words(),
        help_text=_("许愿人会看到。心愿会重新等人认领。"),
        error_messages={"required": _("请写一句为什么帮不了，许愿人会看到。")},
    )


class FulfilForm(StepForm):
    """Photos are taken in by the page, so that they stay when there is something to correct."""

    note = forms.CharField(
        label=_("办得怎么样"),
        required=False,
        max_length=2000,
        widget=_words(),
        help_text=_("写几句，或者放照片，至少有一样。大家都能看到。"),
    )

    claim = forms.TypedChoiceField(
        label=_("办好的是哪一份"),
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": _("请选是哪一份。")},
    )

    def prepare(self) -> None:
        """Whoever has a part of their own says it of that; staff choose among several."""
        live = live_claims(self.wish) if self.wish.is_shared else []
        if len(live) < 2 or any(claim.claimant_id == self.actor.pk for claim in live):
            del self.fields["claim"]
            return
        self.fields["claim"].choices = [  # type: ignore[attr-defined]
            (str(claim.pk), f"{claim.public_name} · {claim.part}") for claim in live
        ]


class EnoughForm(StepForm):
    reason = forms.CharField(
        label=_("为什么够了"),
        max_length=200,
        widget=_words(3),
        help_text=_("例如：剩下的菜自家留着吃。大家都能看到。"),
        error_messages={"required": _("请写一句为什么够了，大家会看到。")},
    )
    agreed = forms.BooleanField(
        label=_("我问过许愿人，本人同意"), error_messages={"required": _("要先问过许愿人，同意了再这样做。")}
    )

    def prepare(self) -> None:
        if self.actor.pk == self.wish.author_id:
            del self.fields["agreed"]


class RateForm(StepForm):
    speed = forms.TypedChoiceField(label=_("快不快"), coerce=int)
    attitude = forms.TypedChoiceField(label=_("态度好不好"), coerce=int)
    result = forms.TypedChoiceField(label=_("办得好不好"), coerce=int)
    comment = forms.CharField(
        label=_("还想说什么"), required=False, max_length=500, widget=_words(3), help_text=_("大家都能看到。")
    )

    def prepare(self) -> None:
        for name in ("speed", "attitude", "result"):
            field = self.fields[name]
            field.widget = forms.RadioSelect(attrs={"class": "rating"}, choices=MARKS)
            field.choices = MARKS  # type: ignore[attr-defined]
            field.error_messages["required"] = _("请给“{what}”打 1 到 5 颗星。").format(what=field.label)


class ReopenForm(StepForm):
    reason = forms.CharField(
        label=_("哪里还没办好"),
        max_length=500,
        widget=_words(),
        error_messages={"required": _("请写一句哪里还没办好。")},
    )


class WithdrawForm(StepForm):
    reason = forms.CharField(label=_("为什么撤回"), required=False, max_length=500, widget=_words(3))


class AnswerForm(StepForm):
    answer = forms.CharField(
        label=_("您的回答"), max_length=1000, widget=_words(), error_messages={"required": _("请写下您的回答。")}
    )


class VerifyForm(StepForm):
    note = forms.CharField(
        label=_("核实到的情况"),
        max_length=2000,
        widget=_words(),
        help_text=_("什么时候、见到谁、情况是否属实。只有这里的工作人员看得到。"),
        error_messages={"required": _("请写下核实到的情况。")},
    )


class RejectVerificationForm(StepForm):
    reason = forms.CharField(
        label=_("还要补充什么"),
        max_length=500,
        widget=_words(),
        help_text=_("居民会看到。"),
        error_messages={"required": _("请写明还缺什么，居民会看到。")},
    )
    note = forms.CharField(
        label=_("核实记录"),
        required=False,
        max_length=2000,
        widget=_words(3),
        help_text=_("只有这里的工作人员看得到。"),
    )


class DeclineForm(StepForm):
    reason = forms.CharField(
        label=_("为什么不受理"),
        max_length=500,
        widget=_words(),
        help_text=_("居民会看到。请写明依据，再说说可以找谁。"),
        error_messages={"required": _("请写明为什么不受理，居民会看到。")},
    )


class CannotBeDoneForm(StepForm):
    reason = forms.CharField(
        label=_("为什么办不了"),
        max_length=500,
        widget=_words(),
        help_text=_("大家都能看到。"),
        error_messages={"required": _("请写明为什么办不了，大家会看到。")},
    )


def outside_bodies(wish: Wish) -> QuerySet[OutsideBody]:
    """Registered bodies that matters of this place can be referred to."""
    here = Q(territory=None) | Q(territory__path__in=ancestor_paths(wish.path))
    return OutsideBody.objects.filter(here, is_active=True)


class NotOursForm(StepForm):
    """A registered body answers by a link of its own; any other is only named."""

    body = forms.ModelChoiceField(
        label=_("登记过的单位"),
        queryset=OutsideBody.objects.none(),
        required=False,
        empty_label=_("都不是，写在下面"),
        help_text=_("会请对方答复，答复对大家公开。"),
    )
    referred_to = forms.CharField(
        label=_("转请哪个单位办理"),
        required=False,
        max_length=100,
        help_text=_("单位名称和电话。大家都能看到。选了登记过的单位可以不写。"),
    )
    reason = forms.CharField(label=_("说明"), required=False, max_length=500, widget=_words(3))

    def prepare(self) -> None:
        bodies = outside_bodies(self.wish)
        if bodies.exists():
            self.fields["body"].queryset = bodies  # type: ignore[attr-defined]
        else:
            del self.fields["body"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("body") and not cleaned.get("referred_to") and "referred_to" not in self.errors:
            self.add_error("referred_to", _("请写明转请哪个单位办理，大家会看到。"))
        return cleaned


class DuplicateForm(StepForm):
    of = forms.CharField(
        label=_("和哪一个心愿相同"),
        max_length=20,
        help_text=_("写编号，例如 2026-1121-0037。要是同一个社区里已经公开的。"),
        error_messages={"required": _("请写另一个心愿的编号。")},
    )
    reason = forms.CharField(label=_("说明"), required=False, max_length=500, widget=_words(3))

    def clean_of(self) -> Wish:
        number = self.cleaned_data["of"].strip().replace(" ", "")
        other = Wish.objects.visible_to(self.actor).exclude(number="").filter(number=number).first()
        if other is None:
            raise forms.ValidationError(_("没有找到编号 {number} 的心愿，请核对一下。").format(number=number))
        return other


class AskForm(StepForm):
    question = forms.CharField(
        label=_("想问什么"),
        max_length=500,
        widget=_words(),
        help_text=_("等居民回答的时候，计时会停下来。"),
        error_messages={"required": _("请写下想问居民什么。")},
    )


class ExtendForm(StepForm):
    by = forms.ChoiceField(
        label=_("延长多久"), widget=forms.RadioSelect, error_messages={"required": _("请选要延长多久。")}
    )
    reason = forms.CharField(
        label=_("为什么要延长"),
        max_length=200,
        widget=_words(3),
        help_text=_("居民会看到。"),
        error_messages={"required": _("请写明为什么要延长，居民会看到。")},
    )

    def prepare(self) -> None:
        running = clock(self.wish)
        codes = EXTENSIONS_IN_HOURS if running is not None and running.limit.hours else EXTENSIONS_IN_DAYS
        rule = extension_rule(self.wish.territory)
        limits = [limit for code in codes if rule.allows(limit := Limit.parse(code))]
        self.fields["by"].choices = [(str(limit), limit_words(limit)) for limit in limits]  # type: ignore[attr-defined]
        left = rule.times - self.wish.extensions.count()
        self.fields["by"].help_text = _t("还能延长{left}次。").format(left=max(left, 0))


def colleagues(wish: Wish, *leave_out: int) -> dict[int, str]:
    """Who could answer for this wish in place of whoever does now: name, role and place by person, nearest first."""
    unfit = {wish.responsible_id, wish.author_id, *leave_out}
    labels: dict[int, str] = {}
    for user, office in serving(HANDLER_ROLES, ancestor_paths(wish.path)):
        if user.pk not in unfit:
            labels.setdefault(user.pk, f"{user.legal_name} · {office}")
    return labels


class TransferForm(StepForm):
    to = forms.ModelChoiceField(
        label=_("转给谁"),
        queryset=User.objects.none(),
        empty_label=None,
        widget=forms.RadioSelect,
        error_messages={"required": _("请选转给谁。"), "invalid_choice": _("这位同志不负责这里，请另选一位。")},
    )
    reason = forms.CharField(
        label=_("为什么转给别人"),
        max_length=500,
        widget=_words(3),
        error_messages={"required": _("请写一句为什么转给别人。")},
    )

    def prepare(self) -> None:
        labels = colleagues(self.wish)
        field = self.fields["to"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = User.objects.filter(pk__in=list(labels))
        field.choices = list(labels.items())


class RevealForm(StepForm):
    reason = forms.CharField(
        label=_("为什么要看"),
        max_length=200,
        help_text=_("例如：约上门的时间。许愿人会看到谁看过、为什么。"),
        error_messages={"required": _("请写一句为什么要看，许愿人会看到。")},
    )


class EditForm(StepForm):
    """What may still be changed of a submitted wish until somebody has claimed it."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    title = forms.CharField(
        label=_("用一句话说"), max_length=60, error_messages={"required": _("请用一句话写下心愿。")}
    )
    quantity = forms.IntegerField(label=_("要多少"), min_value=1, max_value=1_000_000)
    unit = forms.CharField(label=_("单位"), max_length=10)
    details = forms.CharField(
        label=_("详细情况"), required=False, max_length=2000, widget=_words(5), help_text=_("大家都能看到。")
    )
    place = forms.CharField(
        label=_("大概在什么地方"), required=False, max_length=80, help_text=_("大家都能看到，不要写门牌号。")
    )
    contact_name = forms.CharField(
        label=_("联系人"), max_length=60, error_messages={"required": _("请写下怎么称呼您。")}
    )
    contact_phone = PhoneField(
        label=_("联系电话"),
        max_length=30,
        help_text=_("保密。"),
        error_messages={"required": _("请留一个能找到您的电话。")},
    )
    address = forms.CharField(label=_("详细地址"), required=False, max_length=200, help_text=_("保密。"))

    def prepare(self) -> None:
        if self.wish.quantity is None:
            del self.fields["quantity"], self.fields["unit"]
        if not self.wish.contact_phone:
            self.fields["contact_phone"].required = False
        for name in self.fields:
            self.initial.setdefault(name, getattr(self.wish, name))
        if self.wish.contact_phone.startswith("+"):
            self.initial["contact_phone"] = shown_phone(self.wish.contact_phone)
