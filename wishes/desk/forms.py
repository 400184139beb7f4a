"""What is asked at the desk: the words of a step for many, the name of a view."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from grids.roles.domain import HANDLER_ROLES
from grids.roles.queries import serving
from grids.territory.domain import ancestor_paths
from portal.deadlines.domain import Limit
from portal.deadlines.words import limit_words
from wishes.desk.services.bulk import ACTIONS
from wishes.wishes.domain import Action
from wishes.wishes.forms.steps import EXTENSIONS_IN_DAYS
from wishes.wishes.models import AnswerTemplate, ToldBy, Wish

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise as StrOrPromise

LABELS: "dict[Action, tuple[StrOrPromise, StrOrPromise, StrOrPromise]]" = {
    Action.TRANSFER: (_("为什么转给别人"), _("请写一句为什么转给别人。"), ""),
    Action.ASK: (_("想问什么"), _("请写下想问居民什么。"), _("等居民回答的时候，计时会停下来。")),
    Action.EXTEND: (_("为什么要延长"), _("请写明为什么要延长，居民会看到。"), _("居民会看到。")),
    Action.DECLINE: (_("为什么不受理"), _("请写明为什么不受理，居民会看到。"), _("居民会看到。")),
    Action.CLOSE_CANNOT_BE_DONE: (_("为什么办不了"), _("请写明为什么办不了，大家会看到。"), _("大家都能看到。")),
    Action.CLOSE_NOT_OURS: (_("说明"), "", _("大家都能看到。")),
}


class SaveViewForm(forms.Form):
    """The name under which the filters are kept."""

    name = forms.CharField(
        label=_("视图的名字"), max_length=20, error_messages={"required": _("请给这个视图起个名字。")}
    )
    pinned = forms.BooleanField(label=_("放在最前面"), required=False)
    shared = forms.BooleanField(label=_("给同事也看（他们只看到自己负责的）"), required=False)


class ExportForm(forms.Form):
    """The kind of file, and why contacts are needed, if they are."""

    file_format = forms.ChoiceField(
        label=_("存成什么"),
        choices=[("xlsx", _("Excel 表格（.xlsx）")), ("csv", _("文本表格（.csv）"))],
        initial="xlsx",
        widget=forms.RadioSelect,
        error_messages={"required": _("请选一种格式。"), "invalid_choice": _("请选一种格式。")},
    )
    reason = forms.CharField(
        label=_("为什么要完整的联系方式"),
        required=False,
        max_length=200,
        help_text=_("不写就打星号。写了，每一件都记下您看过，许愿人看得到；一次最多 200 件。"),
    )


class EntryForm(forms.Form):
    """The filled-in spreadsheet, and how what stands in it was told."""

    told_by = forms.ChoiceField(
        label=_("居民是怎么说的"),
        choices=ToldBy.choices,
        initial=ToldBy.PAPER,
        widget=forms.RadioSelect,
        help_text=_("不一样的，请分成几张表。"),
        error_messages={"required": _("请选居民是怎么说的。"), "invalid_choice": _("请选居民是怎么说的。")},
    )
    file = forms.FileField(
        label=_("填好的表"),
        widget=forms.FileInput(attrs={"accept": ".xlsx"}),
        error_messages={"required": _("请选填好的 .xlsx 文件。"), "empty": _("这个文件是空的，请换一个。")},
    )


class BulkForm(forms.Form):
    """The words and choices of one step for many wishes; what an action does not need is not asked."""

    to = forms.ChoiceField(label=_("转给谁"), error_messages={"required": _("请选转给谁。")})
    by = forms.ChoiceField(label=_("延长多久"), error_messages={"required": _("请选要延长多久。")})
    referred_to = forms.CharField(
        label=_("转请哪个单位办理"),
        max_length=100,
        help_text=_("单位名称和电话。大家都能看到。"),
        error_messages={"required": _("请写明转请哪个单位办理，大家会看到。")},
    )
    reason = forms.CharField(max_length=500, widget=forms.Textarea(attrs={"rows": 4}))

    def __init__(self, *args: Any, action: str, wishes: Sequence[Wish], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        step = Action(action)
        self._keep("to", step == Action.TRANSFER, lambda: handlers_of(wishes))
        self._keep("by", step == Action.EXTEND, _spans)
        if step != Action.CLOSE_NOT_OURS:
            del self.fields["referred_to"]
        if step not in LABELS:
            del self.fields["reason"]
            return
        label, required, hint = LABELS[step]
        reason = forms.CharField(
            label=label,
            help_text=hint,
            required=bool(required),
            max_length=500,
            widget=forms.Textarea(attrs={"rows": 4}),
        )
        reason.error_messages["required"] = required
        self.fields["reason"] = reason

    def _keep(self, name: str, wanted: bool, choices: Any) -> None:
        if wanted:
            self.fields[name].choices = [("", _("请选")), *choices()]  # type: ignore[attr-defined]
        else:
            del self.fields[name]


def _spans() -> list[tuple[str, str]]:
    return [(code, limit_words(Limit.parse(code))) for code in EXTENSIONS_IN_DAYS]


def handlers_of(wishes: Sequence[Wish]) -> list[tuple[str, str]]:
    """Staff appointed over one of these wishes' places, as (key, words); nearest places first."""
    paths = {path for wish in wishes for path in ancestor_paths(wish.path)}
    found: dict[str, str] = {}
    for user, office in serving(HANDLER_ROLES, paths):
        found.setdefault(str(user.pk), f"{user.legal_name} · {office}")
    return list(found.items())


def templates_for(action: str, wishes: Sequence[Wish]) -> list[AnswerTemplate]:
    """Wording ready for this step in all of these places."""
    purpose = ACTIONS[action].answers
    if not purpose:
        return []
    shared = set.intersection(*(set(ancestor_paths(wish.path)) for wish in wishes)) if wishes else set()
    found = AnswerTemplate.objects.filter(purpose=purpose, is_active=True).select_related("territory")
    return [one for one in found if one.territory is None or str(one.territory.path) in shared]
