"""Phone numbers as people type them and as the portal keeps them."""

import unicodedata

import phonenumbers
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from portal.errors import Invalid

_REACHABLE_BY_TEXT = {
    phonenumbers.PhoneNumberType.MOBILE,
    phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE,
}


def normalise_phone(typed: str) -> str:
    """A mobile number in E.164 (`+8613812345678`), whatever spaces, dashes, brackets or full-width digits were typed.

    A number without a country code is taken as one of `PHONENUMBER_REGION`. Numbers outside
    `ACCOUNTS_PHONE_REGIONS` are refused, because codes to far-away premium numbers are a known fraud.

    Raises `Invalid` (field `phone`) when it is not a mobile number the portal can send to.
    """
    text = unicodedata.normalize("NFKC", typed).strip()
    try:
        number = phonenumbers.parse(text, settings.PHONENUMBER_REGION)
    except phonenumbers.NumberParseException as error:
        raise Invalid(
            _("这不像一个手机号，请看看有没有少写或多写数字。"), code="phone_invalid", field="phone"
        ) from error
    if not phonenumbers.is_valid_number(number) or phonenumbers.number_type(number) not in _REACHABLE_BY_TEXT:
        raise Invalid(_("这不像一个手机号，请看看有没有少写或多写数字。"), code="phone_invalid", field="phone")
    if phonenumbers.region_code_for_number(number) not in settings.ACCOUNTS_PHONE_REGIONS:
        raise Invalid(
            _("短信暂时发不到这个国家或地区的号码，请换一个，或到服务站登记。"), code="phone_region", field="phone"
        )
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def shown_phone(phone: str | None) -> str:
    """A number as its owner reads it: 138 1234 5678, or the international form for others."""
    if not phone:
        return ""
    number = phonenumbers.parse(phone)
    if number.country_code == 86 and len(str(number.national_number)) == 11:
        digits = str(number.national_number)
        return f"{digits[:3]} {digits[3:7]} {digits[7:]}"
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
