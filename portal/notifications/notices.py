"""The text messages that notices become. Their words are approved templates; only the parameters vary."""

from django.utils.translation import gettext_lazy as _

from portal.accounts.sms import register_sms_kind

NOTICE_SMS = "notice"
DIGEST_SMS = "digest"

register_sms_kind(NOTICE_SMS, text=_("您有一条新消息：{title}。详情请到五微查看。"), parameters=("title",))
register_sms_kind(
    DIGEST_SMS, text=_("您有 {count} 条新消息，最近一条：{title}。详情请到五微查看。"), parameters=("count", "title")
)
