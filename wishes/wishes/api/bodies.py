"""What programs may send, one serializer for each step."""

from typing import Any

from django.core.exceptions import ValidationError as FieldError
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from grids.territory.domain import Level
from grids.territory.models import Territory
from portal.api.fields import CodeField, words
from wishes.wishes.domain import PUBLIC_ENDS, PUBLIC_STATES, CallOutcome, Kind, SpecialGroup, State
from wishes.wishes.forms.posting import PhoneField
from wishes.wishes.models import Category
from wishes.wishes.sources import from_source


@extend_schema_field(OpenApiTypes.STR)
class CategoryField(CodeField):
    """A category in use that wishes can hang on."""

    def get_queryset(self) -> QuerySet[Category]:
        return Category.objects.filter(is_active=True, children__isnull=True)


@extend_schema_field(OpenApiTypes.STR)
class PlaceField(CodeField):
    """A community or grid."""

    def get_queryset(self) -> QuerySet[Territory]:
        found: QuerySet[Territory] = Territory.objects.at(Level.COMMUNITY, Level.GRID).living().defer("boundary")
        return found


class PhoneText(serializers.CharField):
    """A telephone number; spaces, dashes and brackets are forgiven."""

    def to_internal_value(self, data: Any) -> str:
        text = super().to_internal_value(data)
        try:
            return str(PhoneField(required=False).clean(text))
        except FieldError as error:
            raise serializers.ValidationError(error.messages) from None


class ListQuery(serializers.Serializer[Any]):
    """What the public list may be narrowed by."""

    q = serializers.CharField(
        max_length=40,
        required=False,
        help_text=_("心愿、详情、大概位置、类别里的字，用空格分开的都要有；或者编号、编号的后四位"),
    )
    place = serializers.RegexField(
        r"^([0-9]{9}|[0-9]{12}|[0-9]{15})$", required=False, help_text=_("街道、社区或网格代码，9、12 或 15 位数字")
    )
    since = serializers.DateField(required=False, help_text=_("从这一天起提交的"))
    until = serializers.DateField(required=False, help_text=_("到这一天为止提交的"))
    community = serializers.RegexField(r"^[0-9]{12}$", required=False, help_text=_("社区代码，12 位数字"))
    grid = serializers.RegexField(r"^[0-9]{15}$", required=False, help_text=_("网格代码，15 位数字"))
    state = serializers.ChoiceField(
        choices=[state for state in State.choices if state[0] in PUBLIC_STATES], required=False, help_text=_("状态")
    )
    end = serializers.ChoiceField(
        choices=[(end.value, end.label) for end in sorted(PUBLIC_ENDS)], required=False, help_text=_("结果")
    )
    kind = serializers.ChoiceField(choices=Kind.choices, required=False, help_text=_("类型"))
    category = serializers.SlugField(max_length=40, required=False, help_text=_("类别代码，上级类别也可以"))


class MineQuery(serializers.Serializer[Any]):
    """Which of one's own wishes."""

    state = serializers.ChoiceField(choices=State.choices, required=False, help_text=_("状态"))


class WorkQuery(serializers.Serializer[Any]):
    """Which part of the work list."""

    mine = serializers.BooleanField(required=False, default=False, help_text=_("只看我负责的"))
    state = serializers.ChoiceField(choices=State.choices, required=False, help_text=_("状态"))
    q = serializers.CharField(
        max_length=40, required=False, allow_blank=True, help_text=_("编号或几个字，也找只有工作人员看得到的话")
    )
    source = serializers.CharField(  # type: ignore[assignment]  # a field of this name, as every declared one
        max_length=20, required=False, help_text=_("来源：web、behalf、phone、visit、paper，或 s 加来源的内部编号")
    )

    def validate_source(self, value: str) -> str:
        """One of those."""
        if from_source(value) is None:
            raise serializers.ValidationError(_("没有这种来源。"))
        return value


class TextBody(serializers.Serializer[Any]):
    """What a wish says; a draft may come piece by piece."""

    title = serializers.CharField(max_length=60, required=False, allow_blank=True, help_text=_("一句话，公开"))
    details = serializers.CharField(max_length=2000, required=False, allow_blank=True, help_text=_("详细情况，公开"))
    quantity = serializers.IntegerField(
        min_value=1, max_value=1_000_000, required=False, allow_null=True, help_text=_("实物要多少")
    )
    estimated_value = serializers.IntegerField(
        min_value=1, max_value=100_000, required=False, allow_null=True, help_text=_("礼物大概值多少元，公开")
    )
    unit = serializers.CharField(max_length=10, required=False, allow_blank=True, help_text=_("单位，例如：斤"))
    place = serializers.CharField(
        max_length=80, required=False, allow_blank=True, help_text=_("大概位置，公开，不要写门牌号")
    )
    address = serializers.CharField(max_length=200, required=False, allow_blank=True, help_text=_("详细地址，保密"))
    contact_name = serializers.CharField(max_length=60, required=False, allow_blank=True, help_text=_("联系人，保密"))
    contact_phone = PhoneText(max_length=30, required=False, allow_blank=True, help_text=_("联系电话，保密"))
    show_name = serializers.BooleanField(required=False, help_text=_("公开时写显示名"))


class DraftBody(TextBody):
    """The fields of a draft."""

    category = CategoryField(required=False, allow_null=True, help_text=_("类别代码"))
    territory = PlaceField(required=False, help_text=_("社区或网格的代码"))
    special_group = serializers.ChoiceField(
        choices=SpecialGroup.choices, required=False, allow_blank=True, help_text=_("特殊情况，只给工作人员看")
    )


class NoBody(serializers.Serializer[Any]):
    """A step that only has to be taken."""


class OnBehalfBody(serializers.Serializer[Any]):
    """For steps of the author that staff of the place may take when the author asked them to."""

    on_behalf = serializers.BooleanField(default=False, help_text=_("工作人员替本人办，会记录下来，本人看得到"))


class EditBody(TextBody, OnBehalfBody):
    """Changes to a submitted wish."""

    version = serializers.IntegerField(required=False, help_text=_("读到的版本；变了就会被拒绝"))


class SubmitBody(serializers.Serializer[Any]):
    """Sending a draft."""

    consent = serializers.BooleanField(
        default=False, help_text=_("同意把标明“公开”的内容给大家看；没同意过时必须是 true")
    )


class ClaimBody(serializers.Serializer[Any]):
    """Claiming."""

    quantity = serializers.IntegerField(
        min_value=1,
        max_value=1_000_000,
        required=False,
        allow_null=True,
        default=None,
        help_text=_("实物认领多少；不写就是还差的全部"),
    )
    body = serializers.IntegerField(
        min_value=1,
        max_value=2**63 - 1,
        required=False,
        allow_null=True,
        default=None,
        help_text=_("以哪个组织或单位的名义，写它的 id；不写就是您自己"),
    )
    message = words(200, _("对许愿人说，只有许愿人和工作人员看得到"), required=False)


class GiveUpBody(serializers.Serializer[Any]):
    """Giving up."""

    claim = serializers.IntegerField(min_value=1, max_value=2**63 - 1, required=False, help_text=_("自己的哪一份"))
    reason = words(500, _("原因"))


class EnoughBody(serializers.Serializer[Any]):
    """What is missing of the goods is not looked for any more."""

    reason = words(200, _("为什么够了，公开"))
    agreed = serializers.BooleanField(default=False, help_text=_("工作人员必须是 true：问过许愿人，本人同意"))


class ReasonBody(serializers.Serializer[Any]):
    """A step that needs a reason."""

    reason = words(500, _("原因"))


class FulfilBody(serializers.Serializer[Any]):
    """Done: photos or words."""

    claim = serializers.IntegerField(
        min_value=1,
        max_value=2**63 - 1,
        required=False,
        allow_null=True,
        default=None,
        help_text=_("实物有好几份时，办好的是哪一份；不写就是自己的"),
    )
    note = words(2000, _("办得怎么样，公开"), required=False)
    photos = serializers.ListField(
        child=serializers.UUIDField(), max_length=9, default=list, help_text=_("先传到 /photos/，这里写它们的 id")
    )


class ConfirmBody(OnBehalfBody):
    """The resident's rating."""

    speed = serializers.IntegerField(min_value=1, max_value=5, help_text=_("快不快，1–5"))
    attitude = serializers.IntegerField(min_value=1, max_value=5, help_text=_("态度，1–5"))
    result = serializers.IntegerField(min_value=1, max_value=5, help_text=_("结果，1–5"))
    comment = words(500, _("想说的话，公开"), required=False)


class ReopenBody(OnBehalfBody):
    """Not done yet."""

    reason = words(500, _("哪里还没办好"))


class WithdrawBody(OnBehalfBody):
    """Taking a wish back."""

    reason = words(500, _("为什么撤回"), required=False)


class VerifyBody(serializers.Serializer[Any]):
    """What was found on the spot."""

    note = words(2000, _("核实到的情况，只有工作人员看得到"))


class RejectBody(serializers.Serializer[Any]):
    """Sending a wish back for more facts."""

    reason = words(500, _("还要补充什么，居民会看到"))
    note = words(2000, _("核实记录，只有工作人员看得到"), required=False)


class NotOursBody(serializers.Serializer[Any]):
    """Referred to another body."""

    referred_to = words(100, _("转请哪个单位，公开；写了 body 可以不写"), required=False)
    body = serializers.IntegerField(
        min_value=1,
        max_value=2**63 - 1,
        required=False,
        allow_null=True,
        help_text=_("单位，见 outside-bodies"),
    )
    reason = words(500, _("说明，公开"), required=False)


class DuplicateBody(serializers.Serializer[Any]):
    """The same as another wish."""

    of = serializers.RegexField(r"^[0-9]{4}-[0-9]{4}-[0-9]{4,9}$", help_text=_("另一个心愿的编号"))
    reason = words(500, _("说明，公开"), required=False)


class QuestionBody(serializers.Serializer[Any]):
    """Asking the resident."""

    question = words(500, _("想问居民什么；等回答时计时暂停"))


class AnswerBody(OnBehalfBody):
    """The resident's answer."""

    answer = words(1000, _("回答"))


class ExtendBody(serializers.Serializer[Any]):
    """More time."""

    by = serializers.RegexField(r"^[1-9][0-9]{0,3}[hd]$", help_text=_("延长多久，例如 24h（小时）、3d（工作日）"))
    reason = words(200, _("为什么延长，居民会看到"))


class TransferBody(serializers.Serializer[Any]):
    """Handing on to a colleague."""

    to = serializers.IntegerField(min_value=1, max_value=2**63 - 1, help_text=_("同事的编号，见 handlers"))
    reason = words(500, _("为什么转给别人"))


class ObjectBody(serializers.Serializer[Any]):
    """Objecting to a dispatch."""

    reason = words(500, _("为什么不该派到这里"))
    to = serializers.IntegerField(
        min_value=1,
        max_value=2**63 - 1,
        required=False,
        allow_null=True,
        help_text=_("觉得该由谁办，见 handlers；不写就由上一级来定"),
    )


class DecideObjectionBody(serializers.Serializer[Any]):
    """Deciding an objection."""

    reason = words(500, _("为什么这样定"))
    to = serializers.IntegerField(
        min_value=1,
        max_value=2**63 - 1,
        required=False,
        allow_null=True,
        help_text=_("请谁办，见 handlers；不写就仍由原来的同志负责"),
    )


class AppealBody(OnBehalfBody):
    """Asking that a decision be looked at again."""

    reason = words(500, _("为什么觉得不对"))


class DecideAppealBody(serializers.Serializer[Any]):
    """The verdict on an appeal."""

    uphold = serializers.BooleanField(help_text=_("true：申诉成立，撤销原来的处理"))
    reason = words(500, _("为什么这样定，申诉的人会看到"))


class CallBody(serializers.Serializer[Any]):
    """What came of a call."""

    outcome = serializers.ChoiceField(choices=CallOutcome.choices, help_text=_("居民怎么说"))
    note = words(500, _("记录；还没办好的，写哪里没办好"), required=False)


class ReferralAnswerBody(serializers.Serializer[Any]):
    """What the other body said."""

    answer = words(1000, _("答复，公开"))


class RevealBody(serializers.Serializer[Any]):
    """Looking at the contact."""

    reason = words(200, _("为什么要看，许愿人会看到"))


class PhotoBody(serializers.Serializer[Any]):
    """A photo by its id."""

    photo = serializers.UUIDField(help_text=_("先传到 /photos/"))


class UploadBody(serializers.Serializer[Any]):
    """A photo as a file."""

    file = serializers.FileField(help_text=_("JPEG、PNG、WebP 或 HEIC，最大 10 MB"))
