"""Routes of identity. Of allauth's routes only those that are needed, each named by hand."""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from django.urls import URLPattern, URLResolver, path

from portal.accounts.views import codes, confirming, entry, leaving, my_data, sessions

urlpatterns: list[URLPattern | URLResolver] = [
    path("login/", entry.enter, name="account_login"),
    path("login/code/", entry.enter_code, name="account_confirm_login_code"),
    path("first-time/", entry.first_time, name="account_signup"),
    path("code/<slug:purpose>/again/", codes.send_again, name="accounts_code_again"),
    path("staff/", entry.staff_login, name="account_staff_login"),
    path("logout/", leaving.leave, name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("password/", account.password_change, name="account_change_password"),
    path("confirm/", confirming.confirm, name="accounts_confirm"),
    path("confirm/code/", confirming.confirm_code, name="accounts_confirm_code"),
    path("consent/", my_data.consent, name="accounts_consent"),
    path("erased/", my_data.erased, name="accounts_erased"),
    path("my-data/", my_data.my_data, name="my_data"),
    path("my-data/profile/", my_data.my_profile, name="my_profile"),
    path("my-data/phone/", my_data.my_phone, name="my_phone"),
    path("my-data/phone/code/", my_data.my_phone_code, name="my_phone_code"),
    path("my-data/consents/", my_data.my_consents, name="my_consents"),
    path("my-data/sessions/", sessions.my_sessions, name="my_sessions"),
    path("my-data/copy/", my_data.my_data_copy_page, name="my_data_copy_page"),
    path("my-data/copy/wuwei.zip", my_data.my_data_copy, name="my_data_copy"),
    path("my-data/erase/", my_data.my_erase, name="my_erase"),
    path("two-factor/", mfa.index, name="mfa_index"),
    path("two-factor/enter/", mfa.authenticate, name="mfa_authenticate"),
    path("two-factor/again/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("two-factor/app/", totp.activate_totp, name="mfa_activate_totp"),
    path("two-factor/app/remove/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("two-factor/recovery-codes/", recovery_codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("two-factor/recovery-codes/new/", recovery_codes.generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path("two-factor/recovery-codes/file/", recovery_codes.download_recovery_codes, name="mfa_download_recovery_codes"),
    path("two-factor/keys/", webauthn.list_webauthn, name="mfa_list_webauthn"),
    path("two-factor/keys/add/", webauthn.add_webauthn, name="mfa_add_webauthn"),
    path("two-factor/keys/again/", webauthn.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
    path("two-factor/keys/<int:pk>/rename/", webauthn.edit_webauthn, name="mfa_edit_webauthn"),
    path("two-factor/keys/<int:pk>/remove/", webauthn.remove_webauthn, name="mfa_remove_webauthn"),
]
