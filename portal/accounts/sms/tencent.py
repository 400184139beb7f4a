"""Text messages by Tencent Cloud (腾讯云短信), API version 2021-01-11."""

import json

from django.conf import settings
from tencentcloud.common.credential import Credential
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile
from tencentcloud.sms.v20210111.models import SendSmsRequest
from tencentcloud.sms.v20210111.sms_client import SmsClient

from portal.accounts.sms.base import Receipt, SmsBackend, SmsError, TextMessage, template_of

# Prefixes of the answers after which the same message may pass later; every other refusal is final.
RETRYABLE = ("LimitExceeded", "InternalError", "RequestLimitExceeded", "FailedOperation.ServiceSuspend")
NO_ANSWER = ("ClientNetworkError", "ServerNetworkError")


class Backend(SmsBackend):
    """Reads `settings.TENCENT_SMS`: secret_id, secret_key, app_id, sign_name, region; optionally endpoint, protocol."""

    def send(self, message: TextMessage) -> Receipt:
        account = settings.TENCENT_SMS
        http = HttpProfile(
            protocol=account.get("protocol") or "https",
            endpoint=account.get("endpoint") or "sms.tencentcloudapi.com",
            reqTimeout=settings.SMS_TIMEOUT,
        )
        client = SmsClient(
            Credential(account["secret_id"], account["secret_key"]),
            account.get("region") or "ap-guangzhou",
            ClientProfile(httpProfile=http),
        )
        request = SendSmsRequest()
        request.from_json_string(
            json.dumps(
                {
                    "PhoneNumberSet": [message.phone],
                    "SmsSdkAppId": account["app_id"],
                    "SignName": account["sign_name"],
                    "TemplateId": template_of(message),
                    # Tencent's templates number their parameters; the kind fixes the order.
                    "TemplateParamSet": [message.values[name] for name in message.kind.parameters],
                }
            )
        )
        try:
            status = client.SendSms(request).SendStatusSet[0]
        except TencentCloudSDKException as error:
            code = str(error.get_code() or "")
            silent = code in NO_ANSWER
            raise SmsError(
                str(error.get_message()),
                code="no_answer" if silent else code,
                retryable=silent or code.startswith(RETRYABLE),
            ) from error
        if status.Code != "Ok":
            raise SmsError(status.Message, code=status.Code, retryable=status.Code.startswith(RETRYABLE))
        return Receipt(reference=status.SerialNo)
