"""Text messages by Alibaba Cloud (阿里云短信服务), API version 2017-05-25."""

import json

from alibabacloud_dysmsapi20170525.client import Client
from alibabacloud_dysmsapi20170525.models import SendSmsRequest
from alibabacloud_tea_openapi.exceptions import AlibabaCloudException
from alibabacloud_tea_openapi.utils_models import Config
from darabonba.exceptions import DaraException, UnretryableException
from darabonba.runtime import RuntimeOptions
from django.conf import settings

from portal.accounts.sms.base import Receipt, SmsBackend, SmsError, TextMessage, template_of

# What the gateway answers when the same message may pass later; every other refusal is final.
RETRYABLE = frozenset({"isv.BUSINESS_LIMIT_CONTROL", "isp.SYSTEM_ERROR", "isp.GATEWAY_ERROR", "ServiceUnavailable"})


class Backend(SmsBackend):
    """Reads `settings.ALIBABA_SMS`: access_key_id, access_key_secret, sign_name and optionally endpoint, protocol."""

    def send(self, message: TextMessage) -> Receipt:
        account = settings.ALIBABA_SMS
        client = Client(
            Config(
                access_key_id=account["access_key_id"],
                access_key_secret=account["access_key_secret"],
                endpoint=account.get("endpoint") or "dysmsapi.aliyuncs.com",
                protocol=account.get("protocol") or "HTTPS",
            )
        )
        request = SendSmsRequest(
            phone_numbers=message.phone.removeprefix("+86") if message.phone.startswith("+86") else message.phone[1:],
            sign_name=account["sign_name"],
            template_code=template_of(message),
            template_param=json.dumps(dict(message.values), ensure_ascii=False),
        )
        milliseconds = int(settings.SMS_TIMEOUT * 1000)
        options = RuntimeOptions(autoretry=False, connect_timeout=milliseconds, read_timeout=milliseconds)
        try:
            body = client.send_sms_with_options(request, options).body
        except AlibabaCloudException as error:
            code = str(error.code or "")
            raise SmsError(str(error.message), code=code, retryable=_may_pass_later(code)) from error
        except (UnretryableException, DaraException, OSError):
            # Refused, cut off, or silent beyond the time limit. The error's own words hold the address with the
            # number and the code in it, so they go no further.
            raise SmsError("no answer", code="no_answer", retryable=True) from None
        if body.code != "OK":
            raise SmsError(body.message or "", code=body.code or "", retryable=_may_pass_later(body.code or ""))
        return Receipt(reference=body.biz_id or "")


def _may_pass_later(code: str) -> bool:
    return code in RETRYABLE or code.startswith("Throttling")
