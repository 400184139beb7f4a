"""What people type about themselves."""

from typing import Any

from allauth.account.forms import ChangePasswordForm, LoginForm, ReauthenticateForm
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.base.forms import ReauthenticateForm as SecondFactorReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm, EditWebAuthnForm
from django import forms
from django.conf import settings
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import User
from portal.accounts.phones import normalise_phone
from portal.errors import Invalid


class PhoneForm(forms.Form):
    """One question: which number."""

    phone = forms.CharField(
        label=_("手机号"),
        max_length=40,
        widget=forms.TextInput(attrs={"type": "tel", "inputmode": "tel", "autocomplete": "tel"}),
        error_messages={"required": _("请写上手机号。")},
    )

    def clean_phone(self) -> str:
        try:
            return normalise_phone(self.cleaned_data["phone"])
        except Invalid as error:
            raise forms.ValidationError(str(error.message), code=error.code) from error


class CodeForm(forms.Form):
    """One question: the code."""

    code = forms.CharField(
        label=_("验证码"),
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
        error_messages={"required": _("请写上短信里的 6 位数字。")},
    )


class NamesForm(forms.Form):
    """Who somebody is, and what neighbours call them."""

    legal_name = forms.CharField(
        label=_("您的姓名"),
        help_text=_("真实姓名。只有替您办事的人看得到。"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": _("请写上姓名。")},
    )
    display_name = forms.CharField(
        label=_("邻居怎么称呼您"),
        help_text=_("例如：王阿姨。不填就只显示姓，像“王*”。"),
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "nickname"}),
    )


class FirstTimeForm(NamesForm):
    """The first visit: names, age and consent."""

    adult = forms.BooleanField(
        label=_("我已满14周岁"),
        error_messages={"required": _("未满14周岁的孩子，请由监护人带到社区服务站登记。")},
    )
    agreed = forms.BooleanField(
        label=_("我看过并同意《我们怎样用您的信息》"),
        error_messages={"required": _("请先看一看上面的说明，同意后才能继续。")},
    )


class ProfileForm(NamesForm):
    """Correcting one's names and language."""

    language = forms.ChoiceField(label=_("语言"), choices=settings.LANGUAGES, widget=forms.RadioSelect)

    def __init__(self, data: QueryDict | None = None, *, user: User) -> None:
        initial = {"legal_name": user.legal_name, "display_name": user.display_name, "language": user.language}
        super().__init__(data, initial=initial)


class EraseForm(forms.Form):
    """The last question before an account is closed for good."""

    understood = forms.BooleanField(
        label=_("我明白：注销以后找不回来"),
        error_messages={"required": _("想好了，请先勾选这一项。")},
    )


class ReplacePhoneForm(PhoneForm):
    """Staff give an account a new number, after seeing the person."""

    reason = forms.CharField(
        label=_("怎样核实了本人"),
        help_text=_("例如：本人到站，核对了身份证件。会记入审计记录。"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


def _code_field(form: forms.Form) -> None:
    form.fields["code"].label = _("6 位动态码")
    form.fields["code"].widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"})


class StaffLoginForm(LoginForm):  # type: ignore[misc]
    """User name and password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("用户名")
        self.fields["login"].widget = forms.TextInput(attrs={"autocomplete": "username"})
        self.fields["password"].label = _("密码")
        self.fields["password"].help_text = ""
        self.fields["password"].widget = forms.PasswordInput(attrs={"autocomplete": "current-password"})


class PasswordAgainForm(ReauthenticateForm):  # type: ignore[misc]
    """The password once more before something that matters."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].label = _("密码")
        self.fields["password"].widget = forms.PasswordInput(attrs={"autocomplete": "current-password"})


class NewPasswordForm(ChangePasswordForm):  # type: ignore[misc]
    """A new password for staff."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        labels = {"oldpassword": _("现在的密码"), "password1": _("新密码"), "password2": _("再写一遍新密码")}
        for name, label in labels.items():
            self.fields[name].label = label
            autocomplete = "current-password" if name == "oldpassword" else "new-password"
            self.fields[name].widget = forms.PasswordInput(attrs={"autocomplete": autocomplete})
        self.fields["password1"].help_text = _("至少 10 个字，不要全是数字，也不要用常见的词。")


class SecondFactorForm(AuthenticateForm):  # type: ignore[misc]
    """The code of the authenticator app, or a recovery code."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _code_field(self)
        self.fields["code"].help_text = _("打开手机上的动态码应用查看；手机不在身边，可以写一个恢复码。")


class SecondFactorAgainForm(SecondFactorReauthenticateForm):  # type: ignore[misc]
    """The same, in the middle of a session."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _code_field(self)


class EnrolAppForm(ActivateTOTPForm):  # type: ignore[misc]
    """Proof that the app was set up."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _code_field(self)


class AddKeyForm(AddWebAuthnForm):  # type: ignore[misc]
    """A security key and its name."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("给它起个名字")
        self.fields["name"].initial = _("我的安全密钥")
        self.initial["name"] = _("我的安全密钥")


class RenameKeyForm(EditWebAuthnForm):  # type: ignore[misc]
    """Another name for a security key."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("名字")
