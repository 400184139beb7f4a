"""Forms of incidents: the report, and one small form for each step."""

from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from grids.bodies.models import Body
from grids.incidents.domain import LIVE_SUMMONS, ROLES_OF_LEVEL, Grade, Group, Sort
from grids.incidents.models import Incident, IncidentCategory, Summons
from grids.incidents.policies import own_summonses
from grids.incidents.services.joining import incidents_like
from grids.incidents.services.places import colleagues_at
from grids.incidents.services.whistling import LIMITS, departments_for
from grids.territory.domain import Level
from grids.territory.models import Territory
from portal.accounts.models import User
from portal.deadlines.domain import Limit
from portal.deadlines.words import limit_words

Words = str | Promise
Choices = list[tuple[Words, list[tuple[str, Words]]]]


def _words(rows: int = 3) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


def category_choices() -> Choices:
    """Categories in use under their class: 部件 · 公用设施."""
    found: dict[str, list[tuple[str, Words]]] = {}
    for category in IncidentCategory.objects.filter(is_active=True):
        sort: Sort = category.sort
        label = f"{sort.label} · {Group(category.group).label}"
        hint = f"{category.name}（{category.hint}）" if category.hint else category.name
        found.setdefault(label, []).append((category.code, hint))
    return list(found.items())


class ReportForm(forms.Form):
    """What is wrong and where. Photos are taken in by the page, so that they stay while something is corrected."""

    longitude = forms.FloatField(required=False, min_value=-180, max_value=180, widget=forms.HiddenInput)
    latitude = forms.FloatField(required=False, min_value=-90, max_value=90, widget=forms.HiddenInput)
    category = forms.ChoiceField(
        label=_("是什么事"),
        error_messages={"required": _("请选一类。"), "invalid_choice": _("请从列表里选一类。")},
    )
    place = forms.ChoiceField(
        label=_("在哪里"),
        error_messages={"required": _("请选在哪里。"), "invalid_choice": _("请从列表里选在哪里。")},
    )
    spot = forms.CharField(
        label=_("具体在哪儿"),
        required=False,
        max_length=80,
        help_text=_("例如：北门右手边。大家都能看到，不要写门牌号。"),
    )
    words = forms.CharField(
        label=_("说一句情况"),
        required=False,
        max_length=500,
        widget=_words(),
        help_text=_("只有工作人员看得到。有照片可以不写。"),
    )
    solved = forms.BooleanField(label=_("我已经当场处理好了"), required=False)
    note = forms.CharField(label=_("怎么处理的"), required=False, max_length=500, widget=_words(2))

    def __init__(self, *args: Any, places: Choices, solves: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["category"].choices = [("", _("请选一类")), *category_choices()]  # type: ignore[attr-defined]
        self.fields["place"].choices = places  # type: ignore[attr-defined]
        if not solves:
            del self.fields["solved"], self.fields["note"]

    @property
    def point(self) -> tuple[float, float] | None:
        """Where the phone stood, where it told both numbers."""
        longitude, latitude = self.cleaned_data.get("longitude"), self.cleaned_data.get("latitude")
        return None if longitude is None or latitude is None else (longitude, latitude)

    def clean_category(self) -> IncidentCategory:
        return IncidentCategory.objects.get(code=self.cleaned_data["category"])


class StepForm(forms.Form):
    """Base of all steps: knows the incident and who takes the step."""

    def __init__(self, *args: Any, incident: Incident, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.incident = incident
        self.actor = actor
        self.prepare()

    def prepare(self) -> None:
        """What a step offers depends on the incident."""


class NothingToSay(StepForm):
    """A step that only has to be confirmed."""


class FileForm(StepForm):
    """The category, put right where the reporter chose another."""

    category = forms.ChoiceField(label=_("类别"), error_messages={"required": _("请选一类。")})

    def prepare(self) -> None:
        self.fields["category"].choices = category_choices()  # type: ignore[attr-defined]
        self.initial.setdefault("category", self.incident.category.code)

    def clean_category(self) -> IncidentCategory:
        return IncidentCategory.objects.get(code=self.cleaned_data["category"])


class RejectForm(StepForm):
    reason = forms.CharField(
        label=_("为什么不立案"),
        max_length=500,
        widget=_words(),
        help_text=_("上报人会看到。"),
        error_messages={"required": _("请写一句为什么不立案，上报人会看到。")},
    )


class DispatchForm(StepForm):
    """To which place, or there to whom: one list, the nearest place first."""

    to = forms.ChoiceField(label=_("派给谁"), error_messages={"required": _("请选派给谁。")})

    def prepare(self) -> None:
        places = [
            place
            for place in reversed(self.incident.territory.ancestors())
            if place.level in ROLES_OF_LEVEL and place.level >= Level.STREET
        ]
        self.targets: dict[str, tuple[Territory, User | None]] = {}
        choices: Choices = []
        for place in places:
            people = colleagues_at(place)
            if people:
                self.targets[str(place.code)] = place, None
                self.targets.update({f"{place.code}-{person.pk}": (place, person) for person in people})
                group: list[tuple[str, Words]] = [(str(place.code), _("这里的工作人员都行"))]
                choices.append((place.name, [*group, *((f"{place.code}-{p.pk}", p.public_name) for p in people)]))
        self.fields["to"].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if chosen := cleaned.pop("to", ""):
            cleaned["place"], cleaned["to"] = self.targets[chosen]
        return cleaned


class PassUpForm(StepForm):
    reason = forms.CharField(
        label=_("为什么这里办不了"),
        max_length=500,
        widget=_words(),
        help_text=_("计时接着算。"),
        error_messages={"required": _("请写一句为什么这里办不了。")},
    )


class DoneForm(StepForm):
    """Photos are taken in by the page."""

    note = forms.CharField(
        label=_("怎么处置的"),
        required=False,
        max_length=500,
        widget=_words(),
        help_text=_("写一句，或者放照片，至少有一样。"),
    )


class VerifyForm(StepForm):
    note = forms.CharField(label=_("看到的情况"), required=False, max_length=200, widget=_words(2))
    show_photos = forms.BooleanField(label=_("照片可以公开（没有拍到人脸、车牌和门牌）"), required=False)


class FailForm(StepForm):
    reason = forms.CharField(
        label=_("哪里还没办好"),
        max_length=500,
        widget=_words(),
        error_messages={"required": _("请写一句哪里还没办好。")},
    )


class EvaluateForm(StepForm):
    grade = forms.ChoiceField(
        label=_("办得怎么样"),
        choices=Grade.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("请选一项考评。")},
    )
    note = forms.CharField(label=_("说明"), required=False, max_length=200, widget=_words(2))


class PauseForm(StepForm):
    reason = forms.CharField(
        label=_("在等什么"),
        max_length=200,
        widget=_words(2),
        help_text=_("例如：等配件、等审批。上报人会看到。"),
        error_messages={"required": _("请写一句在等什么，上报人会看到。")},
    )


class WhistleForm(StepForm):
    """Which departments, what for, and by when they report."""

    bodies = forms.MultipleChoiceField(
        label=_("叫哪些部门"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("请选在这里的职能部门，至少一个。")},
    )
    asked = forms.CharField(
        label=_("请部门做什么"),
        max_length=300,
        widget=_words(),
        help_text=_("例如：一起到现场，拆除违建。"),
        error_messages={"required": _("请写一句请部门做什么。")},
    )
    limit = forms.ChoiceField(label=_("多久之内报到"), initial="1d")

    def prepare(self) -> None:
        self.known = {str(body.pk): body for body in departments_for(self.incident)}
        self.fields["bodies"].choices = [(key, body.name) for key, body in self.known.items()]  # type: ignore[attr-defined]
        words = [(code, limit_words(Limit.parse(code))) for code in LIMITS]
        self.fields["limit"].choices = words  # type: ignore[attr-defined]

    def clean_bodies(self) -> list[Body]:
        return [self.known[key] for key in self.cleaned_data["bodies"]]


class MergeForm(StepForm):
    """Which other one it is: one of those near by, or by its number."""

    into = forms.ChoiceField(label=_("是哪一件"), widget=forms.RadioSelect, required=False)
    number = forms.CharField(label=_("或者写编号"), max_length=20, required=False)

    def prepare(self) -> None:
        found = incidents_like(self.incident.category, self.incident.territory, self.incident.point)
        self.near = {str(one.pk): one for one in found if one.pk != self.incident.pk}
        if not self.near:
            del self.fields["into"]
            return
        choices = [(key, f"{one.number} · {one.title} · {one.state_words}") for key, one in self.near.items()]
        self.fields["into"].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        number, chosen = cleaned.pop("number", "").strip().upper(), cleaned.pop("into", "")
        found = self.near.get(chosen)
        if number:
            found = Incident.objects.visible_to(self.actor).filter(number=number).first()
        if found is None:
            words = _("没有找到这个编号，请核对一下。") if number else _("请选一件，或者写编号。")
            self.add_error("number", words)
        else:
            cleaned["into"] = found
        return cleaned


class SummonsForm(StepForm):
    """For which department; whoever acts for one alone is not asked."""

    summons = forms.ChoiceField(label=_("哪个部门"), error_messages={"required": _("请选是哪个部门。")})

    def prepare(self) -> None:
        self.found = {str(one.pk): one for one in self.live()}
        if len(self.found) == 1:
            del self.fields["summons"]
        else:
            choices = [(key, one.body.name) for key, one in self.found.items()]
            self.fields["summons"].choices = choices  # type: ignore[attr-defined]

    def live(self) -> list[Summons]:
        """The summonses to choose from."""
        return own_summonses(self.actor, self.incident)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        chosen = cleaned.pop("summons", None)
        if "summons" not in self.errors:
            cleaned["summons"] = self.found[chosen] if chosen else next(iter(self.found.values()), None)
        return cleaned


class AnswerForm(SummonsForm):
    answer = forms.CharField(
        label=_("你们做了什么"),
        max_length=500,
        widget=_words(),
        error_messages={"required": _("请写一句你们做了什么。")},
    )


class CallOffForm(SummonsForm):
    """Any department that has not answered."""

    def live(self) -> list[Summons]:
        states = sorted(map(str, LIVE_SUMMONS))
        return list(self.incident.summonses.filter(state__in=states).select_related("body"))


class RevealForm(forms.Form):
    """Why somebody needs to know who reported it."""

    reason = forms.CharField(
        label=_("为什么要看"),
        max_length=200,
        widget=_words(2),
        help_text=_("每次都会记下来，上报人看得到。"),
        error_messages={"required": _("请写一句为什么要看，上报人会看到。")},
    )
